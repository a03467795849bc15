"""The page of contracts: what an engine and an assistant are, and what the testing kit has, from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from switchhook import testing
from switchhook.contract import assistant, audio, caller, info, options, sinks, speech, state
from switchhook.testing import conformance

HEAD = '''# Contracts

What a driver is made of. Each of these names comes from `switchhook`; none is a base class: an object that
has these members is an engine, whatever it derives from. Parameters before `/` are given by position.

## A voice of your own

A module, named by an entry point in `switchhook.tts`. Its options are the table in the configuration, without
`use`; a key that the model does not have is an error there, with the nearest that it has.

```python
from contextlib import aclosing, asynccontextmanager

from pydantic import Field

from switchhook import AudioFormat, Options, Table, hookimpl


class BeepOptions(Table):
    pitch: int = Field(440, ge=100, le=2000)  # tts = { use = "beep", pitch = 880 }


class BeepVoice:
    """As many beeps as the text has words."""

    formats = (AudioFormat("PCM", 8000),)
    ssml = False  # markup is taken out before
    max_bytes = 4096  # longer texts come in pieces

    def __init__(self, pitch):
        self.pitch = pitch

    @asynccontextmanager
    async def synthesize(self, text, audio, language, parameters, /):
        async def chunks():
            wave = b"".join(
                (8000 if i * self.pitch // audio.rate % 2 else -8000).to_bytes(2, "little", signed=True)
                for i in range(audio.rate // 5)
            )
            for _ in text.split():
                yield wave + audio.silence(0.1)

        async with aclosing(chunks()) as sound:
            yield sound  # leaving early is a barge-in: the rest is not asked for


@hookimpl
def create_tts(options: Options):
    return BeepVoice(options.parse(BeepOptions).pitch)
```

```python
from pathlib import Path

from switchhook.testing.conformance import check_text_to_speech


async def test_the_voice_conforms():
    await check_text_to_speech(lambda: create_tts(Options({"pitch": 880}, place="tts", base=Path())))
```

## An assistant of your own

Likewise in `switchhook.assistant`. `open` is entered once a call, `send` once a turn; a reply is read as it
comes, and leaving it early cancels what it still waits for. This one counts what it is told.

```python
from contextlib import asynccontextmanager

from switchhook import ReplyContext, Table, hookimpl, parse_response


class CountOptions(Table):
    greeting: str = "Hello."


class CountReply:
    matched = True

    def __init__(self, text, variables):
        self.text = text
        self.context = ReplyContext(variables=variables)

    async def __aiter__(self):
        yield parse_response({"response_type": "text", "text": self.text})


class CountConversation:
    def __init__(self, greeting):
        self.greeting, self.count = greeting, 0

    @asynccontextmanager
    async def send(self, turn, /):
        self.count += turn.kind == "speech"
        text = self.greeting if turn.kind == "start" else f"That makes {self.count}."
        yield CountReply(text, {**turn.variables, "count": self.count})


class CountAssistant:
    def __init__(self, greeting):
        self.greeting = greeting

    @asynccontextmanager
    async def open(self, call, /):
        yield CountConversation(self.greeting)


@hookimpl
def create_assistant(options):
    return CountAssistant(options.parse(CountOptions).greeting)
```

[Test a plugin](../how-to/test-a-plugin.md) has the checks of all contracts, and fixtures. Underneath is a
call in memory, in virtual time: nothing is spoken and nothing waits. Any `anyio` test runs such a function;
with trio's `MockClock(autojump_threshold=0)` the seconds take no time.

```python
from switchhook.testing import a_call


async def test_the_assistant_counts():
    async with a_call(CountAssistant("Moin.")) as talk:
        await talk.wait(5)
        talk.say("good morning")
        await talk.wait(5)
        assert talk.heard() == ["Moin.", "That makes 1."]
        talk.leg.close()
        record = await talk.over()
    assert record.outcome == "hung_up"
```

Errors that a driver raises say what kind they are. `LanguageUnknown` and `Unspeakable` are answers: the next
engine is asked, and health is not touched. Any other `SpeechError`, and `AssistantError`, is a failure.
`SettingsError` is for wrong options, `StartError` for what is missing on the machine; both stop the start
with their own words.
'''
PARTS: dict[str, tuple[Any, str]] = {
    "Speech": (speech, "SpeechToText Recognition SpeechStarted Transcript TextToSpeech"),
    "Audio": (audio, "AudioFormat Codec Tap"),
    "Assistants": (assistant, "Assistant Conversation Reply Interruptible ReplyContext Turn"),
    "What a plugin may know": (info, "CallInfo AppInfo"),
    "Reading options": (options, "Options Table"),
    "Where records go": (sinks, "RecordSink RecordStore"),
    "What workers know together": (state, "State Full"),
    "Callers that are made up": (
        caller,
        "CallerAct CallerLine CallerMind CallerPlan PlacedCall SimulatedCaller",
    ),
    "`switchhook.testing`": (
        testing,
        (
            "a_call Talk actions_of MemoryAssistant MemorySpeechToText MemoryTextToSpeech MemoryLeg "
            "MemoryState replay"
        ),
    ),
    "`switchhook.testing.conformance`": (
        conformance,
        (
            "check_speech_to_text check_text_to_speech check_assistant check_transport check_codec "
            "check_state check_record_sink Peer"
        ),
    ),
}
TYPES = """
Fields of a `Table` may be `FilePath` (a path, relative to the configuration), `Seconds` (a number, or text
such as `"14m"`, `"2.5s"`, `"300ms"`) and `Secret` (text, `{ env = "NAME" }` or `{ file = "PATH" }`; it is not
shown when printed).
"""


class More:
    """A default that a signature does not show."""

    def __repr__(self) -> str:
        return "…"


MORE = More()


def contracts_page() -> str:
    parts = [HEAD]
    for title, (module, names) in PARTS.items():
        parts.append(f"\n# {title}\n")
        parts += [part for name in names.split() for part in _member(getattr(module, name))]
        if title == "Reading options":
            parts.append(TYPES)
    return "".join(parts)


def _member(member: Any) -> Iterator[str]:
    given = _fields(member) if is_dataclass(member) else _signature(member)
    doc = inspect.cleandoc(vars(member).get("__doc__") or "" if inspect.isclass(member) else member.__doc__)
    yield f"\n## `{member.__name__}{given}`\n" + (f"\n{doc}\n" if doc else "")
    if inspect.isclass(member):
        lines = [*_methods(member)]
        yield "\n" * bool(lines) + "".join(lines)


def _methods(cls: type) -> Iterator[str]:
    for name, value in vars(cls).items():
        if name.startswith("_") and name != "__aiter__":
            continue
        function = value.fget if isinstance(value, property) else value
        if inspect.isfunction(function):
            signature = _signature(function)
            shown = f": {signature.removeprefix('() -> ')}" if isinstance(value, property) else signature
            doc = " ".join((function.__doc__ or "").split())
            yield f"- `{name}{shown}`{f': {doc}' if doc else ''}\n"


def _fields(cls: Any) -> str:
    shown = (f"{each.name}: {each.type}" for each in fields(cls) if not each.name.startswith("_"))
    return f"({', '.join(shown)})"


def _signature(member: Any) -> str:
    if (inspect.isclass(member) and "__init__" not in vars(member)) or getattr(member, "_is_protocol", False):
        return ""
    whole = inspect.signature(member)
    given = [_plain(each) for name, each in whole.parameters.items() if name != "self"]
    shown = whole.replace(
        parameters=given,
        return_annotation=inspect.Signature.empty if inspect.isclass(member) else whole.return_annotation,
    )
    return str(shown).replace("'", "")


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    """A default that is more than a word is only said to be there."""
    default = parameter.default
    simple = default is inspect.Parameter.empty or isinstance(default, int | float | None)
    return parameter if simple else parameter.replace(default=MORE)
