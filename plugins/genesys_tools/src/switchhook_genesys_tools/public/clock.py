"""Whether the clocks agree: a signature is refused when it is of another time."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import anyio

from switchhook import Finding

from .reach import PATIENCE, Place, secured

TOLERATED = 3.0  # seconds; what signatures allow, and one more for a header of whole seconds
LONGEST_HEAD = 16_384  # bytes


async def findings(place: Place) -> AsyncIterator[Finding]:
    """This machine against the server behind public_url, and against Genesys."""
    outside = place.outside
    asked = [("the server's clock", place.address, place.host, place.authority)]
    if outside.clock:
        asked.append(("Genesys' clock", outside.clock, outside.clock[0], outside.clock[0]))
    for whose, address, name, authority in asked:
        try:
            date = await _date(address, name, authority, outside.context)
        except (OSError, ssl.SSLError, anyio.BrokenResourceError, anyio.EndOfStream, ValueError):
            date = None
        if date is None:
            cure = "see that this machine keeps its time by NTP"
            yield Finding("warning", "clock", f"could not be compared with {whose}", cure)
            continue
        ahead = outside.now() - date - 0.5  # a header has whole seconds
        if abs(ahead) > TOLERATED + 1:
            way = "ahead of" if ahead > 0 else "behind"
            cure = "keep both by NTP: signatures tolerate 3 s"
            yield Finding("error", "clock", f"this machine is {abs(ahead):.0f} s {way} {whose}", cure)
        else:
            yield Finding("ok", "clock", f"agrees with {whose}")


async def _date(address: tuple[str, int], name: str, authority: str, context: ssl.SSLContext) -> float | None:
    async with secured(address, name, context) as stream:
        with anyio.fail_after(PATIENCE):
            request = f"GET /livez HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
            await stream.send(request.encode("ascii"))
            head = b""
            while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
                head += await stream.receive()
    for line in head.decode("latin-1").splitlines():
        field, _, value = line.partition(":")
        if field.lower() == "date":
            return parsedate_to_datetime(value.strip()).timestamp()
    return None
