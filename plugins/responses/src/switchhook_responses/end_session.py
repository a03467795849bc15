"""`end_session`: the assistant is done."""

from __future__ import annotations

from switchhook import EndCall, EndSessionResponse, hookimpl

from .channels import is_for_telephone


@hookimpl(trylast=True)
def handle_end_session(response: EndSessionResponse) -> list[EndCall]:
    return [EndCall()] if is_for_telephone(response) else []
