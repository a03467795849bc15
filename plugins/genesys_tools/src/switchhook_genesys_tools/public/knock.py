"""One request for a session, and what became of it."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import NamedTuple

import anyio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from switchhook_audiohook.protocol import NULL_ID, ClientSession, Media, Open, Participant, events
from switchhook_audiohook.protocol.turning_away import TurnedAway
from switchhook_audiohook.settings import Key
from switchhook_audiohook.signature import UpgradeRequest, sign

from .reach import PATIENCE, Place

UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Knock:
    """`authority` and `signed_target` are what is signed for; the request itself goes to `target`."""

    api_key: str
    secret: bytes | None
    authority: str
    target: str
    signed_target: str
    call: bool  # it asks for a call, but without any audio to agree on; else for a connection probe

    @classmethod
    def of(
        cls, key: Key, authority: str, target: str, *, signed_target: str = "", call: bool = False
    ) -> Knock:
        return cls(
            key.api_key.get_secret_value(), key.secret, authority, target, signed_target or target, call
        )


@dataclass(frozen=True, slots=True)
class KnockResult:
    opened: bool = False
    status: int = 101
    said: str = ""
    turned_away: TurnedAway | None = None


class _Ids(NamedTuple):
    """The ids of one session; each knock has its own."""

    session: str
    organization: str
    correlation: str


async def knock(place: Place, request: Knock) -> KnockResult:
    ids = _Ids(*(str(uuid.uuid4()) for _ in range(3)))
    try:
        with anyio.fail_after(PATIENCE):
            async with _connect(place, request, ids) as socket:
                return await _ask(socket, ids, call=request.call)
    except InvalidStatus as error:
        return KnockResult(status=error.response.status_code, said=f"HTTP {error.response.status_code}")
    except (
        InvalidHandshake,
        ConnectionClosed,
        OSError,
        EOFError,
        TimeoutError,
        json.JSONDecodeError,
    ) as error:
        return KnockResult(said=f"no session: {type(error).__name__}")


def _connect(place: Place, request: Knock, ids: _Ids) -> connect:
    """The request is signed as Genesys signs, and goes through no proxy of this machine's."""
    names = ("Audiohook-Session-Id", "Audiohook-Organization-Id", "Audiohook-Correlation-Id")
    headers = list(zip(names, ids, strict=True))
    asked = UpgradeRequest("GET", request.signed_target, request.authority, headers)
    nonce = secrets.token_urlsafe(18)
    headers += sign(asked, request.api_key, request.secret, place.outside.now(), nonce)
    host, port = place.address
    return connect(
        f"wss://{place.authority}{request.target}",
        host=host,
        port=port,
        ssl=place.outside.context,
        server_hostname=place.host,
        additional_headers=headers,
        compression=None,
        proxy=None,
    )


async def _ask(socket: ClientConnection, ids: _Ids, *, call: bool) -> KnockResult:
    session = ClientSession(ids.session, anyio.current_time)
    session.open(_opening(ids.organization, call=call))
    await _send(session, socket)
    while True:
        message = await socket.recv()
        if isinstance(message, str) and (answer := _answer(session, message)):
            await _send(session, socket)
            return answer


async def _send(session: ClientSession, socket: ClientConnection) -> None:
    for data in session.data_to_send():
        await socket.send(data)


def _answer(session: ClientSession, message: str) -> KnockResult | None:
    for event in session.receive_text(message):
        match event:
            case events.Opened():
                session.close("end")
                return KnockResult(opened=True)
            case events.Disconnected(reason, info):
                said = f"disconnect {reason}: {info[:200]}"
                return KnockResult(said=said, turned_away=TurnedAway.read(info))
            case events.ProtocolViolation(rule):
                return KnockResult(said=f"the server broke the protocol: {rule}")
    return None


def _opening(organization_id: str, *, call: bool) -> Open:
    if call:
        return Open(
            organization_id=organization_id,
            conversation_id=str(uuid.uuid4()),
            participant=Participant(id=str(uuid.uuid4())),
            media=(),
        )
    return Open(
        organization_id=organization_id,
        conversation_id=NULL_ID,
        participant=Participant(id=NULL_ID),
        media=(Media(),),
    )
