"""The exporter that the settings name, and what it is given."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from importlib.metadata import version

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExportResult

from switchhook import CallInfo, CallRecord, TurnRecord

from .sending import Sender
from .settings import TracingSettings
from .spans import OF_TURN, Spans, count

TIMEOUT = 5.0  # seconds for a request, with all that it is tried again


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """A key in the headers is for the address that the operator names, and for no other."""
        del resp


class Traces:
    def __init__(self, settings: TracingSettings, lost: Callable[[int], None] = lambda _: None) -> None:
        """`lost` is told in any thread how many spans are newly lost."""
        headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
        self._exporter = OTLPSpanExporter(
            settings.endpoint, headers=headers, timeout=TIMEOUT, session=_Session()
        )
        self._resource = Resource.create(
            {
                "service.name": settings.service,
                "service.version": version("switchhook"),
                "host.name": socket.gethostname(),
            }
        )
        self._sender = Sender(self._exporter, told=lost)

    # Plain calls, which do not wait:

    def turn(self, call: CallInfo, turn: TurnRecord, began: int) -> None:
        spans = Spans(call.conversation_id, call.id, began, self._resource)
        self._sender.put(spans.of_turn(turn), OF_TURN)

    def end(self, record: CallRecord, began: int, done: Collection[int] = ()) -> None:
        """`done`: turns that were given before."""
        spans = Spans(record.conversation_id, record.id, began, self._resource)
        self._sender.put(spans.of_call(record, done), count(record, done))

    @property
    def lost(self) -> int:
        """Spans, ever."""
        return self._sender.lost

    def is_taken(self) -> bool:
        """Whether the collector takes a request, with no span in it. It waits."""
        return self._exporter.export([]) is SpanExportResult.SUCCESS

    def close(self) -> None:
        """It waits a little."""
        self._sender.close()
