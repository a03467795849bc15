"""`start_activities`: take speech or keys again."""

from __future__ import annotations

from switchhook import Action, StartActivitiesResponse, hookimpl

from .activities import switch


@hookimpl(trylast=True)
def handle_start_activities(response: StartActivitiesResponse) -> list[Action]:
    return switch(response, on=True)
