"""One TLS connection, for who wants to look at it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.tls import TLSStream


@asynccontextmanager
async def secured(
    address: tuple[str, int], name: str, context: ssl.SSLContext, patience: float
) -> AsyncIterator[TLSStream]:
    """Closed also where it is given up while TLS is agreed on. `patience`: seconds until it is there.

    Raises OSError, ssl.SSLError, TimeoutError, and anyio's BrokenResourceError and EndOfStream."""
    with anyio.fail_after(patience):
        stream = await anyio.connect_tcp(*address)
        try:
            tls = await TLSStream.wrap(stream, hostname=name, ssl_context=context, standard_compatible=False)
        except BaseException:
            await anyio.aclose_forcefully(stream)
            raise
    async with tls:
        yield tls
