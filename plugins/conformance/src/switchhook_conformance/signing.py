"""Signs upgrade requests as Genesys does, and wrongly where a case wants that. It shares no code with any
server, so that both do not make the same mistake."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COMPONENTS = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is different from a good signature. A parameter of None is left out."""

    components: Sequence[str] = COMPONENTS
    parameters: Mapping[str, str | int | None] = field(default_factory=dict)
    cut: int = 0  # bytes missing from the end of the signature


GOOD = Flaw()


def sign(
    target: str, authority: str, headers: Mapping[str, str], secret: bytes, flaw: Flaw = GOOD
) -> dict[str, str]:
    """The headers Signature and Signature-Input. `headers` in lower case, with x-api-key."""
    now = int(time.time())
    parameters: dict[str, str | int | None] = {
        "keyid": headers["x-api-key"],
        "nonce": base64.b64encode(secrets.token_bytes(18)).decode(),
        "alg": "hmac-sha256",
        "created": now,
        "expires": now + 30,
        **flaw.parameters,
    }
    values = {"@request-target": target, "@authority": authority, **headers}
    names = " ".join(f'"{name}"' for name in flaw.components)
    written = "".join(f";{name}={_item(value)}" for name, value in parameters.items() if value is not None)
    covered = f"({names}){written}"
    lines = [f'"{name}": {values[name]}' for name in flaw.components]
    base = "\n".join([*lines, f'"@signature-params": {covered}'])
    made = hmac.new(secret, base.encode(), hashlib.sha256).digest()
    made = made[: len(made) - flaw.cut]
    return {
        "signature-input": f"sig1={covered}",
        "signature": f"sig1=:{base64.b64encode(made).decode()}:",
    }


def _item(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'
