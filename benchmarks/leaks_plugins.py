"""What the server of `leaks.py` is made of, as plugins that are installed: engines in memory, an assistant
that fails when it is told to, and a page that tells what there is in the process.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from switchhook import AdminPage, Assistant, Options, SpeechToText, TextToSpeech, Turn, hookimpl
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech

PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESS = Path("/proc/self")
SIZES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"  # of mallinfo2(3)
FAILS = "fails"  # the variable of a call whose assistant is to fail


def _answer(turn: Turn) -> list[str | Exception]:
    if FAILS in turn.variables:
        return [ValueError("as it was told to")]
    return ["welcome"]


FORGET: list[Callable[[], None]] = []
"""What engines in memory keep of calls that are over, for tests to look at: here it would be a leak."""


class Hearing:
    @staticmethod
    @hookimpl
    def create_stt(options: Options) -> SpeechToText:  # noqa: ARG004  # any
        FORGET.append((made := MemorySpeechToText()).opened.clear)
        return made


class Speaking:
    @staticmethod
    @hookimpl
    def create_tts(options: Options) -> TextToSpeech:  # noqa: ARG004  # any
        FORGET.append((made := MemoryTextToSpeech()).parameters.clear)
        return made


class Thinking:
    @staticmethod
    @hookimpl
    def create_assistant(options: Options) -> Assistant:  # noqa: ARG004  # any
        FORGET.append((made := MemoryAssistant(_answer)).turns.clear)
        return made


class Telling:
    @staticmethod
    @hookimpl
    def admin_page(path: str, plugin: object) -> AdminPage | None:  # noqa: ARG004
        return AdminPage(json.dumps(_figures()).encode()) if path == "/figures" else None


class MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in SIZES.split()]


def _malloced() -> int:
    """Bytes that are in use of what malloc has, without Python's small objects; 0 where the C library is not
    GNU's."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return 0
    ask.restype = MallInfo
    found = ask()
    return int(found.uordblks + found.hblkhd)


def _figures() -> dict[str, int]:
    for forget in FORGET:
        forget()
    gc.collect()
    return {
        "memory": int((PROCESS / "statm").read_text().split()[1]) * PAGE,
        "malloc": _malloced(),
        "objects": sys.getallocatedblocks(),
        "descriptors": len(list((PROCESS / "fd").iterdir())),
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
    }
