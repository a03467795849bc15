"""`audio`: a recording, fetched from the address that the author names."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

from pydantic import AfterValidator, Field

from switchhook import (
    Action,
    AppInfo,
    AudioResponse,
    Play,
    Response,
    Seconds,
    Table,
    UnknownResponse,
    hookimpl,
)
from switchhook_http import ascii_host, shown_address

from .channels import is_for_telephone
from .commands import is_true
from .fetching import Fetcher, FetchError, fetcher


class AudioSettings(Table):
    hosts: list[Annotated[str, AfterValidator(ascii_host)]] = Field(
        default_factory=list, description="hosts that may be reached without TLS, and in a private network"
    )
    max_bytes: int = Field(
        10_000_000, ge=1_000, description="of one file; ten minutes of 16-bit telephone sound"
    )
    timeout: Seconds = Field(8.0, gt=0, le=9.5, description="for a file to come, name lookup to last byte")
    cache: int = Field(100_000_000, ge=0, description="bytes of files that are kept")


@hookimpl
def settings_model() -> type[AudioSettings]:
    return AudioSettings


@asynccontextmanager
async def _files(settings: AudioSettings) -> AsyncIterator[Fetcher]:
    async with fetcher(
        hosts=settings.hosts, most=settings.max_bytes, patience=settings.timeout, cache=settings.cache
    ) as made:
        yield made


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[object]:
    return _files(app.settings_of("audio"))


@hookimpl(trylast=True)
def handle_audio(
    response: AudioResponse, plugin: Fetcher | None
) -> AsyncGenerator[Action | Response] | list[Action]:
    return play(response, plugin) if is_for_telephone(response) else []


def play(response: AudioResponse, files: Fetcher | None) -> AsyncGenerator[Action | Response]:
    options = response.channel_options.get("voice_telephony")
    loop = isinstance(options, dict) and is_true(options.get("loop"))
    return _play(files, response.source, loop)


async def _play(files: Fetcher | None, url: str, loop: bool) -> AsyncGenerator[Action | Response]:
    """What cannot be fetched is given back for what nobody performs: a reply of nothing else is silent."""
    if files is None:
        yield _unplayed("the plugin has not been started")
        return
    try:
        yield Play(await files.fetch(url), shown_address(url), loop)
    except FetchError as error:
        yield _unplayed(str(error))


def _unplayed(why: str) -> Response:
    return UnknownResponse(response_type="audio", problem=why)
