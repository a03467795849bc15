"""What the server of `reload.py` is made of, as plugins that are installed: the engines of `watson_calls.py`,
with settings that can change and models that take room and time, and a plugin that tells its figures.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import anyio
from watson_calls_engines import Ear, Echo, Voice

from switchhook import AdminPage, AppInfo, Assistant, Options, SpeechToText, Table, TextToSpeech, hookimpl

MODEL = 4 * 1024 * 1024  # bytes of each: a hundred that stay are to be seen
PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESS = Path("/proc/self")
VERSION = version("switchhook")  # of what runs, whatever is installed later


class Loaded:
    """With a model, which is there from when it is made until it is left."""

    live = 0

    def __init__(self) -> None:
        self.model = bytearray(os.urandom(1024) * (MODEL // 1024))
        Loaded.live += 1

    async def __aenter__(self) -> Self:
        await anyio.sleep(0.01)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        Loaded.live -= 1


class LoadedEar(Loaded, Ear): ...


class LoadedVoice(Loaded, Voice):
    def __init__(self) -> None:
        Loaded.__init__(self)
        Voice.__init__(self)


class Hearing:
    @staticmethod
    @hookimpl
    def create_stt(options: Options) -> SpeechToText:  # noqa: ARG004  # any
        return LoadedEar()


class Speaking:
    @staticmethod
    @hookimpl
    def create_tts(options: Options) -> TextToSpeech:  # noqa: ARG004  # any
        return LoadedVoice()


class Thinking:
    @staticmethod
    @hookimpl
    def create_assistant(options: Options) -> Assistant:  # noqa: ARG004  # any
        return Echo()


class Settings(Table):
    number: int = 0


class Telling:
    """`entered`: lifespans that have not ended. `started`: calls that were answered."""

    late: ClassVar[list[float]] = []
    entered = started = 0

    @staticmethod
    @hookimpl
    def settings_model() -> type[Table]:
        return Settings

    @staticmethod
    @hookimpl
    def lifespan(app: AppInfo) -> object:
        return _life(app.settings_of("telling").number)

    @staticmethod
    @hookimpl
    def measured(name: str, value: float, labels: Mapping[str, str], plugin: object) -> None:  # noqa: ARG004
        if name == "loop_late_seconds":
            Telling.late.append(value)
        elif name == "calls_started":
            Telling.started += 1

    @staticmethod
    @hookimpl
    def admin_page(path: str, plugin: object) -> AdminPage | None:  # noqa: ARG004
        return AdminPage(json.dumps(_figures()).encode()) if path == "/figures" else None


@asynccontextmanager
async def _life(number: int) -> AsyncIterator[int]:
    Telling.entered += 1
    yield number
    Telling.entered -= 1


def _figures() -> dict[str, object]:
    late, Telling.late = Telling.late, []
    return {
        "late": late,
        "live": Loaded.live,
        "entered": Telling.entered,
        "started": Telling.started,
        "version": VERSION,
        "threads": threading.active_count(),
        "descriptors": len(list((PROCESS / "fd").iterdir())),
        "memory": int((PROCESS / "statm").read_text().split()[1]) * PAGE,
    }
