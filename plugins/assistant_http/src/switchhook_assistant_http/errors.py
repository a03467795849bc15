"""How a webhook, or the way to it, can fail; and what a person does about it."""

from __future__ import annotations

from typing import ClassVar

from switchhook_http import CURES, ServiceError

KEYS = "it does not accept the signature or the token: compare `secret` and `token` with its own"


class WebhookError(ServiceError):
    service = "the webhook"
    cures: ClassVar = {
        **CURES,
        "connect": "look at `url`, at DNS, at the firewall; a private network needs `private = true`",
        "garbage": "look at `url`, and at `form`; docs/reference/webhook.md says what an answer is",
    }
    by_status: ClassVar = {400: "it does not accept the turn", 401: KEYS, 403: KEYS, 404: "look at `url`"}
