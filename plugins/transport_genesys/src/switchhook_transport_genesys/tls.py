"""The server's certificate, read again when it was renewed."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread

from switchhook import ServerSettings, StartError

logger = logging.getLogger(__name__)

RENEWAL_PERIOD = 60.0  # seconds between looks at the files


def load(certificate: Path, key: Path) -> ssl.SSLContext:
    """Raises StartError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name, path in (("certificate", certificate), ("key", key)):
        try:
            path.read_bytes()
        except OSError as error:
            raise StartError(f"server.tls.{name}: cannot read {path}: {error.strerror}") from None
    try:
        context.load_cert_chain(certificate, key, password="")  # empty: never ask on a terminal
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or "unreadable"
        raise StartError(
            f"server.tls: expected a certificate in PEM and its unencrypted key in {certificate} and {key},"
            f" got: {reason}"
        ) from None
    return context


async def renew(context: ssl.SSLContext, server: Callable[[], ServerSettings]) -> None:
    """New connections get the new certificate; those that are open are not touched. Calls do not wait for the
    disk that the files are on. Other files may be named meanwhile."""
    seen = _times(server())
    while True:
        await anyio.sleep(RENEWAL_PERIOD)
        settings = server()
        now = await anyio.to_thread.run_sync(_times, settings, abandon_on_cancel=True)
        if now == seen or settings.tls is None:
            continue
        seen, files = now, settings.tls
        try:
            # tried in a context of its own: half of a pair must not replace a good one
            await anyio.to_thread.run_sync(load, files.certificate, files.key, abandon_on_cancel=True)
        except StartError as error:
            logger.error("the renewed certificate is not used: %s", error)  # noqa: TRY400  # no traceback
        else:
            take(context, files.certificate, files.key)


def take(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """For connections that come from now on. The files were read just now, into a context of their own."""
    try:
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        logger.error("the renewed certificate is not used: %s", error)  # noqa: TRY400  # no traceback
    else:
        logger.info("the certificate was read again")


def _times(server: ServerSettings) -> list[tuple[Path, int]]:
    paths = (server.tls.certificate, server.tls.key) if server.tls else ()
    return [(path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths]
