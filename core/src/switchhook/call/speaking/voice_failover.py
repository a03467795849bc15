"""Who speaks a prompt.

Engines are tried in order, and a spare one speaks beside one that is late: whichever sounds first is heard.
One that stops in the middle is followed by the next from the beginning of the text: said again is understood,
half a sentence is not. The last one gets a second chance, unless it had to rest before. One that cannot say
the text, or not in that language, is passed over: nothing is wrong with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import anyio

from ...contract.actions import Say
from ...contract.errors import LanguageUnknown, Unspeakable, answer
from ...contract.speech import Parameters, TextToSpeech
from ...speakable.words import Pause
from ..bot import Bot
from ..engine import Engine
from ..failover import Attempt, Failover
from ..language import CallLanguage
from ..line import Line
from ..prompt_cache.cache import Prompt
from ..signal import until_cancelled
from .playout import PromptError, Put
from .texts import parts, wording
from .voice_attempt import VoiceAttempt

SLOW = "no audio in time"
OUTRUN = "late: another voice was sooner"
SKIPPED_IN_PART = "no voice can say a part of the text: skipped"
UNKNOWN = "no voice knows the language"


class SlowVoiceError(PromptError):
    """An engine gave no audio in time."""


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """What is to be spoken, in which of the call's languages, and when its first sound is due."""

    said: Say
    language: str
    parameters: Parameters
    put: Put
    due: float


