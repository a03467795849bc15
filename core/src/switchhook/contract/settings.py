"""What the configuration may say: one TOML file, and the environment over it.

A variable `SWITCHHOOK_SERVER__PORT=9000` sets `[server] port`; a value that begins with `[` or `{` is read
as TOML. A name that fits no key is an error like any other unknown key, unless it is one by which Kubernetes
tells of a service, such as `SWITCHHOOK_SERVICE_HOST`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from .languages import normalised
from .names import check_name
from .options import SHORTEST, Choosing, FilePath, Seconds, Table
from .record_settings import RecordsSettings
from .state import StateSettings


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected a number, got true or false")  # noqa: TRY004  # pydantic reports ValueErrors
    return value


MOST_WORKERS = 256
Port = Annotated[int, BeforeValidator(_no_switch)]


class TlsSettings(Table):
    """Paths of PEM files."""

    certificate: FilePath
    key: FilePath


class ProxySettings(Table):
    trusted: list[str] = Field(default_factory=list, description="networks whose forwarded host is believed")


class ServerSettings(Table):
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 to be reachable")
    port: Port = Field(8443, ge=0, le=65535, description="0: any free port")
    public_url: str | None = Field(
        None,
        description="what callers' side connects to: base of every address, and the signed authority",
    )
    tls: TlsSettings | None = Field(None, description="PEM files, if no proxy ends TLS")
    proxy: ProxySettings | None = Field(None, description="what stands in front, if anything")
    max_calls: int = Field(1000, ge=1, description="above it new calls are given back or refused")
    max_late: Seconds = Field(
        1.0,
        gt=0,
        description="of the event loop, or of an engine on this machine, on average; likewise above it",
    )
    max_call: Seconds = Field(840.0, gt=0, description="a call is ended then, before its peer may cut it")
    notice: Seconds = Field(5.0, ge=0, description="after SIGTERM: calls are taken until balancers send none")
    workers: int = Field(1, ge=1, le=MOST_WORKERS, description="processes that answer calls")
    drain: Seconds = Field(900.0, ge=0, description="how long live calls may go on after that")
    watch: bool = Field(False, description="read the configuration again when a file of it has changed")

    @model_validator(mode="after")
    def _fits_together(self) -> ServerSettings:
        if self.workers > self.max_calls:
            raise ValueError(f"workers: expected at most max_calls ({self.max_calls}), got {self.workers}")
        url = self.public_url
        if url is not None and not (re.fullmatch(r"wss?://[^/?#\s@]+(/[^?#\s]*)?", url) and _has_host(url)):
            raise ValueError(f"public_url: expected 'wss://HOST/' without query, got {url!r}")
        return self


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port or an address that is none
        return False


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _language(tag: str) -> str:
    if not (language := normalised(tag)):
        raise ValueError(f"expected a language tag such as 'en-US', got {tag[:50]!r}")
    return language


Language = Annotated[str, AfterValidator(_language)]
Drivers = Annotated[list[Choosing], BeforeValidator(_one_or_more), Field(min_length=1)]
Name = Annotated[str, AfterValidator(check_name)]


class TransportSettings(Choosing):
    use: str = Field("", description="the plugin, where several are installed; its own options stand beside")


class BargeInSettings(Table):
    """Which speech of the caller interrupts a prompt. `switchhook tune` tries it on recordings."""

    on: Literal["words", "voice"] = Field("words", description="voice: before a word of it is known")
    words: int = Field(1, ge=1, description="that an interim transcript must have; a final one always counts")
    seconds: Seconds = Field(0.0, ge=0, description="of speech that an interim transcript must cover")
    ignore: list[str] = Field(
        default_factory=list, description="what listeners say in between: neither interrupts nor answers"
    )
    confidence: float = Field(0.0, ge=0, le=1, description="a final transcript below it is none")
    resume: bool = Field(False, description="a prompt that was stopped by such a one begins again")


class ReservedSettings(Table):
    """Names of the output variables that tell a flow when a call did not end as the assistant wanted. What
    the flow or the assistant sets under them is not given back. An empty one is not sent, and is free."""

    outcome: str = Field("switchhook_outcome", description="holds the outcome, as the call record has it")
    reason: str = Field("switchhook_reason", description="holds why, in a few words")
    intent: str = Field("Intent", description="holds the outcome too, for flows that branch on an intent")


class WaitingSettings(Table):
    """What the caller hears while an answer takes long."""

    text: str = Field("One moment, please.", description="empty: nothing")
    after: Seconds = Field(2.0, gt=0, description="of silence since the caller spoke")
    again: Seconds = Field(8.0, gt=0, description="of silence since it was said last")


class WaitingTextSettings(Table):
    text: str = Field("", description="empty: the connector's own")


class LanguageSettings(Table):
    """What a connector has for one more language. What is left out is as in the connector's table; a text
    that is left out is spoken in the connector's own language."""

    assistant: Drivers | None = Field(None, description="who answers in it; a table, or a list of them")
    stt: Drivers | None = Field(None, description="who hears it; likewise")
    tts: Drivers | None = Field(None, description="who speaks it; likewise")
    failure_text: str = Field("", description="spoken when an engine fails; empty: the connector's own")
    closing_text: str = Field("", description="spoken when the longest call is over; likewise")
    waiting: WaitingTextSettings = Field(
        default_factory=WaitingTextSettings, description="what is spoken while an answer takes long"
    )
    prompts: list[str] = Field(default_factory=list, description="texts that are spoken often in it")


