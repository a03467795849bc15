"""The services together on one port, with an authority made for them alone."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import trustme
from aiohttp import web

from switchhook import Assistant, SpeechToText, TextToSpeech

from .answers import HttpAnswer
from .assistant import AssistantService
from .behaviour import Behaviour
from .identity import Identity
from .seen import Seen
from .serving import Site
from .sessions import Sessions
from .speech_to_text import SpeechToTextService
from .text_to_speech import TextToSpeechService

INSTANCE = "11111111-0000-4000-8000-000000000001"
ASSISTANT = "22222222-0000-4000-8000-000000000002"
ENVIRONMENT = "33333333-0000-4000-8000-000000000003"
PREFIX = f"/instances/{INSTANCE}"
LARGEST_BODY = 100_000_000


@dataclass
class Emulated:
    """Where the services are, how to come in, and what they have seen. `ca` is a PEM file."""

    url: str
    ca: Path
    api_key: str
    behaviour: Behaviour
    log: list[Seen]
    _sessions: Sessions | None = None
    assistant_id: str = ASSISTANT
    environment_id: str = ENVIRONMENT

    @property
    def assistant_url(self) -> str:
        return self.url + PREFIX

    @property
    def speech_to_text_url(self) -> str:
        return self.url + PREFIX

    @property
    def text_to_speech_url(self) -> str:
        return self.url + PREFIX

    @property
    def iam_url(self) -> str:
        return self.url

    @property
    def cp4d_url(self) -> str:
        """Where Cloud Pak for Data gives tokens: to any user, with the API key as key or password."""
        return f"{self.url}/icp4d-api"

    @property
    def environ(self) -> dict[str, str]:
        """What IBM's SDK reads: with these variables it finds its way here."""
        return {
            f"{service}_{name}": value
            for service in ("ASSISTANT", "SPEECH_TO_TEXT", "TEXT_TO_SPEECH")
            for name, value in (
                ("URL", self.url + PREFIX),
                ("APIKEY", self.api_key),
                ("AUTH_URL", self.iam_url),
                ("AUTH_TYPE", "iam"),
            )
        }

    @property
    def overlapping(self) -> int:
        """How many messages came while another of the same session was being answered."""
        return self._sessions.overlapping if self._sessions is not None else 0

    @property
    def open_sessions(self) -> int:
        return len(self._sessions) if self._sessions is not None else 0


@asynccontextmanager
async def emulate(
    *,
    stt: SpeechToText | None = None,
    tts: TextToSpeech | None = None,
    assistant: Assistant | None = None,
    behaviour: Behaviour | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = True,
    api_key: str = "emulated-key",
) -> AsyncIterator[Emulated]:
    """What is not given is not served: 404. For asyncio."""
    behaviour = behaviour or Behaviour()
    identity = Identity(api_key, behaviour)
    site = Site(behaviour, identity, web.Application(client_max_size=LARGEST_BODY))
    _serve_tokens(site)
    if stt is not None:
        SpeechToTextService(site, stt).serve(PREFIX)
    if tts is not None:
        TextToSpeechService(site, tts).serve(PREFIX)
    with TemporaryDirectory(prefix="emulated-watson-") as folder:
        ca = Path(folder) / "ca.pem"
        context = _certify(ca, host)
        async with anyio.create_task_group() as group:
            sessions = Sessions(assistant, group, behaviour) if assistant is not None else None
            if sessions is not None:
                AssistantService(site, sessions, ASSISTANT, ENVIRONMENT).serve(PREFIX)
            async with _listen(site, host, port, context if tls else None) as bound:
                url = f"http{'s' if tls else ''}://localhost:{bound}"
                yield Emulated(url, ca, api_key, behaviour, site.log, sessions)
            group.cancel_scope.cancel()


def _serve_tokens(site: Site) -> None:
    async def iam(_request: web.Request, body: object) -> HttpAnswer:
        return site.identity.iam(body if isinstance(body, dict) else {})

    async def cp4d(_request: web.Request, body: object) -> HttpAnswer:
        return site.identity.cp4d(body)

    site.answer("POST", "/identity/token", "iam", iam)
    for path in ("/v1/authorize", "/icp4d-api/v1/authorize"):
        site.answer("POST", path, "iam", cp4d)


def _certify(ca: Path, host: str) -> ssl.SSLContext:
    authority = trustme.CA(organization_name="Emulated Watson")
    authority.cert_pem.write_to_path(str(ca))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1", "::1", host).configure_cert(context)
    return context


@asynccontextmanager
async def _listen(site: Site, host: str, port: int, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Handlers are cancelled when their client goes; at the end none is waited for."""
    runner = web.AppRunner(site.app, handler_cancellation=True, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=context, backlog=1024).start()
        yield runner.addresses[0][1]
    finally:
        with anyio.CancelScope(shield=True):
            for handler in runner.server.connections if runner.server else ():
                site.doors.add(handler.transport)
            await runner.cleanup()
            await site.doors.shut()
