"""A record sink that posts each record to an address, one after the other."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import anyio

from switchhook import SinkUnavailable
from switchhook_http import HttpError, Pool, PublicConnections, key_in, signed, token

from .cdr import event

REFUSED = (400, 413, 415, 422)  # statuses that are about the record; any other may be another one tomorrow
CLAIMS = {"iss": "switchhook"}
LIFE = 300  # seconds that a token of IBM's form is good for
MOST_ANSWER = 65_536  # bytes that are read of an answer
Form = Literal["record", "ibm"]


class WebhookSink:
    """`hosts`: those that may be reached without TLS, and in a private network. `timeout`: seconds for one
    record."""

    def __init__(self, url: str, secret: str, form: Form, hosts: Sequence[str], timeout: float) -> None:
        self._url, self._secret, self._form, self._timeout = url, secret, form, timeout
        self._key = key_in(secret)
        self._hosts = hosts
        self._pool: Pool | None = None
        self._sent: set[str] = set()  # of records that come again with one that was not taken

    async def __aenter__(self) -> Self:
        self._pool = Pool(ssl.create_default_context(), PublicConnections(self._hosts), most=2, kept=1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def put(self, records: Sequence[Mapping[str, Any]], /) -> None:
        """Raises SinkUnavailable, and ValueError for a record that is refused."""
        for record in records:
            if (name := str(record["record_id"])) not in self._sent:
                await self._post(name, record)
                self._sent.add(name)
        self._sent -= {str(record["record_id"]) for record in records}  # others may come again alone

    async def _post(self, name: str, record: Mapping[str, Any]) -> None:
        body = json.dumps(record if self._form == "record" else event(record)).encode()
        if self._pool is None:
            raise SinkUnavailable("the sink is not entered", reason="not entered")
        status = 0
        try:
            with anyio.fail_after(self._timeout):
                async with self._pool.request("POST", self._url, self._headers(name, body), body) as answer:
                    status = answer.status
                    await answer.read(MOST_ANSWER)
        except HttpError as error:
            if not status:
                raise SinkUnavailable("no answer", reason=f"no answer: {error.problem}") from None
        if status in REFUSED:
            raise ValueError(f"status {status}")
        if not 200 <= status < 300:
            raise SinkUnavailable("the receiver does not take it", reason=f"status {status}")

    def _headers(self, name: str, body: bytes) -> dict[str, str]:
        told = {} if self._form == "record" else {"Authorization": token(self._secret, CLAIMS, LIFE)}
        return {
            "Host": urlsplit(self._url).netloc,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "User-Agent": "switchhook",
            **told,
            **signed(self._key, name, body),
        }
