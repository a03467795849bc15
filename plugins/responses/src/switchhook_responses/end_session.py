"""`end_session`: the assistant is done."""

from __future__ import annotations

from switchhook import Action, EndCall, EndSessionResponse, SetVariables, hookimpl

from .channels import is_for_telephone, output_variables


@hookimpl(trylast=True)
def handle_end_session(response: EndSessionResponse) -> list[Action]:
    if not is_for_telephone(response):
        return []
    asked = output_variables(response)
    return [SetVariables(asked), EndCall()] if asked else [EndCall()]
