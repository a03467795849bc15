"""Speech to Text: recognition over WebSockets, and of whole files over HTTP."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from typing import Any

import anyio
from aiohttp import WSMsgType, web

from switchhook import SpeechError, SpeechToText

from .answers import HttpAnswer, Refusal, cause
from .behaviour import Exchange, Phase
from .media import can_code, media
from .models import MODELS, describe_model
from .protocol import IN_START, Begin, Fail, Feed, Finish, Order, Requests, Tell
from .recognition import Request
from .serving import Site
from .sockets import LARGEST, Closed, Socket

logger = logging.getLogger(__name__)

CHECKS = 30  # how often in each 30 seconds the time is looked at


class Connection:
    """One client. What it sends is read here, each of its requests is a task."""

    def __init__(self, engine: SpeechToText, request: web.Request, socket: Socket, site: Site) -> None:
        self._engine, self._web_request, self._socket, self._site = engine, request, socket, site
        self._scale = site.behaviour.time_scale
        self._requests = Requests(request.query, time.monotonic(), self._scale)
        self._request: Request | None = None
        self._group = anyio.create_task_group()

    async def run(self) -> None:
        await self._socket.open()
        try:
            async with self._group:
                self._group.start_soon(self._watch)
                await self._read()
                self._group.cancel_scope.cancel()
        except* Closed:
            pass

    async def _read(self) -> None:
        async for message in self._socket.web:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            if len(message.data) > LARGEST:
                await self._socket.fail(f"a message is larger than {LARGEST} bytes", 1009)
            if message.type is WSMsgType.TEXT:
                self._site.told("speech_to_text", self._web_request, _json(message))
                await self._obey(self._requests.text(message.data, time.monotonic()))
            else:
                await self._obey(self._requests.binary(message.data, time.monotonic()))
                await self._socket.reach("middle", self._requests.size)

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(30 * self._scale / CHECKS)
            spoke = self._request.results.spoke if self._request else 0.0
            await self._obey(self._requests.time(time.monotonic(), spoke))

    async def _obey(self, orders: Iterable[Order]) -> None:
        for order in orders:
            match order:
                case Begin():
                    self._request = Request(self._engine, self._requests.model, order.media, order.parameters)
                    self._group.start_soon(self._recognise, self._request)
                case Feed() if self._request is not None:
                    self._request.feed(order.audio)
                case Finish() if self._request is not None:
                    await self._finish(self._request)
                case Tell():
                    await self._socket.tell(order.message)
                case Fail():
                    await self._socket.fail(order.error)

    async def _finish(self, request: Request) -> None:
        try:
            request.finish()
        except ValueError:
            await self._socket.fail("unable to transcode data stream audio/wav -> audio/x-float-array")

    async def _recognise(self, request: Request) -> None:
        try:
            async with aclosing(request.messages()) as messages:
                async for message in messages:
                    if phase := _phase(message):
                        await self._socket.reach(phase)
                    await self._socket.tell(message)
        except SpeechError as error:
            logger.warning("the engine behind the emulator failed: %s", cause(error))
            await self._socket.fail("unable to recognise: internal error")
        await self._socket.reach("end")
        await self._obey(self._requests.ended(time.monotonic()))


def _phase(message: Mapping[str, Any]) -> Phase | None:
    """Which one comes to its end with this message."""
    if "state" in message:
        return "first"
    return "end" if any(result.get("final") for result in message.get("results", ())) else None


def _json(message: Any) -> Any:
    try:
        return message.json()
    except ValueError:
        return message.data


class SpeechToTextService:
    def __init__(self, site: Site, engine: SpeechToText) -> None:
        self._site, self._engine = site, engine

    def serve(self, prefix: str) -> None:
        self._site.upgrade(f"{prefix}/v1/recognize", "speech_to_text", self._listen, self._no_audio)
        self._site.answer("POST", f"{prefix}/v1/recognize", "speech_to_text", self._recognise)
        self._site.answer("GET", f"{prefix}/v1/models", "speech_to_text", self._models)
        self._site.answer("GET", f"{prefix}/v1/models/{{name}}", "speech_to_text", self._model)

    async def _listen(self, request: web.Request, exchange: Exchange) -> web.StreamResponse:
        socket = Socket(request, exchange)
        await Connection(self._engine, request, socket, self._site).run()
        return socket.web

    async def _no_audio(self, _request: web.Request, _body: Any) -> HttpAnswer:
        raise Refusal(405, "Method Not Allowed")

    async def _recognise(self, request: web.Request, body: Any) -> HttpAnswer:
        """The whole audio at once; parameters are in the query."""
        model = request.query.get("model", "en-US_BroadbandModel")
        if model not in MODELS:
            raise Refusal(404, f"Model {model} not found")
        what = media(request.headers.get("Content-Type", ""))
        if what is None or not can_code(what.audio):
            raise Refusal(415, "Unsupported Media Type")
        parameters = {name: _value(value) for name, value in request.query.items() if name in IN_START}
        recognition = Request(self._engine, model, what, {**parameters, "interim_results": False})
        found: dict[str, Any] = {"result_index": 0, "results": []}
        try:
            recognition.feed(body if isinstance(body, bytes) else b"")
            recognition.finish()
            async with aclosing(recognition.messages()) as messages:
                async for message in messages:
                    found = message if "results" in message else found
        except ValueError:
            raise Refusal(400, "unable to transcode data stream -> audio/x-float-array") from None
        except SpeechError:
            raise Refusal(500, "Internal Server Error") from None
        return HttpAnswer.json(found)

    async def _models(self, request: web.Request, _body: Any) -> HttpAnswer:
        return HttpAnswer.json({"models": [describe_model(name, _base(request)) for name in sorted(MODELS)]})

    async def _model(self, request: web.Request, _body: Any) -> HttpAnswer:
        name = request.match_info["name"]
        if name not in MODELS:
            raise Refusal(404, "Model not found")
        return HttpAnswer.json(describe_model(name, _base(request)))


def _base(request: web.Request) -> str:
    return str(request.url.with_query(None)).partition("/v1/")[0]


def _value(text: str) -> Any:
    """As the same parameter would be in a start message."""
    return {"true": True, "false": False}.get(text, text)
