"""The exporter that the settings name, and what it is given."""

from __future__ import annotations

import socket
from collections.abc import Callable
from importlib.metadata import version

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExportResult

from switchhook import CallRecord

from .sending import Sender
from .settings import TracingSettings
from .spans import CallSpans, count

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

    def end(self, record: CallRecord, began: int) -> None:
        """A plain call, which does not wait."""
        self._sender.put(CallSpans(record, began, self._resource), count(record))

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
