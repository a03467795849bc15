"""An engine: one driver, how it has fared lately, and what may be asked of it beside its contract."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Self, TypeVar

from ..contract.assistant import Assistant, Turn
from ..contract.audio import AudioFormat
from ..contract.drivers import Closable, FallsBehind, KnowsLanguages, NamesLanguage, Warmable
from ..contract.errors import cause
from ..contract.info import CallInfo
from ..contract.languages import match
from ..contract.speech import Parameters, SpeechToText, TextToSpeech
from ..contract.traces import home, place, trace, without_frames

logger = logging.getLogger(__name__)

FAILURES = 3  # in a row, after which an engine rests
REST = 15.0  # seconds that it rests: meanwhile others are asked first
PCM = AudioFormat("PCM", 8000)
SILENCE = bytes(PCM.size(0.2))

Kind = Literal["transport", "state", "assistant", "stt", "tts"]
Report = Callable[[str, bool], None]
Failing = Callable[[str, str], None]
D = TypeVar("D")


class Problem(str):
    """Why an engine failed that raised. `where`: at which line of its author's file."""

    __slots__ = ("where",)
    where: str

    def __new__(cls, said: str, where: str = "") -> Self:
        problem = super().__new__(cls, said)
        problem.where = where
        return problem


def line_of(problem: str) -> str:
    """As file:line; nothing where nobody raised it."""
    return problem.where.removeprefix(" at ") if isinstance(problem, Problem) else ""


@dataclass(slots=True, eq=False)
class Engine(Generic[D]):
    """Made once for each distinct table of options, and shared by all calls of a process. `report` is told
    its name when it begins to rest, and when it works again; `failing` its name and why when it fails."""

    name: str  # as reports and the call record call it
    kind: Kind
    driver: D
    report: Report = lambda _name, _resting: None
    failing: Failing = lambda _name, _problem: None
    _failures: int = field(default=0, init=False)
    _resting: float = field(default=0.0, init=False)  # until then
    _closed: bool = field(default=False, init=False)

    # --- how it fares

    def rests(self, now: float) -> bool:
        return self._resting > now

    @property
    def is_resting(self) -> bool:
        """As it was reported."""
        return self._resting > 0

    def failed(self, now: float, problem: str = "", *, silent: bool = False) -> None:
        """`problem`: why, as a record may say it. `silent`: it said nothing, not even that it fails. That
        costs callers most, so once is enough."""
        self.failing(self.name, problem)
        self._failures = max(self._failures + 1, FAILURES if silent else 0)
        if self._failures >= FAILURES:
            if self._resting <= now:
                self.report(self.name, True)
            self._resting = now + REST

    def raised(self, error: BaseException) -> Problem:
        """What a record may say of the error, with the line of the engine's own code. The log names that too,
        and at level DEBUG all of the trace."""
        problem = Problem(cause(error), place(error, home(type(self.driver))))
        logger.info("%s: %s%s", self.name, problem, problem.where)
        logger.debug("%s:\n%s", self.name, trace(error))
        without_frames(error)
        return problem

    def worked(self) -> None:
        if self._resting:
            self.report(self.name, False)
        self._failures, self._resting = 0, 0.0

    # --- what it may offer

    @property
    def languages(self) -> Sequence[str]:
        """Tags of those that it says it knows; none: it does not say, and is asked for any."""
        return self.driver.languages if isinstance(self.driver, KnowsLanguages) else ()

    def spoken(self, language: str) -> str | None:
        """The tag that it is to be asked for; None where it does not know the language."""
        return match(language, self.languages) if self.languages else language

    def named(self, parameters: Parameters) -> str:
        """The tag of the language that these parameters name; the driver may raise anything."""
        return self.driver.language_of(parameters) if isinstance(self.driver, NamesLanguage) else ""

    @property
    def falls_behind(self) -> bool:
        return isinstance(self.driver, FallsBehind)

    def behind(self) -> float:
        """In seconds; it may raise anything."""
        return self.driver.behind() if isinstance(self.driver, FallsBehind) else 0.0

    @property
    def manager(self) -> AbstractAsyncContextManager[object] | None:
        """The driver, if it is to be entered once, around all calls."""
        return self.driver if isinstance(self.driver, AbstractAsyncContextManager) else None

    async def close(self) -> None:
        """To be called after the last call; a second time does nothing. A driver that is a context manager
        is left instead."""
        if self.manager is None and isinstance(self.driver, Closable) and not self._closed:
            self._closed = True
            await self.driver.aclose()

    @property
    def warmable(self) -> bool:
        return isinstance(self.driver, Warmable)

    async def warm(self) -> None:
        """It may raise anything."""
        if isinstance(self.driver, Warmable):
            await self.driver.warm()

    async def try_out(self, call: CallInfo) -> None:
        """Opens it as a call would. It raises anything if it does not answer, or takes for ever."""
        driver: Any = self.driver
        language = self.spoken(call.language) or call.language
        match self.kind:
            case "stt":
                await _listen(driver, language)
            case "tts":
                await _speak(driver, language)
            case "assistant":
                await _talk(driver, call)


def engines_of(kind: Kind, drivers: Iterable[D | Engine[D]]) -> tuple[Engine[D], ...]:
    """An engine for each driver, called by the driver's type. What is an engine already stays as it is."""
    made: list[Engine[D]] = []
    for each in drivers:
        if isinstance(each, Engine):
            made.append(each)
        else:
            name = type(each).__name__
            alike = sum(engine.name.split()[0] == name for engine in made)
            made.append(Engine(f"{name} {alike + 1}" if alike else name, kind, each))
    return tuple(made)


def in_order(engines: Sequence[Engine[D]], now: float) -> list[Engine[D]]:
    """The same engines, those that rest behind the others. None is left out: when all rest, all are tried."""
    return sorted(engines, key=lambda engine: engine.rests(now))


async def _listen(recogniser: SpeechToText, language: str) -> None:
    async with recogniser.open(PCM, language, {}) as recognition:
        recognition.feed(SILENCE)
        recognition.finish()
        async for _ in recognition:
            pass


async def _speak(voice: TextToSpeech, language: str) -> None:
    async with voice.synthesize("One.", PCM, language, {}) as chunks:
        async for _ in chunks:
            pass


async def _talk(assistant: Assistant, call: CallInfo) -> None:
    async with assistant.open(call) as conversation, conversation.send(Turn(1, "start")) as reply:
        async for _ in reply:
            pass
