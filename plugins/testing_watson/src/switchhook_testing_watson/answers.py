"""Answers over HTTP, and the forms that errors have in each service."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from .behaviour import ServiceName

MORE_INFO = "https://cloud.ibm.com/docs/watson?topic=watson-iam"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`body` is sent as it comes; nothing is sent before its first chunk is there."""

    body: bytes | AsyncGenerator[bytes, None] = b""
    status: int = 200
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, body: Any, status: int = 200) -> HttpAnswer:
        return cls(json.dumps(body).encode(), status)

    def with_headers(self, headers: Mapping[str, str]) -> HttpAnswer:
        return replace(self, headers={**self.headers, **headers})


class Refusal(Exception):  # noqa: N818  # it is an answer, no failure
    """An answer of that status instead of the usual one; `code` is IAM's."""

    def __init__(self, status: int, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


def refuse(service: ServiceName, refusal: Refusal) -> HttpAnswer:
    """The forms differ, and clients have to read all of them."""
    status, message = refusal.status, refusal.message
    if refusal.code:
        body: dict[str, Any] = {
            "errorCode": refusal.code,
            "errorMessage": message,
            "context": {
                "requestId": uuid4().hex,
                "requestType": "incoming.Identity_Token",
                "locale": "en_US",
            },
        }
    elif service == "iam":
        body = {"_statusCode_": status, "exception": "User unauthorized", "message": message}
    elif status in (401, 403):
        body = {"code": status, "trace": uuid4().hex, "error": message, "more_info": MORE_INFO}
    elif service == "assistant":
        body = {"error": message, "code": status}
    else:
        body = {"error": message, "code": status, "code_description": _phrase(status)}
    return HttpAnswer.json(body, status)


def cause(error: Exception) -> str:
    """For logs: never its text, which may hold what a caller said."""
    return getattr(error, "reason", "") or type(error).__name__


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a fault may have any status
        return "Unknown"
