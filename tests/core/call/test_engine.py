"""An engine and how it fares: who is asked first, what an operator is told, what of it is entered and closed."""

import pytest

from switchhook import CallInfo, Closable, SpeechError, Warmable
from switchhook.call.engine import FAILURES, REST, Engine, engines_of, in_order
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech


def two():
    return engines_of("tts", [object(), object()])


def tripped(engine, now=0.0):
    for _ in range(FAILURES):
        engine.failed(now)


def test_engines_are_asked_as_they_are_listed():
    a, b = two()
    assert in_order([a, b], 0.0) == [a, b]


def test_one_failure_changes_nothing():
    a, b = two()
    a.failed(0.0)
    assert in_order([a, b], 0.0) == [a, b]


def test_what_keeps_failing_comes_last():
    a, b = two()
    tripped(a)
    assert in_order([a, b], 1.0) == [b, a]


def test_after_a_rest_it_is_asked_first_again():
    a, b = two()
    tripped(a)
    assert in_order([a, b], REST) == [a, b]


def test_one_failure_more_sends_it_back_to_rest():
    a, b = two()
    tripped(a)
    a.failed(REST)
    assert in_order([a, b], REST + 1) == [b, a]


def test_what_works_is_as_good_as_new():
    a, b = two()
    tripped(a)
    a.worked()
    a.failed(1.0)
    assert in_order([a, b], 1.0) == [a, b]


def test_when_all_rest_all_are_tried():
    a, b = two()
    tripped(a)
    tripped(b)
    assert in_order([a, b], 1.0) == [a, b]


def test_an_operator_is_told_once_when_an_engine_rests_and_once_when_it_works_again():
    told = []
    engine = Engine("tts watson", "tts", object(), lambda *said: told.append(said))
    tripped(engine)
    engine.failed(1.0)
    engine.worked()
    engine.worked()
    assert told == [("tts watson", True), ("tts watson", False)]


def test_each_failure_is_told_with_what_is_wrong():
    told = []
    engine = Engine("tts watson", "tts", object(), failing=lambda *said: told.append(said))
    engine.failed(0.0, "status 429")
    engine.failed(1.0, "no answer in time", silent=True)
    assert told == [("tts watson", "status 429"), ("tts watson", "no answer in time")]


def test_drivers_of_one_type_are_told_apart():
    made = engines_of("tts", [MemoryTextToSpeech(), MemoryTextToSpeech()])
    assert [engine.name for engine in made] == ["MemoryTextToSpeech", "MemoryTextToSpeech 2"]


def test_what_is_an_engine_already_stays_the_same_one():
    made = two()
    assert engines_of("tts", made) == made


# --- what a driver may offer besides


class Managed:
    """Entered and left, it is not closed besides."""

    def __init__(self):
        self.did = []

    async def __aenter__(self):
        self.did.append("entered")

    async def __aexit__(self, *_):
        self.did.append("left")

    async def aclose(self):
        self.did.append("closed")

    async def warm(self):
        self.did.append("warmed")


@pytest.mark.anyio
async def test_a_driver_that_is_entered_is_not_closed_besides():
    driver = Managed()
    engine = Engine("managed", "stt", driver)
    async with engine.manager:
        await engine.warm()
    await engine.close()
    assert driver.did == ["entered", "warmed", "left"]


@pytest.mark.anyio
async def test_a_driver_without_any_of_it_is_left_alone():
    engine = Engine("plain", "stt", MemorySpeechToText())
    await engine.warm()
    await engine.close()
    assert (engine.manager, engine.warmable) == (None, False)


def test_what_a_driver_offers_is_seen_by_its_methods():
    offered = [isinstance(Managed(), protocol) for protocol in (Warmable, Closable)]
    assert offered == [True, True]
    assert not isinstance(MemorySpeechToText(), Warmable | Closable)


@pytest.mark.anyio
async def test_each_kind_is_tried_as_a_call_would_use_it():
    call = CallInfo("probe", "support", language="en-US")
    voice, assistant = MemoryTextToSpeech(), MemoryAssistant(lambda turn: ["welcome"])
    ear = MemorySpeechToText()
    for kind, driver in (("tts", voice), ("assistant", assistant), ("stt", ear)):
        await Engine("one", kind, driver).try_out(call)
    assert (voice.texts, len(assistant.turns), len(ear.opened)) == (["One."], 1, 1)


@pytest.mark.anyio
async def test_what_does_not_answer_raises():
    voice = MemoryTextToSpeech(fail={"One."})
    with pytest.raises(SpeechError):
        await Engine("one", "tts", voice).try_out(CallInfo("probe", "support"))
