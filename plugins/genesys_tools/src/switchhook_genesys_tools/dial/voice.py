"""The caller's voice: recordings, and speech of an installed engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchhook import (
    AudioFormat,
    SettingsError,
    choose_voice,
    codec_for,
    language_for,
    load_audio,
    load_voice,
)

from .turns import CallerStep, Keys, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from switchhook import TextToSpeech

    from .script import Item

LINE = AudioFormat("PCMU", 8000)


async def prepare(
    items: Sequence[Item], voice: str | None, language: str, tell: Callable[[str], None]
) -> tuple[CallerStep, ...]:
    """Everything that is to be said, as audio. `voice` names a plugin; none: one that is installed, which
    `tell` is told. Raises SettingsError, PluginError and SpeechError."""
    engine: TextToSpeech | None = None
    steps = []
    for item in items:
        turn: Utterance | Keys
        if item.kind == "dtmf":
            turn = Keys(item.value)
        elif item.kind == "wav":
            turn = Utterance(recording(item.path), item.path.name)
        else:
            if engine is None:
                voice = voice or choose_voice(language)
                tell(f"the caller speaks with the voice {voice}")
                engine = load_voice(voice)
            turn = Utterance(await speech(engine, item.value, language), item.value)
        steps.append(CallerStep(turn, item.interrupt))
    return tuple(steps)


def recording(file: Path) -> bytes:
    """A WAV file of any rate, width and number of channels, as PCMU. Raises SettingsError, PluginError."""
    try:
        return load_audio(file.read_bytes(), LINE)
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from None


async def speech(voice: TextToSpeech, text: str, language: str) -> bytes:
    """PCMU."""
    coded = LINE in voice.formats
    spoken = language_for(voice, language)
    async with voice.synthesize(text, LINE if coded else LINE.linear, spoken, {}) as chunks:
        audio = b"".join([chunk async for chunk in chunks])
    return audio if coded else codec_for(LINE).encode(audio)
