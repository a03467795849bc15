"""`stop_activities`: take no more speech, or no more keys, until they are started again."""

from __future__ import annotations

from switchhook import Action, StopActivitiesResponse, hookimpl

from .activities import switch


@hookimpl(trylast=True)
def handle_stop_activities(response: StopActivitiesResponse) -> list[Action]:
    return switch(response, on=False)
