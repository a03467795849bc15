"""An ended call is freed at once, however it ended. Circles of references would keep it until Python searches for
them, and every other call stands still for that."""

import asyncio
import gc
import weakref
from collections import Counter
from contextlib import contextmanager

import anyio
import pytest

from switchhook import (
    ConfigureSynthesis,
    Digit,
    Gap,
    HandOver,
    LegInfo,
    Play,
    PlaybackFinished,
    PlaybackStarted,
    Say,
    SetLanguage,
    SpeechError,
    hookimpl,
    virtual_time,
)
from switchhook.call.signal import Ties, until_cancelled
from switchhook.call.speaking.voice_failover import PromptRequest
from switchhook.testing import MemoryAssistant, MemoryLeg, MemoryTextToSpeech, a_call

END = {"response_type": "end_session"}
OURS = ("switchhook.call.", "switchhook.virtual.", "switchhook.contract.info")


def alive():
    """How many there are of each type of ours, without texts: the log that a test captures keeps some."""
    kinds = [type(each) for each in gc.get_objects() if not isinstance(each, str)]
    return Counter(kind.__qualname__ for kind in kinds if str(kind.__module__).startswith(OURS))


@contextmanager
def without_search():
    """Nothing is freed but what nobody refers to."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def left_by(act, assistant=None, **call):
    """What there is once a call is over in which the caller does `act`."""

    async def carry():
        made = {name: value() for name, value in call.items()}
        async with a_call(MemoryAssistant(assistant or greet), **made) as talk:
            await act(talk)

    async def carried():
        before = alive()
        await carry()
        await anyio.sleep(0)  # what the event loop has still to do
        return alive() - before

    with without_search():
        return anyio.run(carried, **virtual_time())


def greet(turn):
    return ["welcome"] if turn.kind == "start" else [f"you said {turn.text}"]


async def hang_up(talk):
    talk.leg.close()
    await talk.over()


async def talk_and_interrupt(talk):
    await talk.wait(1)
    talk.begin_to_speak()
    talk.say("my", final=False)
    talk.say("my balance")
    await talk.wait(0.5)
    talk.leg.press("5")
    await talk.wait(5)
    await hang_up(talk)


def test_after_a_talk_with_interruptions():
    assert left_by(talk_and_interrupt) == {}


def test_after_a_caller_who_hangs_up_while_the_bot_speaks():
    async def act(talk):
        await talk.wait(1)
        await hang_up(talk)

    assert left_by(act) == {}


def test_after_a_caller_who_hangs_up_while_the_answer_is_due():
    async def act(talk):
        await talk.wait(1)
        await hang_up(talk)

    assert left_by(act, lambda turn: [60.0, "late"]) == {}


def test_after_a_goodbye():
    async def act(talk):
        await talk.over()

    assert left_by(act, lambda turn: ["goodbye", END]) == {}


def test_after_a_leg_that_never_closes():
    async def act(talk):
        await talk.over()

    assert left_by(act, lambda turn: ["goodbye", END], leg=lambda: MemoryLeg(answers=False)) == {}


def test_after_a_call_that_is_cut_off():
    async def act(talk):
        await talk.wait(1)

    assert left_by(act) == {}


class Tap:
    def __init__(self, call):
        self._call = call

    def caller(self, audio, at, /):
        self._call.state["caller"] = at

    def bot(self, audio, at, /):
        self._call.state["bot"] = at


class Acts:
    """Of responses whose type is the name of one."""

    @hookimpl
    def handle_unknown(self, response):
        async def slowly():
            yield Say("one moment")
            await anyio.sleep(3)
            yield Say("found it")

        match response.response_type:
            case "play":
                return Play(b"sound", "a sound")
            case "hand_over":
                return [Say("please hold"), HandOver()]
            case "language":
                return [SetLanguage("de-DE"), Say("hallo")]
            case "voice":
                return [ConfigureSynthesis({"voice": "b"}), Say("hello")]
            case "slowly":
                return slowly()
        problem = ValueError(response.response_type)
        raise problem  # which this frame knows

    @hookimpl
    def load_audio(self, data, audio):
        return b"\x01" * audio.size(3)

    @hookimpl
    def create_tap(self, call):
        return Tap(call)


@pytest.mark.parametrize("kind", ["play", "hand_over", "language", "voice", "slowly", "nobody knows"])
def test_after_actions_of_every_kind(kind):
    async def act(talk):
        for _ in range(20):
            talk.leg.speak(b"\xff" * 800)
            await talk.wait(0.1)
        talk.leg.press("1")  # interrupts it
        await talk.wait(1)
        await hang_up(talk)

    assert left_by(act, lambda turn: [{"response_type": kind}], plugins=lambda: [Acts()]) == {}


def test_after_a_barge_in_while_two_voices_speak_for_one_prompt():
    async def act(talk):
        await talk.wait(0.9)  # the first one is late, and the second one is too
        talk.leg.press("1")
        await talk.wait(1)
        await hang_up(talk)

    voices = [MemoryTextToSpeech(delay=5.0), MemoryTextToSpeech(delay=5.0)]
    assert left_by(act, voices=lambda: voices) == {}


def test_after_a_voice_that_outran_another():
    async def act(talk):
        await talk.wait(5)
        await hang_up(talk)

    voices = [MemoryTextToSpeech(delay=1.0), MemoryTextToSpeech()]
    assert left_by(act, voices=lambda: voices) == {}


def test_after_engines_that_failed():
    async def act(talk):
        await talk.wait(1)
        talk.stt.hear(SpeechError("gone", reason="broken by the test"))  # raised by a frame that knows it
        talk.stt.broken = True
        assert (await talk.over()).outcome == "failed"

    assert left_by(act) == {}


def test_after_an_assistant_that_failed():
    async def act(talk):
        assert (await talk.over()).outcome == "failed"

    def fail(turn):
        raise ValueError("broken by the test")

    assert left_by(act, fail) == {}


def test_a_task_that_a_plugin_starts_and_keeps_does_not_keep_the_call():
    tasks = []

    class Starts:
        @hookimpl
        def call_started(self):
            tasks.append(asyncio.get_running_loop().create_task(anyio.sleep(1000)))

    async def act(talk):
        await hang_up(talk)

    assert set(left_by(act, plugins=lambda: [Starts()])) <= {"Tied"}  # by which it told of faults


def test_a_call_does_not_wait_for_its_leg_to_be_gone_and_what_comes_late_is_passed_over():
    async def carry(leg):
        async with a_call(MemoryAssistant(greet), leg=leg) as talk:
            await talk.wait(1)
            await hang_up(talk)
            return weakref.ref(talk.call), talk.record

    async def carried():
        leg = MemoryLeg(LegInfo("1", "bank"))
        call, record = await carry(leg)
        await anyio.sleep(0)
        assert call() is None
        before = record.line()
        leg.speak(b"\xff" * 160)
        for late in (Digit("1"), Gap(0.0, 1.0), PlaybackStarted(), PlaybackFinished()):
            leg._deliver(late)
        leg.close("lost")
        assert record.line() == before

    with without_search():
        anyio.run(carried, **virtual_time())


# --- what they are freed by


def test_what_is_tied_is_called_until_it_is_cut():
    ties, told = Ties(), []
    tell = ties.to(told.append)
    tell(1)
    ties.cut()
    tell(2)
    assert told == [1]


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_ends():
    over = []

    async def wait(name):
        with until_cancelled():
            try:
                await anyio.sleep_forever()
            finally:
                over.append(name)
        over.append("done")

    async with anyio.create_task_group() as group:
        group.start_soon(wait, "a")
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    assert over == ["a", "done"]


def test_a_cancellation_that_nobody_asked_for_is_not_passed_over():
    """A plugin may wait for a task of its own that was cancelled: without a recognition, the call may not go on."""

    async def wait():
        with until_cancelled():
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        anyio.run(wait, **virtual_time())


@pytest.mark.anyio
async def test_who_asks_for_a_prompt_and_is_cancelled_does_not_go_on():
    """A cancellation ends a task without an exception only where the task ends with it."""
    went_on = []

    async def put(_chunk):
        await anyio.sleep_forever()

    async with a_call(MemoryAssistant(lambda _: [])) as talk:
        voices = talk.call._prompts._voices
        with anyio.move_on_after(1):
            await voices.say(PromptRequest(Say("hello"), "en-US", {}, put, anyio.current_time()))
            went_on.append("said")
    assert not went_on
