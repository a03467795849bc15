"""L16 lines: samples as they are, in one byte order or the other."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal

from pydantic import Field

from switchhook import AppInfo, AudioFormat, Codec, Table, hookimpl

from . import wav


class L16Settings(Table):
    byte_order: Literal["little", "big"] = Field(
        "little", description="big is what RTP registers as L16; AudioHook's own implementation takes little"
    )


class Little:
    """Half a sample at the end is dropped."""

    def decode(self, wire: bytes, /) -> bytes:
        return wire[: len(wire) & ~1]

    encode = decode


class Big:
    """Half a sample at the end is dropped."""

    def decode(self, wire: bytes, /) -> bytes:
        samples = array("H", wire[: len(wire) & ~1])
        samples.byteswap()
        return samples.tobytes()

    encode = decode


@hookimpl
def settings_model() -> type[L16Settings]:
    return L16Settings


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[L16Settings]:
    @asynccontextmanager
    async def set_up() -> AsyncIterator[L16Settings]:
        yield app.settings_of("l16")

    return set_up()


@hookimpl(trylast=True)
def create_codec(audio: AudioFormat, plugin: L16Settings | None) -> Codec | None:
    """Outside an application the byte order is the default."""
    if audio.encoding != "L16":
        return None
    return Big() if plugin is not None and plugin.byte_order == "big" else Little()


@hookimpl(trylast=True)
def load_audio(
    data: bytes, audio: AudioFormat, plugin: L16Settings | None
) -> bytes | Awaitable[bytes] | None:
    """Raises Unplayable, now or when awaited."""
    codec = create_codec(audio, plugin)
    samples = wav.load_audio(data, audio.linear) if codec is not None else None
    if codec is None or samples is None:
        return None
    return codec.encode(samples) if isinstance(samples, bytes) else _encoded(codec, samples)


async def _encoded(codec: Codec, samples: Awaitable[bytes]) -> bytes:
    return codec.encode(await samples)
