"""The recording of a call, for those who look at the call: its sound, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...contract.errors import PluginError, SettingsError
from ...contract.settings import Settings
from ...plugins.files import plugin_files
from ...plugins.loader import Plugins
from ..drivers.engines import ask

WAV = ".wav"

Opened = Callable[[Path], bytes]


class Found(NamedTuple):
    """`note`: where a recording is that cannot be shown; empty where it can, or where there is none."""

    wav: bytes = b""
    note: str = ""


def recording_of(record: Mapping[str, Any], opened: Opened | None = None) -> Found:
    """`opened` opens one that is encrypted. Raises SettingsError."""
    given = record.get("recordings")
    found = [_found(str(each), opened) for each in given] if isinstance(given, list) else []
    heard = [each for each in found if each.wav]
    return next(iter(heard or found), Found())


def _found(address: str, opened: Opened | None) -> Found:
    if "://" in address:
        return Found(note=f"its recording is in a store, {address}")
    path = Path(address)
    try:
        if not path.is_file():
            return Found(note=f"its recording {path} is not there any more, or not on this machine")
        if path.suffix == WAV:
            return Found(path.read_bytes())
    except OSError as error:
        return Found(note=f"its recording {path} cannot be read: {error.strerror}")
    if opened is not None:
        return Found(opened(path))
    ways = f"--identity KEYS draws it, and `age -d -i KEYS {path} > call.wav` opens it"
    return Found(note=f"its recording {path} is encrypted: with the file of its key, {ways}")


def opener(settings: Settings, base: Path, identity: Path) -> Opened:
    """Opens recordings by the plugin that knows how, with the key in that file. Raises PluginError, and
    SettingsError where the file is of no use."""
    asked = settings.plugins
    plugins = Plugins(asked.order)
    plugins.load_shared(asked.only, asked.exclude, plugin_files(asked.path, base) if asked.path else [])

    def opened(recording: Path) -> bytes:
        for plugin in plugins.loaded.values():
            if "open_recording" not in plugin.hooks:
                continue
            for wav in ask(plugins, plugin, "open_recording", file=recording, identity=identity):
                if isinstance(wav, bytes):
                    return wav
                cause = f"returned {type(wav).__name__}"
                raise PluginError(plugin.name, cause, hook="open_recording", cure="return bytes, or None")
        raise SettingsError(f"no installed plugin opens {recording}: pip install switchhook-recording")

    return opened
