"""Secrets in settings, as requests take them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from switchhook import Secret

from .signature import in_header, key_in


def _in_header(secret: SecretStr) -> SecretStr:
    return SecretStr(in_header(secret.get_secret_value()))


def _is_a_key(secret: SecretStr) -> SecretStr:
    key_in(secret.get_secret_value())
    return secret


HeaderSecret = Annotated[Secret, AfterValidator(_in_header)]
SigningSecret = Annotated[Secret, AfterValidator(_is_a_key)]
