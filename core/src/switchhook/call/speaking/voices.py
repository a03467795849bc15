"""Who speaks a prompt.

Engines are tried in order, and a spare one speaks beside one that is late: whichever sounds first is heard.
One that stops in the middle is followed by the next from the beginning of the text: said again is understood,
half a sentence is not. The last one gets a second chance, unless it had to rest before. One that cannot say
the text, or not in that language, is passed over: nothing is wrong with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import anyio

from ...contract.actions import Say
from ...contract.audio import AudioFormat
from ...contract.errors import LanguageUnknown, Unspeakable, answer, cause
from ...contract.speech import Parameters, TextToSpeech
from ..engine import Engine, in_order
from ..equipment import Equipment
from ..language import CallLanguage
from ..line import Line
from ..prompts.cache import Prompt
from .one_voice import STALL, Speaking
from .playout import Put
from .texts import parts, plain

LAST = 5.0  # seconds that the last engine may be behind its sound once the caller was told to wait
PERSISTENCE = 1.5  # seconds in which the only voice is tried again after it failed
AGAIN = 0.5  # seconds until then
SLOW = "no audio in time"
OUTRUN = "late: another voice was sooner"
UNKNOWN = "no voice knows the language"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be spoken, in which of the call's languages, and when its first sound is due."""

    said: Say
    language: str
    parameters: Parameters
    put: Put
    due: float

    def by(self, engine: Engine[TextToSpeech], patience: float = STALL) -> Speaking:
        return Speaking(engine, self.put, max(self.due, anyio.current_time()), patience)


