"""What installed plugins can do for a program that answers no calls: a simulated caller, a test, a tool."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import anyio

from ..contract.assistant import Assistant
from ..contract.audio import AudioFormat, Codec
from ..contract.caller import SimulatedCaller
from ..contract.drivers import KnowsLanguages
from ..contract.errors import PluginError, SwitchhookError, Unplayable
from ..contract.languages import match, normalised
from ..contract.options import Options
from ..contract.speech import SpeechToText, TextToSpeech
from .asking import Hooks
from .loader import Plugins, bundled_first, installed


@cache
def _plugins() -> Plugins:
    plugins = Plugins()
    for entry in installed("codec"):
        plugins.load_one("codec", entry.name)
    return plugins


def _hooks() -> Hooks:
    return Hooks(_plugins(), list(_plugins().loaded.values()))


def codec_for(audio: AudioFormat) -> Codec:
    """A codec of an installed plugin. Raises PluginError if none knows the coding."""
    codec = _hooks().codec(audio)
    if codec is None:
        raise PluginError("codec", f"no plugin codes {audio.encoding}", cure="pip install switchhook-codecs")
    return codec


def load_audio(data: bytes, audio: AudioFormat) -> bytes:
    """A sound file's samples in that format. It would block an event loop. Raises PluginError if nothing
    installed reads the file."""
    try:
        with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop of its own
            samples = thread.submit(anyio.run, _hooks().load_audio, data, audio).result()
    except Unplayable as error:
        cause = f"the sound file cannot be played: {error.reason.rstrip('.')}"
        raise PluginError("codec", cause, cure="save it as WAV, 16-bit PCM") from None
    if samples is None:
        cure = "pip install switchhook-codecs"
        raise PluginError("codec", "no installed plugin reads this sound file", cure=cure)
    return samples


def load_voice(
    name: str | None = None, options: Mapping[str, Any] | None = None, *, language: str = ""
) -> TextToSpeech:
    """The installed speech synthesis of that name. Without a name: the first that says it knows the
    `language`, else the first of all; our own distributions come before others. Raises PluginError."""
    voice: TextToSpeech = _driver("tts", name or choose_voice(language), options or {})
    return voice


def choose_voice(language: str = "") -> str:
    """Which speech synthesis `load_voice` takes where none is named. Raises PluginError."""
    entries = bundled_first(installed("tts"))
    knowing = (entry.name for entry in entries if language and _speaks(entry.name, language))
    return next(knowing, None) or _first("tts")


def _speaks(name: str, language: str) -> bool:
    try:
        voice: TextToSpeech = _driver("tts", name, {})
    except SwitchhookError:  # it has to be configured, or is broken: it is taken only by its name
        return False
    return isinstance(voice, KnowsLanguages) and match(normalised(language), voice.languages) is not None


def choose_recogniser() -> str:
    """Which speech recognition `load_recogniser` takes where none is named. Raises PluginError."""
    return _first("stt")


def _first(group: str) -> str:
    entries = bundled_first(installed(group))
    if not entries:
        raise PluginError(group, "none is installed", cure="pip install 'switchhook[offline]'")
    return entries[0].name


def load_recogniser(name: str | None = None, options: Mapping[str, Any] | None = None) -> SpeechToText:
    """The installed speech recognition of that name, or the first one. Raises PluginError."""
    recogniser: SpeechToText = _driver("stt", name or choose_recogniser(), options or {})
    return recogniser


def load_assistant(name: str, options: Mapping[str, Any] | None = None) -> Assistant:
    """The installed assistant of that name. Raises PluginError, and SettingsError for wrong options."""
    assistant: Assistant = _driver("assistant", name, options or {})
    return assistant


def load_caller(name: str | None = None, options: Mapping[str, Any] | None = None) -> SimulatedCaller:
    """The installed simulated caller of that name, or the first one. Raises PluginError, and SettingsError
    for wrong options."""
    if name is None and not installed("caller"):
        raise PluginError("caller", "none is installed", cure="install a plugin that brings one")
    caller: SimulatedCaller = _driver("caller", name or _first("caller"), options or {})
    return caller


def _driver(group: str, name: str, options: Mapping[str, Any]) -> Any:
    plugin = _plugins().load_one(group, name)
    table = Options(options, place=group, base=Path.cwd())
    hook = f"create_{group}"
    made = _plugins().caller(hook, [plugin])(options=table)
    if made is None:
        raise PluginError(plugin.name, "made no engine", distribution=plugin.distribution, hook=hook)
    return made
