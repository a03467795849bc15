"""`[plugins.tracing]`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from switchhook import Secret, Table


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or len(parts.path) <= 1:
        raise ValueError("expected an address such as 'https://collector.example.com:4318/v1/traces'")
    return url


class TracingSettings(Table):
    endpoint: Annotated[str, AfterValidator(_address)] | None = Field(
        None, description="where a collector takes OTLP over HTTP, path and all; none: no traces"
    )
    headers: dict[str, Secret] = Field(
        default_factory=dict, description="sent with each request, such as a key of the collector's"
    )
    service: str = Field("switchhook", min_length=1, description="what the traces call this server")
