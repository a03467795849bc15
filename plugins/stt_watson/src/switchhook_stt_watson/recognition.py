"""One caller being listened to, over as many connections as it takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from switchhook import AudioFormat, Parameters, SpeechError, SpeechStarted, Transcript
from switchhook_watson import Once, Service, told_as

from . import messages
from .attention import Attention
from .beats import Beats
from .call_times import CallTimes
from .exchange import STOP, Exchange
from .failures import Failures, broken, refused
from .link import AGAIN, OPENING, Link, dial
from .request import Request
from .sending import BEAT, Sending
from .transcripts import WaitingTranscripts

logger = logging.getLogger(__name__)

ANSWERED = 3.0  # seconds for the service to say that it listens
PROMPTLY = 1.2  # and where it is asked for a result that is overdue
FINISHING = 4.0  # seconds for the last finals

Plan = Callable[[str, Parameters], Request]


class WatsonRecognition:
    """Where a connection fails, the next one is made by whoever iterates; what was fed since the last final
    is sent again. `plan` tells what to ask the service for."""

    def __init__(
        self, service: Service, audio: AudioFormat, plan: Plan, request: Request, beats: Beats
    ) -> None:
        self._service, self._plan = service, plan
        self._request = self._wanted = request
        self._good: Request | None = None  # the last one that the service took
        self._sending = Sending(audio)
        self._call_times = CallTimes(audio, self._sending)
        self._waiting, self._failures, self._warned = WaitingTranscripts(), Failures(), Once()
        self._exchange = Exchange()
        self._link: Link | None = None
        self._connection = AsyncExitStack()
        self._finishing = self._forgiven = False
        self._loop = asyncio.get_running_loop()
        self._attention = Attention(audio, self._loop.time)
        self._asked_at = self._loop.time()
        self._beats = beats
        beats.join(self._look, BEAT)
        self._patience: asyncio.TimerHandle | None = None

    def feed(self, audio: bytes, /) -> None:
        self._attention.hear(audio)
        self._sending.feed(audio)

    def configure(self, language: str, parameters: Parameters, /) -> bool:
        try:
            wanted = self._plan(language, parameters)
        except SpeechError:
            return False
        if self._waiting.over or wanted.query != self._request.query:
            return False
        self._wanted = wanted
        if self._link and self._exchange.takes_audio and wanted != self._request and not self._finishing:
            self._stop()
        return True

    def finish(self) -> None:
        if not self._finishing:
            self._finishing = True
            self._patience = self._loop.call_later(FINISHING, self._end)
            self._sending.close()

    async def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]:
        while (told := await self._waiting.next()) is not None:
            if isinstance(told, SpeechError):
                await self._recover(told)
            else:
                yield told

    # --- The connection

    async def connect(self, patience: float = OPENING) -> None:
        """Raises SpeechError, at the latest after `patience` seconds."""
        self._exchange, self._link = Exchange(), Link(self)
        link = self._link
        with told_as(SpeechError, self._service):
            dialled = dial(self._service, self._wanted.query, link, patience)
            await self._connection.enter_async_context(dialled)
        if self._link is link:  # else it is lost already
            self._sending.backlog.rewind()
            self._start(link)

    async def close(self) -> None:
        self._end()
        if lost := self._sending.dropped:
            logger.warning("Watson Speech to Text was too slow: %.1f s of audio were dropped", lost)
        await self._connection.aclose()

    async def _recover(self, error: SpeechError) -> None:
        if not self._forgiven and not self._failures.again(self._loop.time()):
            self._end()
            raise error
        self._forgiven = False
        logger.warning("Watson Speech to Text: connecting again: %s", error.reason)
        await self._connection.aclose()
        try:
            await self.connect(AGAIN)
        except SpeechError:
            self._end()
            raise

    def _end(self) -> None:
        self._beats.leave(self._look)
        if self._patience is not None:
            self._patience.cancel()
        self._sending.hold()
        self._sending.close()
        self._link = None
        self._waiting.end()

    def _lose(self, error: SpeechError) -> None:
        if self._link is not None:
            self._link.abort()
        self._link = None
        self._sending.hold()
        self._waiting.ask_again(error)

    # --- What is sent

    def _start(self, link: Link) -> None:
        self._request = self._wanted
        self._attention.began()
        self._exchange.start()
        self._asked_at = self._loop.time()
        link.socket.send(self._request.start)
        self._sending.begin(link, self._stop)

    def _stop(self, *, test: bool = False) -> None:
        """`test`: the result is overdue."""
        if self._link is None or not self._exchange.takes_audio:
            return
        self._attention.asked(tested=test)
        self._sending.fill_up()
        self._sending.hold()
        self._exchange.stop()
        self._asked_at = self._loop.time()
        self._link.socket.send(STOP)

    def _look(self) -> None:
        """Once a beat."""
        now = self._loop.time()
        if self._link is None or not self._link.attached:
            return
        if not self._link.is_alive(now, BEAT, doubted=self._attention.owed or self._exchange.awaited > 0):
            self._lose(broken("no answer to pings"))
        elif self._exchange.awaited and now - self._asked_at > self._answering:
            if self._attention.tested:
                self._failures.give_up()  # another connection would have to find out first, too
            self._lose(broken("no answer in time"))
        elif self._sending.backlog.waiting:
            self._attention.wait()
        elif (
            self._attention.owed and not self._finishing and self._attention.is_overdue(self._request.phrase)
        ):
            self._stop(test=True)
        else:
            self._sending.keep_up()

    @property
    def _answering(self) -> float:
        return PROMPTLY if self._attention.tested else ANSWERED

    # --- Told by the link

    def ready(self, link: Link, /) -> None:
        if link is self._link:
            self._sending.pump()

    def lost(self, link: Link, why: str, /) -> None:
        if link is self._link:
            self._lose(broken(why))

    def said(self, link: Link, text: str, /) -> None:
        if link is not self._link:
            return
        match messages.read(text):
            case messages.Listening():
                self._listening(link)
            case messages.Warned(text=said):
                self._warn(said)
            case messages.Refused() as refusal:
                self._refused(refusal)
            case messages.Garbage():
                self._lose(broken("unreadable answer"))
            case found:
                if found:
                    self._attention.answered()
                for each in found:
                    self._failures.worked()
                    self._waiting.tell(self._call_times.take(each, link.transactions))

    def _listening(self, link: Link) -> None:
        match self._exchange.listening():
            case "confirmed":
                self._good = self._request
            case "stopped" if self._finishing and not self._sending.backlog.waiting:
                self._end()
            case "stopped":
                self._start(link)

    def _refused(self, said: messages.Refused) -> None:
        error = refused(said, self._request)
        if self._good is None:
            self._failures.give_up()
        elif self._good is not self._request and not self._exchange.confirmed:
            logger.warning("Watson Speech to Text refuses the new parameters; those before stay")
            self._wanted, self._forgiven = self._good, True
        self._lose(error)

    def _warn(self, said: str) -> None:
        """The service's words may quote values; names are enough."""
        asked = {*self._request.parameters, *self._request.query}
        names = ", ".join(sorted(ascii(name)[:60] for name in asked if name in said)) or "something"
        if self._warned.first(names):
            logger.warning("Watson Speech to Text warns of %s", names)
