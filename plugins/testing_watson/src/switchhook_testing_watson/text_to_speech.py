"""Text to Speech: synthesis over HTTP and over WebSockets."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

from aiohttp import WSMsgType, web

from switchhook import SpeechError, TextToSpeech

from .answers import HttpAnswer, Refusal, cause
from .behaviour import Exchange
from .models import VOICES, describe_voice, voice_named
from .serving import Site
from .sockets import Closed, Socket
from .speaking import PARAMETERS, Voice, Wanted, timings, wanted

logger = logging.getLogger(__name__)

DEFAULT = "audio/ogg;codecs=opus"  # of IBM; nothing here can encode it
IN_QUERY = frozenset((*PARAMETERS, "voice", "access_token", "x-watson-metadata", "x-watson-learning-opt-out"))


class TextToSpeechService:
    def __init__(self, site: Site, engine: TextToSpeech) -> None:
        self._site, self._engine = site, engine

    def serve(self, prefix: str) -> None:
        self._site.answer("POST", f"{prefix}/v1/synthesize", "text_to_speech", self._post)
        self._site.upgrade(f"{prefix}/v1/synthesize", "text_to_speech", self._speak, self._get)
        self._site.answer("GET", f"{prefix}/v1/voices", "text_to_speech", self._voices)
        self._site.answer("GET", f"{prefix}/v1/voices/{{name}}", "text_to_speech", self._voice)

    async def _post(self, request: web.Request, body: Any) -> HttpAnswer:
        if not isinstance(body, dict):
            raise Refusal(400, "expected JSON with a text")
        return self._answer(request, body.get("text"))

    async def _get(self, request: web.Request, _body: Any) -> HttpAnswer:
        return self._answer(request, request.query.get("text"))

    def _answer(self, request: web.Request, text: object) -> HttpAnswer:
        accept = request.query.get("accept") or request.headers.get("Accept") or "*/*"
        what = wanted(text, DEFAULT if accept == "*/*" else accept, request.query)
        return HttpAnswer(self._chunks(what), type=what.type)

    async def _chunks(self, what: Wanted) -> AsyncGenerator[bytes, None]:
        """Raises Refusal, before the first chunk or after any."""
        voice = Voice(self._engine, what)
        try:
            speaking = self._engine.synthesize(voice.text, voice.audio, what.language, what.parameters)
            async with speaking as chunks:
                if voice.head:
                    yield voice.head
                async for chunk in chunks:
                    if chunk:
                        yield voice.coded(chunk)
        except SpeechError as error:
            logger.warning("the engine behind the emulator failed: %s", cause(error))
            raise Refusal(500, "Internal Server Error") from None

    async def _speak(self, request: web.Request, exchange: Exchange) -> web.StreamResponse:
        """One text for each connection, which is closed when it has been spoken."""
        socket = Socket(request, exchange)
        await socket.open()
        try:
            message = await socket.web.receive()
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._perform(socket, request, self._message(request, message.data))
                await socket.close(1000)
        except Refusal as refusal:
            await _refuse(socket, refusal)
        except Closed:
            pass
        return socket.web

    def _message(self, request: web.Request, data: str | bytes) -> Mapping[str, Any]:
        try:
            given = json.loads(data)
        except ValueError:
            given = None
        self._site.told("text_to_speech", request, given)
        if not isinstance(given, dict):
            raise Refusal(400, "expected JSON with a text")
        return given

    async def _perform(self, socket: Socket, request: web.Request, given: Mapping[str, Any]) -> None:
        accept = given.get("accept")
        if not isinstance(accept, str):
            raise Refusal(400, "The required parameter 'accept' is missing")
        what = wanted(given.get("text"), DEFAULT if accept == "*/*" else accept, request.query)
        if strangers := sorted(set(request.query) - IN_QUERY):
            await socket.tell({"warnings": f"Unknown arguments: {', '.join(strangers)}."})
        sent = 0
        async with aclosing(self._chunks(what)) as chunks:
            async for chunk in chunks:
                if not sent:
                    await socket.reach("first")
                    await socket.tell({"binary_streams": [{"content_type": what.type}]})
                await socket.play(chunk)
                sent += len(chunk)
                await socket.reach("middle", sent)
        if given.get("timings"):
            await socket.tell({"words": timings(what.text, what.media.audio.seconds(sent))})
        await socket.reach("end")

    async def _voices(self, request: web.Request, _body: Any) -> HttpAnswer:
        return HttpAnswer.json({"voices": [describe_voice(name, _base(request)) for name in sorted(VOICES)]})

    async def _voice(self, request: web.Request, _body: Any) -> HttpAnswer:
        name = voice_named(request.match_info["name"])
        if name is None:
            raise Refusal(404, "Voice not found")
        return HttpAnswer.json(describe_voice(name, _base(request)))


async def _refuse(socket: Socket, refusal: Refusal) -> None:
    with suppress(Closed):
        await socket.fail(refusal.message)


def _base(request: web.Request) -> str:
    return str(request.url.with_query(None)).partition("/v1/")[0]