class VoiceFailover:
    def __init__(
        self,
        bot: Bot,
        line: Line,
        language: CallLanguage,
        faulted: Callable[[str, str], None],
        remark: Callable[[str], None],
    ) -> None:
        """`faulted` is told the name of an engine that failed and its problem, if the prompt goes on all the
        same; `remark` what was left out of a prompt, or not said as it was written."""
        self._bot, self._line, self._language = bot, line, language
        self._faulted = faulted
        self._pronunciations = bot.pronunciations
        self._remark, self._remarked = remark, set[str]()
        self._cache, self._patience = bot.cache, bot.patience.speaking
        self.synthesized = 0  # characters that engines were asked for

    async def say(self, wanted: PromptRequest) -> None:
        """Returns when all of it was put. Raises PromptError once no engine is left, and Unspeakable where
        all say that they cannot say it. Where no voice knows the language, the call goes on in another."""
        known = self._language.voices(wanted.language)
        try:
            while not await self._say_by_any([engine for engine, _ in known], wanted):
                before, known = known, self._language.voices(wanted.language)
                if known and known == before:
                    raise Unspeakable(reason="no voice can say the text")
                if known:
                    continue  # one may know the language by another tag
                other = self._language.give_up(wanted.language)
                if other is None:
                    raise PromptError(UNKNOWN if self._voices(wanted.language) else "no engine")
                wanted = replace(wanted, language=other)
                known = self._language.voices(wanted.language)
        except PromptError:
            if not await self._put_ready_made(wanted):
                raise

    def _voices(self, language: str) -> tuple[Engine[TextToSpeech], ...]:
        return self._language.of_tag(language).voices

    async def _say_by_any(self, able: list[Engine[TextToSpeech]], wanted: PromptRequest) -> bool:
        """False: nobody failed, and nobody can. Raises PromptError."""
        failover = Failover[TextToSpeech](self._patience)
        last: VoiceAttempt | None = None  # of those that failed
        insisting = False
        while attempt := failover.next(able, anyio.current_time()):
            tried = await self._speak_beside(attempt, wanted)
            if any(each.problem is None for each in tried):
                self._report(tried)
                return True
            _note(failover, tried)
            failed = [each for each in tried if not each.declined]
            if failed:
                last, insisting = failed[-1], not attempt.resting
            self._report(failed if failover.is_left(able) else failed[:-1])
        if last is None or last.problem is None:
            return False
        if insisting:
            return await self._insist(last.engine, last.problem, wanted)
        raise last.problem

    async def _put_ready_made(self, wanted: PromptRequest) -> bool:
        """The prompt as it was made before, for this language or for the connector's own: better than
        silence."""
        cache, language = self._cache, self._language
        if cache is None or not wanted.said.cached:
            return False
        for tag in dict.fromkeys((language.of_tag(wanted.language).language, language.own)):
            ready = replace(wanted, language=tag, parameters={})
            for engine in self._voices(tag):
                if await self._put_ready_by(engine, ready):
                    return True
        return False

    async def _put_ready_by(self, engine: Engine[TextToSpeech], wanted: PromptRequest) -> bool:
        """What this engine has spoken before, if that is all of it."""
        prompts = [self._prompt(engine, part, wanted) for part in self._parts(engine, wanted)]
        sounds = [self._cache.ready(prompt) if self._cache else b"" for prompt in prompts]
        if not (sounds and all(sounds)):
            return False
        for prompt, sound in zip(prompts, sounds, strict=True):
            await wanted.put(self._line.coded(prompt.audio, sound))
        return True

    def _report(self, tried: list[VoiceAttempt]) -> None:
        for each in tried:
            if each.problem and not each.declined:
                self._faulted(each.engine.name, each.problem.problem)

    async def _speak_beside(
        self, attempt: Attempt[TextToSpeech], wanted: PromptRequest
    ) -> list[VoiceAttempt]:
        """The attempts; one of them at most has no problem. A spare engine that was left does not count."""
        first = self._by(attempt.engine, wanted, attempt.opening)
        if attempt.spare is None:
            await self._speak(first, wanted)
            return [first]
        tried = [first]
        async with anyio.create_task_group() as group:
            group.start_soon(self._speak_as_task, first, wanted)
            while len(tried) == 1 and await first.is_late():
                second = self._by(attempt.spare, wanted, attempt.opening)
                with first.beside(second):
                    await self._speak(second, wanted)
                if not second.left:
                    tried.append(second)
        if first.left:
            first.engine.failed(anyio.current_time(), OUTRUN)
            if self._cache is not None and first.prompt is not None:
                self._cache.forget(first.prompt)  # the next to ask has it made anew
        return tried

    async def _insist(
        self, engine: Engine[TextToSpeech], problem: PromptError, wanted: PromptRequest
    ) -> bool:
        """Asks the last engine again. If it is slow, the caller is told so; a short trouble passes in
        silence. False: now it says that it cannot say it. Raises PromptError."""
        failover = Failover[TextToSpeech](self._patience, anyio.current_time())
        pause: float | None = 0.0
        while pause is not None:
            await anyio.sleep(pause)
            self._faulted(engine.name, problem.problem)
            if isinstance(problem, SlowVoiceError):
                await self._wait_for(engine, problem, wanted)
                return True
            again = self._by(engine, wanted, self._patience.afresh)
            await self._speak(again, wanted)
            if again.declined:
                return False
            if again.problem is None:
                return True
            problem = again.problem
            if again.bytes:
                break
            failover.failed(engine, anyio.current_time())
            pause = failover.again(anyio.current_time())
        raise problem

    async def _wait_for(
        self, engine: Engine[TextToSpeech], problem: SlowVoiceError, wanted: PromptRequest
    ) -> None:
        """Raises PromptError."""
        text = self._language.texts[-1]
        own = replace(wanted, said=Say(text), language=self._language.of_text(text, wanted.language))
        if not await self._put_ready_by(engine, replace(own, parameters={})):
            raise problem
        again = self._by(engine, wanted, self._patience.excused)
        await self._speak(again, wanted)
        if again.problem is not None:
            raise again.problem

    def _by(self, engine: Engine[TextToSpeech], wanted: PromptRequest, stall: float) -> VoiceAttempt:
        due = max(wanted.due, anyio.current_time())
        return VoiceAttempt(engine, wanted.put, due, self._patience.late, stall)

    async def _speak_as_task(self, one: VoiceAttempt, wanted: PromptRequest) -> None:
        with until_cancelled():
            await self._speak(one, wanted)

    async def _speak(self, one: VoiceAttempt, wanted: PromptRequest) -> None:
        """Sets its `problem`. An engine that was left has one too, and is not blamed; nor is one that cannot
        say it."""
        problem = await self._synthesize(one, wanted)
        if problem is None and not one.bytes and one.wording.has_words:
            problem = PromptError("no audio came")
        if problem is None:
            one.engine.worked()
            if one.skipped:
                self._remark(SKIPPED_IN_PART)
        elif not one.left and not one.declined:
            silent = isinstance(problem, SlowVoiceError)
            one.engine.failed(anyio.current_time(), problem.problem, silent=silent)
        one.end(problem)

    async def _synthesize(self, one: VoiceAttempt, wanted: PromptRequest) -> PromptError | None:
        # one scope around everything: an engine may hold scopes of its own while it is open
        with one.scope:
            try:
                one.wording = wording(
                    wanted.said.text, one.engine.driver, wanted.language, self._pronunciations
                )
                for part in one.wording.parts:
                    if isinstance(part, Pause):
                        one.hold(self._line.silence(part.seconds), part.seconds)
                        continue
                    one.prompt = prompt = self._prompt(one.engine, part, wanted)
                    one.begin()
                    await self._synthesize_part(one, prompt, cached=wanted.said.cached)
                await one.put_held()
                self._remark_once(one.wording.remarks)
            except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; the call says so and ends well
                said = answer(error)
                one.declined = said is not None
                if isinstance(said, LanguageUnknown):
                    self._language.lacks(one.engine, prompt.language)
                return PromptError(one.engine.raised(error))
        if one.left:
            return PromptError(OUTRUN)
        if not one.scope.cancelled_caught:
            return None
        if self._cache is not None:
            self._cache.forget(prompt)
        return SlowVoiceError(SLOW)

    async def _synthesize_part(self, one: VoiceAttempt, prompt: Prompt, *, cached: bool) -> None:
        try:
            async with self._synthesis(one.engine, prompt, cached) as chunks:
                await one.take(chunks, prompt.audio, self._line)
        except (Exception, SystemExit) as error:
            # before any sound, another voice may say all of it
            if not one.bytes or not isinstance(answer(error), Unspeakable):
                raise
            one.skipped = True

    def _remark_once(self, remarks: Iterable[str]) -> None:
        """Once in a call."""
        for remark in remarks:
            if remark not in self._remarked:
                self._remarked.add(remark)
                self._remark(remark)

    def _parts(self, engine: Engine[TextToSpeech], wanted: PromptRequest) -> list[str]:
        return parts(wanted.said.text, engine.driver, wanted.language, self._pronunciations)

    def _prompt(self, engine: Engine[TextToSpeech], text: str, wanted: PromptRequest) -> Prompt:
        audio = self._line.audio if self._line.audio in engine.driver.formats else self._line.audio.linear
        language = self._language.of(engine, wanted.language) or wanted.language
        return Prompt(engine.name, text, audio, language, wanted.parameters)

    def _synthesis(
        self, engine: Engine[TextToSpeech], prompt: Prompt, cached: bool
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        if cached and self._cache is not None and self._cache.takes(prompt.text):
            self.synthesized += 0 if self._cache.knows(prompt) else len(prompt.text)
            return self._cache.speak(engine.driver, prompt)
        self.synthesized += len(prompt.text)
        return engine.driver.synthesize(prompt.text, prompt.audio, prompt.language, prompt.parameters)


def _note(failover: Failover[TextToSpeech], tried: list[VoiceAttempt]) -> None:
    for each in tried:
        if each.left:
            failover.outrun(each.engine)
        elif each.declined:
            failover.declined(each.engine)
        else:
            failover.failed(each.engine, anyio.current_time())
