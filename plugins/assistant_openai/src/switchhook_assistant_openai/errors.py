"""How a model, or the way to it, can fail; and what a person does about it."""

from __future__ import annotations

import json

from switchhook import AssistantError

REASONS = {
    "connect": "cannot connect",
    "proxy": "cannot connect",
    "tls": "TLS failed",
    "timeout": "no answer in time",
    "broken": "connection broke",
    "garbage": "unreadable answer",
    "token": "no token",
}
CURES = {
    "connect": "look at `base_url`, at DNS, at the firewall, and at HTTPS_PROXY if the network has a proxy",
    "proxy": "look at HTTPS_PROXY and NO_PROXY",
    "tls": "if a proxy or a private authority signed the certificate, name that authority's PEM file in `ca`",
    "timeout": "the model is slow or busy: try a smaller one, or a longer `timeout`",
    "broken": "try again; a proxy or a firewall may be cutting the connection",
    "token": "look at `iam_url`, and at `api_key`, which has to be one of IBM Cloud",
    "garbage": "look at `base_url`: it ends where /chat/completions begins, in /v1 for most",
    "filter": "it is what was said; `refusal` says something then",
    "refusal": "it is what was said; `refusal` says something then",
    "empty": "try another model, or fewer tools",
    "rounds": "try another model, or more `rounds`",
    "budget": "raise `call_tokens`",
}
BY_STATUS = {
    400: "it does not accept what was asked: what it says in brackets names the parameter",
    401: "the key in `api_key` is wrong or was deleted, or belongs in another `header`",
    403: "the key may not use this model",
    404: "compare `base_url` and `model` with what the service offers",
    429: "too many requests, or nothing left to pay with: look at the limits of the account",
}
LONGEST = 200  # characters of the service's own words


class ModelError(AssistantError):
    """`problem`: its kind. `detail` is what the service or the network said, and may hold anything: it is in
    the message, for `check`, and never in `reason`."""

    def __init__(
        self, problem: str, detail: str = "", *, status: int = 0, retry_after: float | None = None
    ) -> None:
        self.problem, self.status, self.retry_after = problem, status, retry_after
        reason = f"status {status}" if problem == "status" else REASONS.get(problem, problem)
        told = f" ({' '.join(detail.split())[:LONGEST]})" if detail else ""
        cure = BY_STATUS.get(status, "wait, and look at the service's status page")
        super().__init__(f"the model: {reason}{told}; {CURES.get(problem, cure)}", reason=reason)


def refused(status: int, body: bytes, retry_after: str) -> ModelError:
    """What an answer is that is none. The error of a filter has a status like others, and a code."""
    said, code = said_in(body)
    wait = float(retry_after) if retry_after.isdecimal() else None
    if "content_filter" in code or "content_policy" in code:
        return ModelError("content filter", said, status=status)
    return ModelError("status", said, status=status, retry_after=wait)


def said_in(body: bytes) -> tuple[str, str]:
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
