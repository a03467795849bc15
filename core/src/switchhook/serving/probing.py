"""Whether a connector's engines answer: each is opened as a call would open it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import anyio

from ..call.equipment import Equipment
from ..contract.assistant import Assistant, Turn
from ..contract.audio import AudioFormat
from ..contract.errors import SwitchhookError, cause
from ..contract.info import CallInfo
from ..contract.languages import spoken_by
from ..contract.speech import SpeechToText, TextToSpeech

PCM = AudioFormat("PCM", 8000)
SILENCE = bytes(PCM.size(0.2))

Try = Callable[[], Awaitable[None]]


def tries(equipment: Equipment) -> Iterator[tuple[str, Try]]:
    """What kind of engine it is, and what raises if it does not answer."""
    language = equipment.language
    for recogniser in equipment.recognisers:
        yield "stt", partial(_listen, recogniser, spoken_by(recogniser, language) or language)
    for voice in equipment.voices:
        yield "tts", partial(_speak, voice, spoken_by(voice, language) or language)
    for assistant in equipment.assistants:
        yield "assistant", partial(_talk, assistant, CallInfo("probe", equipment.name, language=language))


async def problem(attempt: Try, patience: float) -> str:
    """Why it does not answer within so many seconds; nothing if it does."""
    try:
        with anyio.fail_after(patience):
            await attempt()
    except TimeoutError:
        return f"no answer within {patience:g} s"
    except Exception as error:  # noqa: BLE001  # an engine may raise anything; that is what is asked here
        return str(error) if isinstance(error, SwitchhookError) else cause(error)
    return ""


async def first_problem(equipment: Equipment, patience: float) -> str:
    """Why a caller would not be served; nothing if of each kind at least one engine answers."""
    found: dict[str, list[str]] = {}

    async def attempt(kind: str, one: Try) -> None:
        found[kind].append(await problem(one, patience))

    async with anyio.create_task_group() as group:
        for kind, one in tries(equipment):
            found.setdefault(kind, [])
            group.start_soon(attempt, kind, one)
    silent = (f"{kind}: {said[0]}" for kind, said in found.items() if all(said))
    return next(silent, "")


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
