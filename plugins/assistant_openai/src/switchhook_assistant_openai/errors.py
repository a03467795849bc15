"""What a person does about a service of this form that fails."""

from __future__ import annotations

from typing import ClassVar

from switchhook_chat import ModelError


class OpenAIError(ModelError):
    reasons: ClassVar = {**ModelError.reasons, "token": "no token"}
    cures: ClassVar = {
        **ModelError.cures,
        "connect": ModelError.cures["connect"].replace("the address", "`base_url`"),
        "token": "look at `iam_url`, and at `api_key`, which has to be one of IBM Cloud",
        "garbage": "look at `base_url`: it ends where /chat/completions begins, in /v1 for most",
    }
    by_status: ClassVar = {
        **ModelError.by_status,
        401: "`api_key` is missing or wrong, the key was deleted, or it belongs in another `header`",
        404: "compare `base_url` and `model` with what the service offers: the one ends in /v1 for most",
        405: "look at `base_url`: it ends where /chat/completions begins, in /v1 for most",
    }
