"""Who may come in: IAM and Cloud Pak for Data give tokens, the services look at them."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt

from .answers import HttpAnswer, Refusal
from .behaviour import Behaviour

GRANT_TYPE = "urn:ibm:params:oauth:grant-type:apikey"
MOST_TOKENS = 10_000


class Identity:
    """Tokens are JWTs, as the SDK reads their times from them."""

    def __init__(self, api_key: str, behaviour: Behaviour) -> None:
        self._api_key, self._behaviour = api_key, behaviour
        self._secret = secrets.token_hex(32)
        self._tokens: dict[str, tuple[float, int]] = {}  # when it expires, and its age

    def iam(self, form: Mapping[str, Any]) -> HttpAnswer:
        """`POST /identity/token`."""
        if form.get("grant_type") != GRANT_TYPE:
            raise Refusal(400, "Property missing or empty: grant_type", code="BXNIM0109E")
        if not _same(form.get("apikey"), self._api_key):
            raise Refusal(400, "Provided API key could not be found.", code="BXNIM0415E")
        now, life = time.time(), _whole(self._behaviour.token_lifetime)
        return HttpAnswer.json(
            {
                "access_token": self._issue(now, life),
                "refresh_token": "not_supported",
                "token_type": "Bearer",
                "expires_in": life,
                "expiration": _whole(int(now) + life),
                "scope": "ibm openid",
            }
        )

    def cp4d(self, body: Any) -> HttpAnswer:
        """`POST /v1/authorize`: any user, whose password or API key is the emulator's key."""
        given = body if isinstance(body, Mapping) else {}
        if not given.get("username") or not (
            _same(given.get("password"), self._api_key) or _same(given.get("api_key"), self._api_key)
        ):
            raise Refusal(401, "unauthorized")
        token = self._issue(time.time(), _whole(self._behaviour.token_lifetime))
        return HttpAnswer.json({"_messageCode_": "success", "message": "success", "token": token})

    def admits(self, authorization: str, access_token: str | None) -> bool:
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "basic":
            return _same(given.strip(), base64.b64encode(f"apikey:{self._api_key}".encode()).decode())
        token = given.strip() if scheme.lower() == "bearer" else access_token or ""
        expires, age = self._tokens.get(token, (0.0, -1))
        return time.time() < expires and age == self._behaviour.token_age

    def _issue(self, now: float, life: float) -> str:
        claims = {
            "iam_id": "IBMid-emulated",
            "iat": int(now),
            "exp": _whole(int(now) + life),
            "jti": secrets.token_hex(8),
        }
        token = jwt.encode(claims, self._secret, algorithm="HS256")
        if len(self._tokens) >= MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = (now + life, self._behaviour.token_age)
        return token


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), expected.encode())


def _whole(seconds: float) -> float:
    """IBM's times are whole seconds; a test may want shorter ones."""
    return int(seconds) if float(seconds).is_integer() else seconds