def _spelt_once(value: object) -> object:
    """Checked before tags are normalised: of two spellings of one tag, nobody could say which counts."""
    seen: dict[str, str] = {}
    for tag in value if isinstance(value, Mapping) else ():
        other = seen.setdefault(normalised(str(tag)) or str(tag), str(tag))
        if other != tag:
            raise ValueError(f"{other!r} and {tag!r} are the same language: keep one of them")
    return value


HeardWords = Annotated[str, Field(max_length=200)]


class ConnectorSettings(Table):
    """One bot, as a flow calls it."""

    address: dict[str, Any] = Field(
        default_factory=dict, description="how it is reached; the transport reads it"
    )
    assistant: Drivers = Field(description="who answers; a table, or a list of them tried in order")
    stt: Drivers = Field(description="who hears; likewise")
    tts: Drivers = Field(description="who speaks; likewise")
    # the default is read too: with it comes the library of tags, which would cost the first call 60 ms
    language: Language = Field(
        "en-US", validate_default=True, description="of recognition and synthesis, where the flow says none"
    )
    languages: Annotated[dict[Language, LanguageSettings], BeforeValidator(_spelt_once)] = Field(
        default_factory=dict, description="further languages by their tags, and what is different in them"
    )
    plugins: list[str] | None = Field(None, description="only these handlers and listeners, of those loaded")
    failure_text: str = Field(
        "I am sorry, something went wrong. One moment please.", description="spoken when an engine fails"
    )
    closing_text: str = Field(
        "I am sorry, our time is up. One moment please.",
        description="spoken when the longest call is over, and when the server ends and waits no longer",
    )
    on_failure: Literal["completed", "error"] = Field(
        "completed",
        description="how a failed call is given back; outputs are not known to reach a flow with error",
    )
    waiting: WaitingSettings = Field(
        default_factory=WaitingSettings, description="what is spoken while an answer takes long"
    )
    prompts: list[str] = Field(
        default_factory=list,
        description="texts that are spoken often: made at the start, and kept on disk if [prompts] names one",
    )
    pronunciations: dict[Annotated[str, Field(min_length=1, max_length=100)], HeardWords] = Field(
        default_factory=dict,
        description='whole words as they are spelt, and what every voice says for each: { "Nguyen" = "win" }',
    )
    barge_in: BargeInSettings = Field(
        default_factory=BargeInSettings, description="what of the caller's speech interrupts a prompt"
    )
    post_response_timeout: Seconds = Field(
        7.0,
        ge=SHORTEST,
        description="of silence after a prompt until the assistant is told, at least 0.5; it may change that",
    )
    final_utterance_timeout: Seconds | None = Field(
        None, ge=SHORTEST, description="of speech without an end until the assistant is told; likewise"
    )
    max_silences: int | None = Field(
        None, ge=1, description="turns without input, in a row, until the call is given back; none: no limit"
    )
    merge_utterances: Seconds = Field(
        0.0,
        ge=0,
        le=10,
        description="after what was said, in which more of it makes one turn; each turn comes so much later",
    )
    choice_wait: Seconds = Field(
        2.0, ge=0, description="for a second key, where a list has an entry of both; # ends it"
    )
    outputs: ReservedSettings = Field(
        default_factory=ReservedSettings, description="names of reserved output variables"
    )
    unmask: list[Literal["transcripts", "variables", "digits"]] = Field(
        default_factory=list, description="what logs, records and event files may show"
    )
    events: bool = Field(False, description="write the dialogue's events beside the records")

    @model_validator(mode="after")
    def _further_languages_are_others(self) -> ConnectorSettings:
        if self.language in self.languages:
            raise ValueError(
                f"languages.{self.language} is the connector's own language: say it in the table above"
            )
        return self


class PromptsSettings(Table):
    """Prompts that were spoken before are played from memory."""

    memory: int = Field(64, ge=0, description="megabytes of audio to keep; 0: none")
    directory: FilePath | None = Field(
        None,
        description="where the audio of listed prompts outlives a restart, in a folder switchhook-prompts; "
        "none: nowhere",
    )
    disk: int = Field(256, ge=1, description="megabytes that it may take there")


class AdminSettings(Table):
    host: str = Field("127.0.0.1", description="address of the admin port")
    port: Port = Field(9090, ge=0, le=65535, description="livez and readyz; 0: any free port")


class PluginsSettings(Table):
    """Which plugins are loaded, and a table of settings for each that has some."""

    model_config = ConfigDict(extra="allow", frozen=True)
    only: list[str] | None = Field(None, description="codecs, responses and extensions to load; none: all")
    exclude: list[str] = Field(default_factory=list, description="not to be loaded")
    order: list[str] = Field(default_factory=list, description="who is asked first among third-party plugins")
    path: FilePath | None = Field(
        None,
        description="a folder in which each file NAME.py is a plugin that handles responses or listens, for "
        "trying out; nobody else may be able to write there; none: no such plugins",
    )
    off_after: int = Field(
        20,
        ge=0,
        description="faults in a row of a plugin's hook, within a minute, after which new calls do without "
        "it for five minutes; 0: never",
    )

    def tables(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(Table):
    server: ServerSettings = Field(default_factory=ServerSettings)
    transport: TransportSettings = Field(default_factory=TransportSettings)
    connectors: dict[Name, ConnectorSettings] = Field(default_factory=dict)
    records: RecordsSettings = Field(default_factory=RecordsSettings)
    prompts: PromptsSettings = Field(default_factory=PromptsSettings)
    state: StateSettings = Field(default_factory=StateSettings)
    admin: AdminSettings | None = Field(None, description="without this table there is no admin port")
    plugins: PluginsSettings = Field(default_factory=PluginsSettings)
