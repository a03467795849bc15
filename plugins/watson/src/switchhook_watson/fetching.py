"""A token from whatever authenticator the SDK made: IAM, Cloud Pak for Data, a container's, …"""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import requests
from ibm_cloud_sdk_core import ApiException  # type: ignore[import-untyped]  # the SDK has no types

from .errors import WatsonError, chain
from .tokens import Fetch, Token
from .trust import bundle

TIMEOUTS = 3.0, 8.0  # seconds to connect, and between two pieces of the answer
MALFORMED = (ValueError, LookupError, TypeError, AttributeError)  # an answer that is no token
SHORT_LIFE = 300.0  # seconds, of a token that does not say

# the SDK logs what it sends and takes, keys among it
logging.getLogger("ibm_cloud_sdk_core").setLevel(logging.WARNING)


def fixed_header(authenticator: Any) -> dict[str, str]:
    """Of an authenticator that needs no token service: a bearer token, a user and password, or nothing."""
    request: dict[str, dict[str, str]] = {"headers": {}}
    authenticator.authenticate(request)
    return request["headers"]


def fetcher(manager: Any, ca: Path | None) -> Fetch:
    """`manager`: a `TokenManager` of the SDK. Only its request is used, not its cache."""
    manager.http_config = {"timeout": TIMEOUTS} | ({"verify": bundle(ca)} if ca else {})

    def fetch() -> Token:
        try:
            return _ask(manager)
        except (ApiException, requests.exceptions.RequestException, *MALFORMED) as error:
            failure = _failure(error)
        # out here: what was caught holds an open connection, and would stay as this one's context
        raise failure

    return fetch


def _ask(manager: Any) -> Token:
    answer = manager.request_token()
    value = str(answer.get(getattr(manager, "token_name", None) or "access_token") or answer["token"])
    return Token(value, _life(value, answer))


def _failure(error: Exception) -> WatsonError:
    match error:
        case ApiException():
            return _refusal(error)
        case requests.exceptions.SSLError():
            return WatsonError("token", why="tls", detail=_deepest(error))
        case requests.exceptions.ProxyError():
            return WatsonError("token", why="proxy", detail=_deepest(error))
        case requests.exceptions.Timeout():
            return WatsonError("token", why="timeout")
        case requests.exceptions.ConnectionError():
            return WatsonError("token", why="connect", detail=_deepest(error))
        case _:
            return WatsonError("token", why="garbage", detail=type(error).__name__)


def _refusal(error: Any) -> WatsonError:
    said = " ".join(str(error.message or "").split())
    transaction = error.global_transaction_id or ""
    return WatsonError("token", why="status", status=error.status_code, transaction=transaction, detail=said)


def _life(value: str, answer: dict[str, Any]) -> float:
    """From the token's own claims, as the difference of the two clocks then does not matter."""
    claims: dict[str, Any] = {}
    parts = value.split(".")
    if len(parts) == 3:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
    if "exp" in claims and "iat" in claims:
        return float(claims["exp"]) - float(claims["iat"])
    return float(answer.get("expires_in") or SHORT_LIFE)


def _deepest(error: BaseException) -> str:
    *_, deepest = chain(error)
    return str(deepest)
