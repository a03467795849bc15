"""How a model, or the way to it, can fail; and what a person does about it."""

from __future__ import annotations

import json
from typing import ClassVar, Self

from switchhook_http import CURES, HttpError, ServiceError

OURS = {
    **CURES,
    "timeout": "the model is slow or busy: try a smaller one, or a longer `timeout`",
    "filter": "it is what was said; `refusal` says something then",
    "refusal": "it is what was said; `refusal` says something then",
    "empty answer": "try another model, or fewer tools",
    "rounds": "try another model, or more `rounds`",
    "budget": "raise `call_tokens`",
}
BY_STATUS = {
    400: "it does not accept what was asked: what it says in brackets names the parameter",
    401: "the key in `api_key` is wrong or was deleted",
    403: "the key may not use this model",
    404: "compare `model` with what the service offers",
    429: "too many requests, or nothing left to pay with: look at the limits of the account",
}


class ModelError(ServiceError):
    service = "the model"
    cures: ClassVar = OURS
    by_status: ClassVar = BY_STATUS

    @classmethod
    def of(cls, error: HttpError) -> Self:
        """The error of a filter has a status like others, and a code."""
        if error.problem != "status":
            return super().of(error)
        said, code = said_in(error.detail)
        filtered = "content_filter" in code or "content_policy" in code
        return cls("content filter" if filtered else "status", said, status=error.status)


def said_in(body: bytes | str) -> tuple[str, str]:
    """Message and code of an error; services differ in where they stand."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = said.get("error", said) if isinstance(said, dict) else None
    if isinstance(error, str):
        return error, ""
    if not isinstance(error, dict):
        return "", ""
    message, code = error.get("message") or error.get("errorMessage"), error.get("code")
    return (message if isinstance(message, str) else ""), str(code or "")
