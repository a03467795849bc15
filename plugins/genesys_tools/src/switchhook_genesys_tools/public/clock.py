"""Checks whether the clocks agree: a signature of another time is refused."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import anyio

from switchhook import Finding
from switchhook_http import Connections, HttpError, Pool

from .reach import PATIENCE, Place

TOLERATED = 3.0  # seconds; what signatures allow, and one more for a header of whole seconds


async def findings(place: Place) -> AsyncIterator[Finding]:
    """Compares this machine with the server behind public_url, and with Genesys."""
    outside = place.outside
    asked = [("the server's clock", place.address, place.authority)]
    if outside.clock:
        asked.append(("Genesys' clock", outside.clock, outside.clock[0]))
    for whose, address, authority in asked:
        try:
            date = await _date(address, authority, outside.context)
        except (HttpError, TimeoutError, ValueError):
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


async def _date(address: tuple[str, int], authority: str, context: ssl.SSLContext) -> float | None:
    pool = Pool(context, Connections(to=address))
    try:
        with anyio.fail_after(PATIENCE):
            async with pool.request("GET", f"https://{authority}/livez") as reply:
                said = reply.headers.get("date")
    finally:
        await pool.aclose()
    return parsedate_to_datetime(said.strip()).timestamp() if said else None
