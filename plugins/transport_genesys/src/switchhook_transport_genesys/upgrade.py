"""Whether an upgrade request is let in: no socket, no waiting, only the decision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from switchhook import ServerSettings, SettingsError
from switchhook_audiohook.addresses import authority
from switchhook_audiohook.nonces import NonceStore
from switchhook_audiohook.protocol import UUID
from switchhook_audiohook.settings import GenesysSettings
from switchhook_audiohook.signature import UpgradeRequest, Verdict, verify

from .cures import Reason
from .routing import NotServedError, Place, Routes

ADDRESS = re.compile(r"[0-9A-Za-z.:%\[\]_-]{1,64}")
IDS = {
    "organization_id": "audiohook-organization-id",
    "session_id": "audiohook-session-id",
    "correlation_id": "audiohook-correlation-id",
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """A verified request. The ids are UUIDs."""

    organization_id: str
    session_id: str
    correlation_id: str
    integration: str
    place: Place
    retry_attempt: int | None
    remote: str
    replayed: bool = False  # seen before, and let in all the same

    @property
    def details(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in (*IDS, "remote")}


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is for our log alone. `delay`: answer no sooner than any other failure of the kind."""

    status: HTTPStatus
    reason: str
    details: Mapping[str, object]
    delay: bool = False


class Gate:
    def __init__(
        self, settings: GenesysSettings, server: ServerSettings, routes: Routes, nonces: NonceStore | None
    ) -> None:
        """Without `nonces`, replays pass."""
        self._settings, self._routes = settings, routes
        self._nonces = None if settings.replayed == "off" else nonces
        self._secrets = settings.secrets()
        self._authority = authority(server.public_url) if server.public_url else ""
        self._trusted = _networks(server.proxy.trusted if server.proxy else [])

    async def judge(self, request: UpgradeRequest, remote: str, now: float) -> Admitted | Refused:
        """`now` in unix seconds. The authority in `request` is not looked at; and until the signature has
        passed, nothing else is."""
        trusted = self.trusts(remote)
        request = replace(request, authority=self._public_authority(request, trusted))
        remote = (trusted and _address(_last(request.header("x-forwarded-for")))) or remote
        ids = {name: _uuid(request.header(header)) for name, header in IDS.items()}
        details = {"remote": remote} | {name: value for name, value in ids.items() if value}
        verdict = await verify(request, self._secrets, now, self._nonces)
        replayed = verdict is Verdict.NONCE_REPLAYED and self._settings.replayed == "log"
        if verdict is not Verdict.VERIFIED and not replayed:
            reason = self._why(verdict, request.header("x-api-key") or "")
            return Refused(HTTPStatus.UNAUTHORIZED, reason, details, delay=True)
        if not all(ids.values()):
            missing = next(IDS[name] for name, value in ids.items() if not value)
            return Refused(HTTPStatus.BAD_REQUEST, f"{missing} is not a UUID", details)
        place = self._routes.locate(request.target)
        if place is None:
            return Refused(HTTPStatus.NOT_FOUND, Reason.UNKNOWN_PATH, details)
        integration = self._settings.owner(request.header("x-api-key") or "")
        if self._settings.unknown_connector == "not_found" and place.instance_id:
            try:
                self._routes.find(integration, place)
            except NotServedError as error:
                return Refused(HTTPStatus.NOT_FOUND, str(error), details)
        return Admitted(
            **ids,
            integration=integration,
            place=place,
            retry_attempt=_small_number(request.header("audiohook-retry-attempt")),
            remote=remote,
            replayed=replayed,
        )

    def _why(self, verdict: Verdict, api_key: str) -> str:
        """With a key that has no secret, only requests that are signed fail."""
        return Reason.KEY_UNSIGNED if self._secrets.get(api_key, b"") is None else verdict

    def _public_authority(self, request: UpgradeRequest, trusted: bool) -> str:
        if self._authority:
            return self._authority
        return (trusted and _last(request.header("x-forwarded-host"))) or request.header("host") or ""

    def trusts(self, remote: str) -> bool:
        """Whether it is a proxy of ours."""
        try:
            address = ip_address(remote)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _last(header: str | None) -> str:
    """The last value: each proxy appends one, so the last is what ours has seen."""
    return (header or "").rpartition(",")[2].strip()[:255]


def _address(text: str) -> str:
    """The text, as it goes into logs; empty if it cannot be an address, with or without a port."""
    return text if ADDRESS.fullmatch(text) else ""


def _uuid(value: str | None) -> str:
    """The value; empty if it is no UUID."""
    return value if value and UUID.fullmatch(value) else ""


def _small_number(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch("[0-9]{1,4}", value) else None


def _networks(texts: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(text) for text in texts]
    except ValueError as error:
        raise SettingsError(
            f"server.proxy.trusted: expected networks such as '10.0.0.0/8'; {error}"
        ) from None
