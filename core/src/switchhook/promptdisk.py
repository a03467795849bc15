"""Prompts that outlive a restart."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import anyio

logger = logging.getLogger(__name__)


class PromptDisk:
    """A file for each listed prompt. Only what a configuration lists is written: what is said to one caller
    may be private."""

    def __init__(self, directory: Path, most: int) -> None:
        self._directory, self._most = directory, most

    async def read(self, key: str) -> bytes:
        return await anyio.to_thread.run_sync(self._read, key)

    async def write(self, key: str, audio: bytes) -> None:
        await anyio.to_thread.run_sync(self._write, key, audio)

    def _read(self, key: str) -> bytes:
        path = self._directory / key
        try:
            audio = path.read_bytes()
            os.utime(path)  # the oldest goes first
        except OSError:
            return b""
        return audio

    def _write(self, key: str, audio: bytes) -> None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            half = self._directory / f".{key}"
            with open(half, "wb", opener=_private) as file:
                file.write(audio)
            half.replace(self._directory / key)
            self._make_room()
        except OSError as error:
            logger.warning("cannot keep prompts in %s: %s", self._directory, error.strerror)

    def _make_room(self) -> None:
        files = sorted(self._directory.iterdir(), key=lambda path: path.stat().st_mtime)
        size = sum(path.stat().st_size for path in files)
        for path in files:
            if size <= self._most:
                return
            size -= path.stat().st_size
            path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
