"""One call in memory, and what a test does with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import anyio

from .. import call as call_package
from ..call.bot import Bot
from ..call.call import Call
from ..call.dialogue.limits import Limits
from ..call.engine import Kind, engines_of
from ..call.record.masking import Mask
from ..call.record.variables import Reserved
from ..call.signal import until_cancelled
from ..contract.actions import Action, Choice, EndCall, Offer, Say
from ..contract.assistant import Turn
from ..contract.markers import hookimpl
from ..contract.records import CallRecord
from ..contract.responses import EndSessionResponse, OptionResponse, TextResponse
from ..contract.speech import SpeechStarted, Transcript
from ..contract.traces import home
from ..plugins.asking import Hooks
from ..plugins.blocking import CURE, Blocking, blocking_calls
from ..plugins.loader import Plugin, Plugins
from ..virtual.engines import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech
from ..virtual.leg import MemoryLeg

KINDS: tuple[tuple[Kind, str], ...] = (("assistant", "assistants"), ("stt", "recognisers"), ("tts", "voices"))


class PlainResponses:
    """The simple handlers that a test of core needs, in place of the plugins."""

    @hookimpl(trylast=True)
    def handle_text(self, response: TextResponse) -> Action:
        return Say(response.text)

    @hookimpl(trylast=True)
    def handle_option(self, response: OptionResponse) -> list[Action]:
        items = enumerate(response.options, 1)
        return [
            Say(response.title),
            Offer(tuple(Choice(str(n), (o.label,), o.value.input) for n, o in items)),
        ]

    @hookimpl(trylast=True)
    def handle_end_session(self, response: EndSessionResponse) -> Action:
        del response
        return EndCall()


@dataclass
class Talk:
    """Drive the caller's side; look at what happened."""

    call: Call
    leg: MemoryLeg
    stt: MemorySpeechToText
    tts: MemoryTextToSpeech
    assistant: MemoryAssistant
    events: list[str] = field(default_factory=list)
    record: CallRecord | None = None
    ended: anyio.Event = field(default_factory=anyio.Event)

    @property
    def turns(self) -> list[Turn]:
        return self.assistant.turns

    def say(self, text: str, *, final: bool = True, confidence: float | None = None) -> None:
        now = self.leg.audio.seconds(len(self.stt.opened[-1].fed))
        self.stt.hear(Transcript(text, final, now, now, confidence))

    def begin_to_speak(self) -> None:
        self.stt.hear(SpeechStarted(0.0))

    async def wait(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    async def run(self) -> None:
        self.record = await self.call.run()
        self.ended.set()

    async def over(self) -> CallRecord:
        """Until the call has ended."""
        await self.ended.wait()
        assert self.record is not None  # noqa: S101  # set before the event
        return self.record

    def heard(self) -> list[str]:
        """The texts whose sound reached the ear, in order."""
        order: list[str] = []
        for byte in self.leg.ear:
            text = self.tts.texts[byte - 1]
            if not order or order[-1] != text:
                order.append(text)
        return order


def _hooks(plugins: Sequence[object]) -> Hooks:
    held = Plugins()
    for number, module in enumerate(plugins, 1):
        held.hold(Plugin(f"responses/test{number}", "test", "0", module))
    plain = Plugin("responses/test0", "test", "0", PlainResponses())
    held.hold(plain)  # last: asked after other bundled ones
    return Hooks(held, list(held.loaded.values()))


@asynccontextmanager
async def _going_on(talk: Talk) -> AsyncIterator[None]:
    async with anyio.create_task_group() as group:
        group.start_soon(_run, talk.leg.run)
        group.start_soon(_run, talk.run)
        await anyio.sleep(0.001)
        yield
        group.cancel_scope.cancel()


async def _run(task: Callable[[], Awaitable[None]]) -> None:
    with until_cancelled():
        await task()


@contextmanager
def _nothing_blocks(makers: Sequence[object]) -> Iterator[None]:
    """What the call itself does, and neither the test around it nor another thread."""
    found: list[Blocking] = []
    with blocking_calls(found.append):
        yield
    said = dict.fromkeys(str(each.seen_by(makers)) for each in found if each.of(home(call_package)))
    if said:
        raise AssertionError(f"blocks the event loop with {'; '.join(said)}: {CURE}")


@asynccontextmanager
async def a_call(
    assistant: MemoryAssistant,
    *,
    leg: MemoryLeg | None = None,
    tts: MemoryTextToSpeech | None = None,
    plugins: Sequence[object] = (),
    limits: Limits | None = None,
    mask: Mask | None = None,
    failure_text: str = "sorry",
    reserved: tuple[str, ...] = Reserved(),
    may_block: bool = False,
    **bot: Any,
) -> AsyncIterator[Talk]:
    """`plugins` are asked before the plain handlers of the testing kit; `bot`: what else a connector gives
    its calls, such as spare engines or their drivers. The call is cut off when left. What blocks the event
    loop in it fails the test, unless it `may_block`. Raises AssertionError."""
    stt, tts, leg = MemorySpeechToText(), tts or MemoryTextToSpeech(), leg or MemoryLeg()
    given: dict[str, Any] = {
        "assistants": (assistant,),
        "recognisers": (stt,),
        "voices": (tts,),
        "failure_text": failure_text,
        "reserved": Reserved(*reserved),
        "limits": limits or Limits(),
        "mask": mask or Mask(),
        **bot,
    }
    for kind, name in KINDS:
        given[name] = engines_of(kind, given[name])
    made = Bot("test", hooks=_hooks(plugins), **given)
    events: list[str] = []
    call = Call(leg, made, events.append)
    talk = Talk(call, leg, stt, tts, assistant, events)
    makers = [*plugins, *(engine.driver for _, name in KINDS for engine in given[name])]
    with nullcontext() if may_block else _nothing_blocks(makers):
        async with _going_on(talk):
            yield talk
