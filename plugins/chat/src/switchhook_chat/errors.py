"""How a model, or the way to it, can fail; and what a person does about it."""

from __future__ import annotations

import json
from typing import ClassVar, Self

from switchhook_http import CURES, REASONS, HttpError, ServiceError

OURS = {
    **CURES,
    "timeout": "the model is slow or busy: try a smaller one, or a longer `timeout`",
    "content filter": "it is what was said; `refusal` says something then",
    "refusal": "it is what was said; `refusal` says something then",
    "empty answer": "try another model, or fewer tools",
    "rounds": "try another model, or more `rounds`",
    "budget": "raise `call_tokens`",
}
BY_STATUS = {
    401: "`api_key` is missing or wrong, or the key was deleted",
    402: "nothing is left to pay with: look at the account",
    403: "the key may not use this model",
    404: "compare `model` with what the service offers",
    429: "too many requests, or nothing left to pay with: look at the limits of the account",
}

WITHIN = "error", "errors", "detail"  # in which an error lies
MESSAGES = "message", "errorMessage", "msg"
DEEP = 4


class ModelError(ServiceError):
    service = "the model"
    reasons: ClassVar = {
        **REASONS,
        "rounds": "tools in a circle",
        "budget": "the tokens of a call are spent",
    }
    cures: ClassVar = OURS
    by_status: ClassVar = BY_STATUS

    @classmethod
    def of(cls, error: HttpError) -> Self:
        """The error of a filter has a status like others, and a code."""
        if error.problem != "status":
            return super().of(error)
        said, code = said_in(error.detail)
        filtered = "content_filter" in code or "content_policy" in code
        return cls("content filter" if filtered else "status", said, status=error.status, at=error.at)


def said_in(body: bytes | str) -> tuple[str, str]:
    """Message and code of an error. Services differ in where they stand: an object `error` or a list of them,
    a text, or beside each other; a page for browsers says nothing."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ("" if "<" in text else text.strip()), ""
    for _ in range(DEEP):
        if isinstance(said, list):
            said = said[0] if said else None
        if not isinstance(said, dict):
            break
        inner = next((said[name] for name in WITHIN if said.get(name)), None)
        if inner is None:
            return _message(said), str(said.get("code") or said.get("type") or "")
        said = inner
    return (said if isinstance(said, str) else ""), ""


def _message(said: dict[str, object]) -> str:
    return next((text for name in MESSAGES if isinstance(text := said.get(name), str)), "")
