"""Takes the caller's audio to a recognition, and keeps what comes before there is one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf

import anyio

from ...contract.errors import LanguageUnknown, answer, cause
from ...contract.speech import Parameters, Recognition, SpeechStarted, SpeechToText, Transcript
from ..bounds import heard_within
from ..dialogue.events import Event, Failure, Faulted
from ..engine import Engine
from ..equipment import Equipment
from ..failover import Failover
from ..language import CallLanguage
from ..line import Line
from ..signal import Signal

KEPT = 30.0  # seconds of caller audio that wait for a recognition to open
UNSURE = 8.0  # seconds of caller audio that are kept until a final covers them
UNKNOWN = "no engine knows the language"


class Hearing:
    """`take` is called for every frame; it is `feed` of the open recognition wherever that is possible."""

    def __init__(
        self,
        equipment: Equipment,
        line: Line,
        emit: Callable[[Event], None],
        received: Callable[[], int],
        language: CallLanguage,
    ) -> None:
        self._engines, self._times = equipment.recognisers, equipment.patience.listening
        self._line, self._emit, self._received, self._language = line, emit, received, language
        self._since, self._opening = (
            inf,
            self._times.last,
        )  # when the recognition opened, and how long it may take
        self._early: deque[bytes] = deque()  # not given to a recognition yet
        self._kept = 0
        self._unsure: deque[bytes] = deque()  # given, and no final covers it
        self._base = 0
        self.take: Callable[[bytes], None] = self._keep
        self._wanted: tuple[str, Parameters] = ("", {})
        self._recognition: Recognition | None = None
        self._engine: Engine[SpeechToText] | None = None  # whose it is
        self._patience = anyio.CancelScope()
        self._opened = self._switching = self._resting = False
        self._awake = Signal()  # after resting

    @property
    def fed(self) -> float:
        """Seconds of audio that the open recognition was given: what its times count from."""
        return self._line.audio.seconds(self._received() - self._base)

    def _keep(self, data: bytes) -> None:
        self._early.append(data)
        self._kept += len(data)
        while self._kept > self._line.audio.size(KEPT):
            self._kept -= len(self._early.popleft())

    async def listen(self, language: str, parameters: Parameters) -> None:
        """Engines are tried in order, and again for a while: a call outlives a short trouble of its network.
        When none has listened again, the call has failed."""
        self._wanted = (language, parameters)
        problem, failover = UNKNOWN if self._engines else "no engine", Failover[SpeechToText](self._times)
        while able := self._able():
            attempt = failover.next(able, anyio.current_time())
            if attempt is None:
                if (pause := failover.again(anyio.current_time())) is None:
                    break
                await anyio.sleep(pause)
                continue
            engine = attempt.engine
            self._since, self._opening = inf, attempt.opening
            told = await self._stay_with(engine)
            if told is None:
                continue
            problem = told
            now = anyio.current_time()
            silent = self._since == inf and self._patience.cancelled_caught
            engine.failed(now, silent=silent)
            failover.failed(engine, now, self._since)
            alone = not failover.is_left(able)
            self._emit(Faulted("recognition", "engine", problem, engine.name, alone))
        self._emit(Failure("recognition", problem))

    def _able(self) -> list[Engine[SpeechToText]]:
        """In order, those that know the language. Where none does, the call goes on in another."""
        able = self._language.able(self._engines, self._wanted[0])
        while not able and self._engines and (other := self._language.give_up(self._wanted[0])):
            self._wanted = (other, self._wanted[1])
            able = self._language.able(self._engines, other)
        return able

    def _knows(self, engine: Engine[SpeechToText], language: str) -> bool:
        return self._language.of(engine, language) is not None

    def speak(self, language: str) -> None:
        """The conversation goes on in another language."""
        if self._resting:
            self._wanted = (language, self._wanted[1])
        else:
            self.change(language, self._wanted[1])

    def change(self, language: str, parameters: Parameters | None) -> None:
        """What was heard until now is recognised as before, what comes from now on as is wanted now. None: no
        recognition at all, until there are parameters again."""
        if parameters is None:
            self._rest()
            return
        if self._resting:
            self._resting, self._wanted = False, (language, parameters)
            self.take = self._keep
            self._awake.set()
            return
        if (language, parameters) == self._wanted:
            return
        self._wanted = (language, parameters)
        if self._recognition is not None and not self._configure(self._recognition):
            self._switch(self._recognition)

    def _configure(self, recognition: Recognition) -> bool:
        language, parameters = self._wanted
        spoken = None if self._engine is None else self._language.of(self._engine, language)
        return spoken is not None and recognition.configure(spoken, parameters)

    def _rest(self) -> None:
        self._resting = True
        self._early.clear()
        self._kept = 0
        if self._recognition is not None:
            self._switch(self._recognition)
        self.take = self._pass

    def _pass(self, data: bytes) -> None:
        """Unheard; it has been counted."""

    def _switch(self, old: Recognition) -> None:
        self.take, self._recognition, self._switching = self._keep, None, True
        self._patience.deadline = anyio.current_time() + self._times.closing  # for its last words
        old.finish()

    async def _stay_with(self, engine: Engine[SpeechToText]) -> str | None:
        """One recognition after another, as what is wanted changes. Why the last one ended; None: the engine
        does not know the language that is wanted now, and nothing is wrong with it."""
        good: tuple[str, Parameters] | None = None
        while True:
            while self._resting:
                await self._awake.wait()
            wanted = self._wanted
            if not self._knows(engine, wanted[0]):
                return None
            with anyio.CancelScope(deadline=anyio.current_time() + self._opening) as self._patience:
                problem = await self._listen(engine, *wanted)
            if self._patience.cancelled_caught:
                problem = f"did not open within {self._opening:g} s"
            if not self._knows(engine, wanted[0]):
                self._switching = False
                return None
            if self._switching:
                good, self._switching = wanted, False
            elif good is not None and wanted != good and not self._opened:
                self._emit(Faulted("recognition", "engine", problem, engine.name))
                if self._wanted == wanted:
                    self._wanted = good  # better as before than not at all
            else:
                return problem

    async def _listen(self, engine: Engine[SpeechToText], language: str, parameters: Parameters) -> str:
        """Why it ended."""
        self._opened = False
        direct = self._line.audio in engine.driver.formats
        audio = self._line.audio if direct else self._line.audio.linear
        spoken = self._language.of(engine, language) or language
        try:
            async with engine.driver.open(audio, spoken, parameters) as recognition:
                self._patience.deadline, self._opened = inf, True
                self._since = anyio.current_time()
                self._pour(self._line.decoder(recognition.feed, direct))
                self._recognition, self._engine = recognition, engine
                if self._resting:
                    self._switch(recognition)
                    self.take = self._pass
                elif self._wanted != (language, parameters):  # it changed while this one was opening
                    self._switch(recognition)
                try:
                    async for heard in recognition:
                        engine.worked()
                        self._cover(heard)
                        self._emit(heard_within(heard))
                finally:
                    # not to an engine that takes its time to close
                    self.take, self._recognition = self._pass if self._resting else self._keep, None
                    self._hear_again()
        except Exception as error:  # noqa: BLE001  # an engine may raise anything; the next one is tried, or the call ends well
            if isinstance(answer(error), LanguageUnknown):
                self._language.lacks(engine, language)
            return cause(error)
        return "the recognition ended by itself"

    def _pour(self, feed: Callable[[bytes], None]) -> None:
        self._base = self._received() - self._kept
        given = self._unsure = deque[bytes]()
        most = self._line.audio.size(UNSURE)

        def give(data: bytes) -> None:
            given.append(data)
            if len(given) * len(data) > most:  # pieces of a call are of one length, about
                given.popleft()
            feed(data)

        while self._early:
            give(self._early.popleft())
        self._kept = 0
        self.take = give

    def _cover(self, heard: SpeechStarted | Transcript) -> None:
        """A final tells for how much of the audio no other recognition has to be asked."""
        if isinstance(heard, Transcript) and heard.final:
            sure = self._line.audio.size(heard.end) if heard.end else inf
            since = self._received() - self._base - sum(map(len, self._unsure))
            while self._unsure and since + len(self._unsure[0]) <= sure:
                since += len(self._unsure.popleft())

    def _hear_again(self) -> None:
        """The next recognition is given what the last one was in the middle of."""
        if not (self._resting or self._switching):
            for data in self._unsure:
                self._keep(data)
        self._unsure = deque()
