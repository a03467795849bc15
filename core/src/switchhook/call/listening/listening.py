"""Has the caller listened to: by one engine or another, in one language or another, or not at all."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from math import inf
from typing import NamedTuple

import anyio

from ...contract.bucket import TokenBucket
from ...contract.errors import LanguageUnknown, answer
from ...contract.speech import Parameters, Recognition, SpeechToText, Transcript
from ..bot import Bot
from ..dialogue.bounds import heard_within
from ..dialogue.events import Event, Failure, Faulted, WordsBegan
from ..engine import Engine, line_of
from ..failover import Failover
from ..language import CallLanguage
from ..line import Line
from ..signal import Signal, until_cancelled
from .kept_audio import KeptAudio

UNKNOWN = "no engine knows the language"
# How many times a second, and at once, a recognition may be opened because another is wanted. If the wish
# changes faster, the caller is heard a little later: his audio is kept meanwhile.
OPENINGS, AT_ONCE = 0.5, 6


class RecognitionSettings(NamedTuple):
    language: str
    parameters: Parameters


class Stage(Enum):
    OPENING = auto()
    OPEN = auto()
    FINISHING = auto()  # it was told that no more audio comes; its last words do


class CallRecognition:
    """One recognition, from when it is asked for until its end."""

    def __init__(self, engine: Engine[SpeechToText], wanted: RecognitionSettings, opening: float) -> None:
        """`opening`: seconds that it may take to open."""
        self.engine, self.wanted, self.stage = engine, wanted, Stage.OPENING
        self.declined = False  # it does not know the language: that is no failure
        self.patience = anyio.CancelScope(deadline=anyio.current_time() + opening)
        self.since = inf  # when it opened
        self._recognition: Recognition | None = None

    def open(self, recognition: Recognition) -> None:
        self.stage, self._recognition = Stage.OPEN, recognition
        self.patience.deadline, self.since = inf, anyio.current_time()

    def configure(self, language: str, parameters: Parameters) -> bool:
        """Whether it can go on in that way."""
        return self._recognition is not None and self._recognition.configure(language, parameters)

    def finish(self, closing: float) -> None:
        """`closing`: seconds for its last words."""
        self.stage = Stage.FINISHING
        self.patience.deadline = anyio.current_time() + closing
        if self._recognition is not None:
            self._recognition.finish()


class Failed(NamedTuple):
    """Why an engine has failed, and since when it had listened. `silent`: it never opened, nor said why."""

    problem: str
    since: float
    silent: bool


class Listening:
    """`take` is called for every frame of the caller's audio."""

    def __init__(
        self,
        bot: Bot,
        line: Line,
        emit: Callable[[Event], None],
        language: CallLanguage,
    ) -> None:
        self._times = bot.patience.listening
        self._line, self._emit, self._language = line, emit, language
        self.audio = KeptAudio(line.audio)
        self.take: Callable[[bytes], None] = self.audio.take
        self._wanted = RecognitionSettings(language.current, {})
        self._session: CallRecognition | None = None
        self._uttering = False  # words of an utterance have come, and not its final
        self._openings = TokenBucket(OPENINGS, AT_ONCE)
        self._changed = False  # the last session ended because another is wanted
        self._resting = False  # no recognition is wanted
        self._awake = Signal()  # after resting

    async def listen(self) -> None:
        """Engines are tried in order, and again for a while: a call outlives a short trouble of its network.
        If none listens again, the call has failed."""
        with until_cancelled():
            await self._listen_by_any()

    async def _listen_by_any(self) -> None:
        problem, failover = UNKNOWN if self._engines else "no engine", Failover[SpeechToText](self._times)
        while able := self._able():
            asked = self._wanted.language
            attempt = failover.next(able, anyio.current_time())
            if attempt is None:
                if (pause := failover.again(anyio.current_time())) is None:
                    break
                await anyio.sleep(pause)
            elif failed := await self._stay_with(attempt.engine, attempt.opening):
                engine, problem, now = attempt.engine, failed.problem, anyio.current_time()
                engine.failed(now, problem, silent=failed.silent)
                failover.failed(engine, now, failed.since)
                retried = not failover.is_left(able)
                self._emit(Faulted("recognition", "engine", problem, engine.name, retried, line_of(problem)))
            elif self._wanted.language != asked:
                failover = Failover[SpeechToText](self._times)  # the trouble was with engines of another one
        self._emit(Failure("recognition", problem, line_of(problem)))

    @property
    def _engines(self) -> tuple[Engine[SpeechToText], ...]:
        return self._language.of_tag(self._wanted.language).recognisers

    def _able(self) -> list[Engine[SpeechToText]]:
        """Those that know the language, in order. Where none does, the call goes on in another."""
        able = self._language.able(self._engines, self._wanted.language)
        while not able and self._engines and (other := self._language.give_up(self._wanted.language)):
            self._wanted = self._wanted._replace(language=other)
            able = self._language.able(self._engines, other)
        return able

    def _knows(self, engine: Engine[SpeechToText], language: str) -> bool:
        return self._language.of(engine, language) is not None

    # --- what is wanted

    def change(self, language: str, parameters: Parameters | None) -> None:
        """Audio from now on is recognised with these; what came before is recognised as before. None: nothing
        is recognised until there are parameters again."""
        if parameters is None:
            self._rest()
        elif self._resting:
            self._resting, self._wanted = False, RecognitionSettings(language, parameters)
            self.audio.ignore(False)
            self._awake.set()
        elif (language, parameters) != self._wanted:
            self._wanted = RecognitionSettings(language, parameters)
            if (session := self._open_session()) is not None and not self._configure(session):
                self._finish(session)

    def _open_session(self) -> CallRecognition | None:
        session = self._session
        return session if session is not None and session.stage is Stage.OPEN else None

    def _configure(self, session: CallRecognition) -> bool:
        spoken, wanted = self._language.of(session.engine, self._wanted.language), self._wanted
        before = self._language.of(session.engine, session.wanted.language)
        same = spoken == before and wanted.parameters == session.wanted.parameters
        if spoken is None or not (same or session.configure(spoken, wanted.parameters)):
            return False
        session.wanted = wanted
        return True

    def _rest(self) -> None:
        self._resting = True
        self.audio.ignore(True)
        if (session := self._open_session()) is not None:
            self._finish(session)

    def _finish(self, session: CallRecognition) -> None:
        self.audio.hold()
        session.finish(self._times.closing)

    # --- one engine

    async def _stay_with(self, engine: Engine[SpeechToText], opening: float) -> Failed | None:
        """One recognition after another, as what is wanted changes. None: the engine does not know the
        language that is wanted now, and nothing is wrong with it."""
        good: RecognitionSettings | None = None
        since = inf
        while True:
            await self._wait_for_turn()
            while self._resting:
                await self._awake.wait()
            if not self._knows(engine, self._wanted.language):
                return None
            session = CallRecognition(engine, self._wanted, opening)
            with session.patience:
                problem = await self._listen(session)
            if given_up := session.patience.cancelled_caught:
                problem = f"did not open within {opening:g} s"
            since = session.since if session.since < inf else since
            self._changed = session.stage is Stage.FINISHING
            if session.declined:
                continue  # it may be asked for the language by another tag
            if self._changed:
                good = session.wanted
            elif session.stage is Stage.OPENING and good is not None and session.wanted != good:
                self._emit(Faulted("recognition", "engine", problem, engine.name, line=line_of(problem)))
                if self._wanted == session.wanted:
                    self._wanted = good  # as before is better than not at all
            else:
                return Failed(problem, since, silent=given_up and since == inf)

    async def _wait_for_turn(self) -> None:
        if self._changed:
            await anyio.sleep_until(self._openings.due(anyio.current_time()))
            self._openings.spend(anyio.current_time())

    async def _listen(self, session: CallRecognition) -> str:
        """Why it ended."""
        engine, wanted, self._session = session.engine, session.wanted, session
        direct = self._line.audio in engine.driver.formats
        audio = self._line.audio if direct else self._line.audio.linear
        spoken = self._language.of(engine, wanted.language) or wanted.language
        try:
            async with engine.driver.open(audio, spoken, wanted.parameters) as recognition:
                session.open(recognition)
                self.audio.pour(self._line.decoder(recognition.feed, direct))
                if self._resting or self._wanted != wanted:  # it changed while this one was opening
                    self._finish(session)
                try:
                    async with _closing(aiter(recognition)) as given:
                        async for heard in given:
                            engine.worked()
                            self._hear(heard)
                finally:
                    # not to an engine that takes its time to close
                    self._session = None
                    self.audio.end(again=session.stage is Stage.OPEN and not self._resting)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; the next one is tried, or the call ends well
            if isinstance(answer(error), LanguageUnknown):
                self._language.lacks(engine, spoken)
                session.declined = True
            return engine.raised(error)
        return "the recognition ended by itself"

    def _hear(self, given: object) -> None:
        """Tells the dialogue when words began, if the engine gives times. Raises SpeechError."""
        heard = heard_within(given)
        if isinstance(heard, Transcript):
            if heard.text and heard.end > 0 and not self._uttering:
                self._emit(WordsBegan(max(0.0, self.audio.fed - heard.start)))
            self._uttering = (self._uttering or bool(heard.text)) and not heard.final
            if heard.final:
                self.audio.cover(heard.end)
        self._emit(heard)


@asynccontextmanager
async def _closing(given: AsyncIterator[object]) -> AsyncIterator[AsyncIterator[object]]:
    """It may be left before its end, where something in it is not what an engine may give."""
    try:
        yield given
    finally:
        if isinstance(given, AsyncGenerator):
            await given.aclose()
