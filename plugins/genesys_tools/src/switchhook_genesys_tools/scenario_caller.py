"""The simulated Genesys caller, for programs that try a bot and know nothing of Genesys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from pydantic import Field

from switchhook import FilePath, SettingsError, Table, hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from switchhook import (
        CallerAct,
        CallerLine,
        CallerPlan,
        Options,
        PlacedCall,
        SpeechToText,
        TextToSpeech,
    )

    from .dial import CallerStep, CallResult, Heard, Target

PATIENCE = 30.0  # seconds that a bot may take to answer: a machine may be slow, and the answer still be right


class CallerOptions(Table):
    """Whom to call: a connector of a configuration, on the port where its server listens; or an address."""

    config: FilePath | None = None
    connector: str = ""
    port: int | None = Field(None, ge=1, le=65535)
    url: str = ""
    api_key: str = ""
    client_secret: FilePath | None = None
    language: str = "en-US"  # that is spoken where nobody says another


@hookimpl
def create_caller(options: Options) -> GenesysCaller:
    from .dial import of_connector, of_url

    asked = options.parse(CallerOptions)
    if asked.url:
        secret = None if asked.client_secret is None else f"@{asked.client_secret}"
        return GenesysCaller(of_url(asked.url, asked.api_key, secret), asked.language)
    if asked.config is None or not asked.connector:
        raise SettingsError("expected config and connector, or url and api_key")
    return GenesysCaller(of_connector(asked.config, asked.connector, asked.port), asked.language)


class GenesysCaller:
    """Texts are spoken by an installed voice, each once. That keeps no other call waiting."""

    def __init__(self, target: Target, language: str) -> None:
        self._target, self._language = target, language
        self._ear: SpeechToText | None = None
        self._voices: dict[str, TextToSpeech] = {}  # by language
        self._spoken: dict[tuple[str, str], bytes] = {}
        self._preparing = anyio.Lock()

    async def place(self, plan: CallerPlan, /) -> PlacedCall:
        from .dial import Manners, Plan, call

        language = plan.language or self._target.language or self._language
        acts = list(plan.acts)
        steps = await self._steps(acts, plan, language)

        async def goes_on(heard: Heard) -> Sequence[CallerStep]:
            thought = await plan.mind.next(await self._words(heard, language)) if plan.mind else ()
            acts.extend(thought)
            return await self._steps(thought, plan, language)

        dialled = Plan(
            tuple(steps),
            plan.variables,
            plan.language,
            manners=Manners(patience=PATIENCE),
            timeout=plan.limit,
            line=None if plan.line is None else _in_pcmu(plan.line.carried),
            goes_on=None if plan.mind is None else goes_on,
        )
        placed = await self._placed(await call(dialled, self._target), language)
        placed.acts = acts[: len(placed.began)]
        return placed

    async def _words(self, heard: Heard, language: str) -> str:
        """As the bot reports them, else as they are heard."""
        if heard.text or not heard.audio:
            return heard.text
        return await self._understood(heard.audio, language)

    async def _steps(self, acts: Sequence[CallerAct], plan: CallerPlan, language: str) -> list[CallerStep]:
        async with self._preparing:
            return [await self._step(act, language, plan.line) for act in acts]

    async def _step(self, act: CallerAct, language: str, line: CallerLine | None) -> CallerStep:
        from .dial import CallerStep, HangUp, Keys, Silence, Utterance

        turn: Utterance | Keys | Silence | HangUp = HangUp() if act.hang_up else Silence()
        if act.keys:
            turn = Keys(act.keys)
        elif act.say:
            audio = await self._speech(act.say, language)
            if line is not None:
                audio = await anyio.to_thread.run_sync(_in_pcmu(line.spoken), audio)
            turn = Utterance(audio, act.say)
        return CallerStep(turn, act.interrupt is not None, act.interrupt)

    async def _speech(self, text: str, language: str) -> bytes:
        from switchhook import load_voice

        from .dial.voice import speech

        if (text, language) not in self._spoken:
            if language not in self._voices:
                load = partial(load_voice, language=language)
                self._voices[language] = await anyio.to_thread.run_sync(load)
            self._spoken[text, language] = await speech(self._voices[language], text, language)
        return self._spoken[text, language]

    async def _placed(self, result: CallResult, language: str) -> PlacedCall:
        """A server's own outcome, where it says one, tells more than how the connection ended."""
        from switchhook import PlacedCall, codec_for

        from .dial import report
        from .dial.voice import LINE

        answered = next((event.at for event in result.events if event.kind == "opened"), 0.0)
        said = [(event.at - answered, event.text) for event in result.events if event.kind == "bot"]

        def keep(folder: Path) -> None:
            report.save(result, folder, codec_for(LINE))

        return PlacedCall(
            result.variables.get("switchhook_outcome", result.ending),
            "" if result.ok else result.detail,
            round(result.seconds - answered, 3),
            result.conversation_id,
            result.variables,
            [at - answered for at in result.began],
            [latency.seconds for latency in result.latencies],
            said or await self._recognised(result, answered, language),
            keep=keep,
        )

    async def _recognised(
        self, result: CallResult, answered: float, language: str
    ) -> list[tuple[float, str]]:
        """Of a server that does not report what it says."""
        return [
            (segment.at - answered, await self._understood(bytes(segment.audio), language))
            for segment in result.bot
        ]

    async def _understood(self, audio: bytes, language: str) -> str:
        """What a recogniser on this machine makes of it."""
        from switchhook import load_recogniser

        from .dial.hearing import recognised

        async with self._preparing:
            if self._ear is None:
                self._ear = await anyio.to_thread.run_sync(load_recogniser)
        return await recognised(self._ear, audio, language)


def _in_pcmu(linear: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    from switchhook import codec_for

    from .dial.voice import LINE

    codec = codec_for(LINE)
    return lambda audio: codec.encode(linear(codec.decode(audio)))