class Voices:
    def __init__(
        self,
        equipment: Equipment,
        line: Line,
        language: CallLanguage,
        faulted: Callable[[str, str], None],
        skipped: Callable[[], None],
    ) -> None:
        """`faulted` is told the name of an engine that failed and its problem, where the prompt goes on;
        `skipped` that a part of a prompt was left out."""
        self._equipment, self._line, self._language = equipment, line, language
        self._faulted, self._skipped = faulted, skipped
        self._cache = equipment.cache

    async def say(self, wanted: Wanted) -> str:
        """Why it failed, once no engine is left; nothing when all of it was put. Raises Unspeakable where all
        say that they cannot say it. Where no voice knows the language, the call goes on in another."""
        while (problem := await self._say_by_any(wanted)) is None:
            if self._able(wanted):
                raise Unspeakable(reason="no voice can say the text")
            other = self._language.give_up(wanted.language)
            if other is None:
                problem = UNKNOWN if self._equipment.voices else "no engine"
                break
            wanted = replace(wanted, language=other)
        return "" if problem and await self._put_ready_made(wanted) else problem

    def _able(self, wanted: Wanted) -> list[Engine[TextToSpeech]]:
        able = self._language.able(self._equipment.voices, wanted.language)
        return in_order(able, anyio.current_time())

    async def _say_by_any(self, wanted: Wanted) -> str | None:
        """None: nobody failed, and nobody can."""
        engines, outrun = deque(self._able(wanted)), list[Engine[TextToSpeech]]()
        last: Speaking | None = None  # of those that failed
        insisting = False
        while engines:
            engine = engines.popleft()
            ready = self._is_ready(engine)
            spare = engines[0] if engines and self._is_ready(engines[0]) else None
            tried = await self._speak_beside(engine, spare, wanted)
            if len(tried) > 1:
                engines.popleft()
            if not all(each.problem for each in tried):
                self._report(tried)
                return ""
            failed = [each for each in tried if not each.declined]
            if failed:
                last, insisting = failed[-1], ready
            if tried[0].left and engine not in outrun:
                outrun.append(engine)  # late is better than broken off
                engines.append(engine)
            self._report(failed if engines else failed[:-1])
        if last is None:
            return None
        return await self._insist(last.engine, wanted, last.problem) if insisting else last.problem

    async def _put_ready_made(self, wanted: Wanted) -> bool:
        """As it was had ready, in the connector's own language: better than silence."""
        cache, own = self._cache, replace(wanted, language=self._language.own, parameters={})
        if cache is None or not wanted.said.cached:
            return False
        for engine in self._equipment.voices:
            prompts = [self._prompt(engine, part, own) for part in parts(wanted.said.text, engine.driver)]
            sounds = [self._coded(prompt.audio, cache.ready(prompt)) for prompt in prompts]
            if sounds and all(sounds):
                await wanted.put(b"".join(sounds))
                return True
        return False

    def _is_ready(self, engine: Engine[TextToSpeech]) -> bool:
        return not engine.rests(anyio.current_time())

    def _report(self, tried: list[Speaking]) -> None:
        for each in tried:
            if each.problem and not each.declined:
                self._faulted(each.engine.name, each.problem)

    async def _speak_beside(
        self, engine: Engine[TextToSpeech], spare: Engine[TextToSpeech] | None, wanted: Wanted
    ) -> list[Speaking]:
        """Those who tried; one of them at most has no problem. A spare one that was left has not tried."""
        first = wanted.by(engine)
        if spare is None:
            await self._speak(first, wanted)
            return [first]
        tried = [first]
        async with anyio.create_task_group() as group:
            group.start_soon(self._speak, first, wanted)
            while len(tried) == 1 and await first.is_late():
                second = wanted.by(spare)
                first.rival, second.rival = second, first
                await self._speak(second, wanted)
                if not second.left:
                    tried.append(second)
        if first.left:
            engine.failed(anyio.current_time())
            if self._cache is not None and first.prompt is not None:
                self._cache.forget(first.prompt)  # the next to ask has it made anew
        return tried

    async def _insist(self, engine: Engine[TextToSpeech], wanted: Wanted, problem: str) -> str | None:
        """The last engine again. Who waits for a slow one is told so; a short trouble passes in silence.
        None: now it says that it cannot say it."""
        began = anyio.current_time()
        heard = False
        while problem and not heard and anyio.current_time() < began + PERSISTENCE:
            self._faulted(engine.name, problem)
            if problem == SLOW:
                return await self._wait_for(engine, wanted)
            again = wanted.by(engine)
            problem = await self._speak(again, wanted)
            heard = bool(again.bytes)
            if again.declined:
                return None
            if problem and not heard:
                await anyio.sleep(AGAIN)
        return problem

    async def _wait_for(self, engine: Engine[TextToSpeech], wanted: Wanted) -> str:
        own = replace(wanted, parameters={}, language=self._language.own)
        waiting = self._prompt(engine, self._equipment.waiting_text, own)
        if self._cache is None or not (sound := self._cache.ready(waiting)):
            return SLOW
        await wanted.put(self._coded(waiting.audio, sound))
        return await self._speak(wanted.by(engine, LAST), wanted)

    async def _speak(self, one: Speaking, wanted: Wanted) -> str:
        """Why it failed. Who was left has a problem too, and no blame, nor has who cannot say it."""
        problem = await self._synthesize(one, wanted)
        if not problem and not one.bytes and any(map(str.isalnum, plain(wanted.said.text))):
            problem = "no audio came"
        if problem and not one.left and not one.declined:
            one.engine.failed(anyio.current_time(), silent=problem == SLOW)
        elif not problem:
            one.engine.worked()
            if one.skipped:
                self._skipped()
        one.end(problem)
        return problem

    async def _synthesize(self, one: Speaking, wanted: Wanted) -> str:
        # one scope around everything: an engine may hold scopes of its own while it is open
        with one.scope:
            try:
                for part in parts(wanted.said.text, one.engine.driver):
                    one.prompt = prompt = self._prompt(one.engine, part, wanted)
                    one.begin()
                    await self._synthesize_part(one, prompt, cached=wanted.said.cached)
            except Exception as error:  # noqa: BLE001  # an engine may raise anything; the call says so and ends well
                said = answer(error)
                one.declined = said is not None
                if isinstance(said, LanguageUnknown):
                    self._language.lacks(one.engine, wanted.language)
                return cause(error)
        if one.left:
            return OUTRUN
        if not one.scope.cancelled_caught:
            return ""
        if self._cache is not None:
            self._cache.forget(prompt)
        return SLOW

    async def _synthesize_part(self, one: Speaking, prompt: Prompt, *, cached: bool) -> None:
        try:
            async with self._synthesis(one.engine, prompt, cached) as chunks:
                async for chunk in chunks:
                    await one.put(self._coded(prompt.audio, chunk), prompt.audio.seconds(len(chunk)))
        except Exception as error:
            # before any sound, another voice may say all of it
            if not one.bytes or not isinstance(answer(error), Unspeakable):
                raise
            one.skipped = True

    def _prompt(self, engine: Engine[TextToSpeech], text: str, wanted: Wanted) -> Prompt:
        audio = self._line.audio if self._line.audio in engine.driver.formats else self._line.audio.linear
        language = self._language.of(engine, wanted.language) or wanted.language
        return Prompt(engine.name, text, audio, language, wanted.parameters)

    def _coded(self, audio: AudioFormat, chunk: bytes) -> bytes:
        return chunk if audio == self._line.audio else self._line.codec.encode(chunk)

    def _synthesis(
        self, engine: Engine[TextToSpeech], prompt: Prompt, cached: bool
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        if cached and self._cache is not None and self._cache.takes(prompt.text):
            return self._cache.speak(engine.driver, prompt)
        return engine.driver.synthesize(prompt.text, prompt.audio, prompt.language, prompt.parameters)
