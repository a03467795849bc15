"""A plugin as somebody wrote it against Switchhook 0.1, kept as it was: it has to go on working.

Do not change this file. When something in it no longer works, that is a change that breaks plugins:
docs/reference/compatibility.md says how such a change is made.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
from pydantic import BaseModel

from switchhook import (
    Actions,
    AppInfo,
    AssistantError,
    AudioFormat,
    CallInfo,
    CallRecord,
    Choice,
    EndCall,
    Figure,
    Finding,
    LanguageUnknown,
    Offer,
    Options,
    Parameters,
    ReplyContext,
    Response,
    Say,
    Seconds,
    Secret,
    SetVariables,
    SpeechStarted,
    Table,
    TextResponse,
    Transcript,
    Turn,
    UnknownResponse,
    UserDefinedResponse,
    hookimpl,
    parse_response,
)

OPENED = Figure("acme_opened", "count", "Accounts that were opened")


class AcmeSettings(Table):
    greeting: str = "Welcome"
    patience: Seconds = 2.0
    key: Secret | None = None


class Account(BaseModel):
    number: str
    balance: int = 0


class Bank:
    """What the calls of a process share."""

    def __init__(self, settings: AcmeSettings) -> None:
        self.settings = settings
        self.started, self.ended = 0, list[CallRecord]()
        self.turns, self.figures = list[Turn](), list[str]()

    async def balance(self, number: str) -> int:
        await anyio.sleep(0.5)
        return 100 + len(number)


@hookimpl
def settings_model() -> type[BaseModel]:
    return AcmeSettings


@hookimpl
def lifespan(app: AppInfo) -> Any:
    return opened(app.settings_of("acme"))


@asynccontextmanager
async def opened(settings: AcmeSettings) -> AsyncIterator[Bank]:
    yield Bank(settings)


@hookimpl
def check(app: AppInfo) -> AsyncIterator[Finding]:
    async def findings() -> AsyncIterator[Finding]:
        yield Finding("ok", "acme", app.settings_of("acme").greeting)
        yield Finding("warning", "acme", "no key", "set one")

    return findings()


@hookimpl
def figures() -> Iterable[Figure]:
    return [OPENED]


@hookimpl
def response_models() -> Mapping[str, type[BaseModel]]:
    return {"account": Account}


@hookimpl
def handle_unknown(response: UnknownResponse | Account, call: CallInfo) -> Actions | None:
    if not isinstance(response, Account):
        return None
    call.state["number"] = response.number
    return [Say(f"Account {response.number}."), SetVariables({"balance": response.balance})]


@hookimpl
def handle_user_defined(response: UserDefinedResponse, call: CallInfo, plugin: Bank | None) -> Actions | None:
    match response.user_defined:
        case {"acme": "balance"}:
            return tell_balance(plugin or Bank(AcmeSettings()), call.state.get("number", ""))
        case {"acme": "text", "text": str(text)}:
            return parse_response({"response_type": "text", "text": text})
        case {"acme": "menu"}:
            choices = Choice("1", ("balance",), {"text": "balance"}), Choice("2", ("bye",), {"text": "bye"})
            return [Say("Balance or bye?"), Offer(choices)]
        case {"acme": "bye"}:
            return EndCall()
    return None


async def tell_balance(bank: Bank, number: str) -> AsyncGenerator[Say]:
    yield Say("One moment.")
    balance = None
    with anyio.move_on_after(bank.settings.patience):
        balance = await bank.balance(number)
    yield Say(f"It is {balance}.")


@hookimpl
def handle_text(response: TextResponse) -> Actions | None:
    return Say("Hello from acme.") if response.text == "hello acme" else None


@hookimpl
def rewrite_action(action: Any, call: CallInfo) -> Any:
    if isinstance(action, Say) and "secret" in action.text:
        return [replace(action, text=action.text.replace("secret", "hidden word"))]
    return None


@hookimpl
def call_started(call: CallInfo, plugin: Bank | None) -> None:
    call.shared["started"] = call.id
    if plugin is not None:
        plugin.started += 1


@hookimpl
def turn_completed(call: CallInfo, turn: Turn, plugin: Bank | None) -> None:
    if plugin is not None:
        plugin.turns.append(turn)


@hookimpl
def call_ended(call: CallInfo, record: CallRecord, plugin: Bank | None) -> None:
    if plugin is not None:
        plugin.ended.append(record)


@hookimpl
def measured(name: str, value: float, labels: Mapping[str, str], plugin: Bank | None) -> None:
    if plugin is not None:
        plugin.figures.append(name)


# --- engines


class AcmeOptions(Table):
    word: str = "acme"


@hookimpl
def create_assistant(options: Options) -> Any:
    return AcmeAssistant(options.parse(AcmeOptions).word)


@hookimpl
def create_stt(options: Options) -> Any:
    return AcmeEar(options.parse(AcmeOptions).word)


@hookimpl
def create_tts(options: Options) -> Any:
    return AcmeVoice(options.parse(AcmeOptions).word)


class AcmeAssistant:
    """Says its word back, and ends the call at "bye"."""

    def __init__(self, word: str) -> None:
        self.word = word

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[AcmeConversation]:
        yield AcmeConversation(self.word)


class AcmeConversation:
    def __init__(self, word: str) -> None:
        self.word = word

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[AcmeReply]:
        if turn.text == "break":
            raise AssistantError("broken", reason="HTTP 500")
        yield AcmeReply(self.word, turn)


class AcmeReply:
    matched = True

    def __init__(self, word: str, turn: Turn) -> None:
        self.word, self.turn = word, turn
        self.context = ReplyContext(variables={**turn.variables, "turns": turn.number})

    async def __aiter__(self) -> AsyncIterator[Response]:
        if self.turn.text == "bye":
            yield parse_response({"response_type": "end_session"})
        else:
            yield parse_response(
                {"response_type": "text", "text": f"{self.word}: {self.turn.text or 'hello'}"}
            )


class AcmeEar:
    """Hears its word in whatever is not silent."""

    formats = (AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000))

    def __init__(self, word: str) -> None:
        self.word = word

    @asynccontextmanager
    async def open(
        self, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[AcmeRecognition]:
        if language.startswith("tlh"):
            raise LanguageUnknown("no Klingon", reason="language")
        yield AcmeRecognition(self.word, audio)


class AcmeRecognition:
    def __init__(self, word: str, audio: AudioFormat) -> None:
        self.word, self.audio = word, audio
        self.fed, self.loud, self.done = 0, False, anyio.Event()

    def feed(self, audio: bytes, /) -> None:
        self.fed += len(audio)
        self.loud = self.loud or audio != self.audio.silence(self.audio.seconds(len(audio)))

    def configure(self, language: str, parameters: Parameters, /) -> bool:
        return False

    def finish(self) -> None:
        self.done.set()

    async def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]:
        await self.done.wait()
        if self.loud:
            yield SpeechStarted(0.0)
            yield Transcript(self.word, True, 0.0, self.audio.seconds(self.fed))


class AcmeVoice:
    formats = (AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000))
    ssml = False
    max_bytes = 5_000

    def __init__(self, word: str) -> None:
        self.word = word

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncGenerator[bytes]:
            for _ in text.split():
                yield (b"\x20" if audio.encoding == "PCMU" else b"\x10\x00") * (audio.rate // 5)

        async with aclosing(chunks()) as spoken:
            yield spoken
