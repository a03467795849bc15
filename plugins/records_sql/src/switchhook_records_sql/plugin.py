"""The record sink `sql`."""

from __future__ import annotations

from switchhook import Options, RecordSink, hookimpl

from .options import SqlOptions
from .sink import SqlSink


@hookimpl
def create_record_sink(options: Options) -> RecordSink:
    asked = options.parse(SqlOptions)
    return SqlSink(asked.address(), asked.keep)
