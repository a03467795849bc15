"""What `start_activities` and `stop_activities` have in common."""

from __future__ import annotations

from switchhook import Action, Remark, SetListening, StartActivitiesResponse, StopActivitiesResponse

from .channels import is_for_telephone

SWITCHES = {"speech_to_text_recognition": "speech", "dtmf_collection": "digits"}


def switch(response: StartActivitiesResponse | StopActivitiesResponse, *, on: bool) -> list[Action]:
    if not is_for_telephone(response):
        return []
    named = [activity.type for activity in response.activities]
    known = {SWITCHES[name]: on for name in named if name in SWITCHES}
    actions: list[Action] = [
        Remark(f"{response.response_type}: there is no activity {name[:40]!r}")
        for name in named
        if name not in SWITCHES
    ]
    return [*actions, SetListening(**known)] if known else actions
