"""The record sink `webhook`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from switchhook import Options, RecordSink, Seconds, Secret, Table, hookimpl
from switchhook_http import ascii_address, ascii_host, key_in

from .sink import Form, WebhookSink


class WebhookOptions(Table):
    url: Annotated[str, AfterValidator(ascii_address)] = Field(description="where records are posted")
    secret: Secret = Field(description="of the signature, as Standard Webhooks have it")
    form: Form = Field("record", description="ibm: the fields of IBM's call detail records")
    hosts: list[Annotated[str, AfterValidator(ascii_host)]] = Field(
        default_factory=list, description="that may be reached without TLS, and in a private network"
    )
    timeout: Seconds = Field(10.0, gt=0, le=50, description="for one record to be taken")

    @model_validator(mode="after")
    def _safe(self) -> WebhookOptions:
        try:
            key_in(self.secret.get_secret_value())
        except ValueError as error:
            raise ValueError(f"secret: {error}") from None
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in self.hosts:
            raise ValueError("url: expected https://…; a host that may go without TLS is named in `hosts`")
        if parts.username or parts.password:
            raise ValueError("url: expected none with a password: what is sent is signed")
        return self


@hookimpl
def create_record_sink(options: Options) -> RecordSink:
    asked = options.parse(WebhookOptions)
    return WebhookSink(asked.url, asked.secret.get_secret_value(), asked.form, asked.hosts, asked.timeout)
