"""What a plugin hears of a call, and when: both sides in one time, and nothing that was said in confidence."""

import sys

import anyio
import pytest

from switchhook import CollectDigits, Gap, SetCallerAudio, hookimpl
from switchhook.call.dialogue.limits import Limits
from switchhook.call.record.masking import Mask
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio

FRAME = 0.2
SIZE = 1600
LIMITS = Limits(post_response=3600.0)


class Ear:
    """A tap that keeps a timeline of each side: bytes by the sample at which they lie; -1: nothing was given."""

    def __init__(self, *, only=None):
        self.calls, self.only = [], only
        self.sides = {"caller": [], "bot": []}

    @hookimpl
    def create_tap(self, call, audio):
        self.calls.append((call.id, audio.encoding))
        return None if self.only and call.connector != self.only else self

    def caller(self, audio, at):
        self._write("caller", audio, at)

    def bot(self, audio, at):
        self._write("bot", audio, at)

    def _write(self, side, audio, at):
        line, begin = self.sides[side], round(at * 8000)
        assert begin >= len(line), f"{side} overlaps by {len(line) - begin} samples"
        line += [-1] * (begin - len(line)) + list(audio)

    def at(self, side, second):
        line, place = self.sides[side], round(second * 8000)
        return line[place] if place < len(line) else -1

    def heard(self, side):
        """Each byte with the second where it begins and ends, silence left out."""
        found, before = [], -1
        for place, byte in enumerate([*self.sides[side], -1]):
            if byte != before:
                if before != -1:
                    found[-1][2] = round(place / 8000, 3)
                if byte != -1:
                    found.append([byte, round(place / 8000, 3), 0.0])
            before = byte
        return [tuple(each) for each in found]


class Failing:
    def __init__(self, side="caller"):
        self.side, self.asked = side, 0

    @hookimpl
    def create_tap(self):
        return self

    def caller(self, audio, at):
        self._take("caller")

    def bot(self, audio, at):
        self._take("bot")

    def _take(self, side):
        self.asked += 1
        if side == self.side:
            raise RuntimeError("a secret of the caller")


class Asking:
    """Performs actions for the texts that name them."""

    def __init__(self, **actions):
        self.actions = actions

    @hookimpl
    def handle_text(self, response):
        return self.actions.get(response.text)


def replies(**answers):
    """Greets with "welcome", and answers what is said by name."""
    return MemoryAssistant(lambda turn: answers.get(turn.text, [] if turn.number > 1 else ["welcome"]))


async def speak(talk, byte, seconds):
    """The caller, in real time."""
    for _ in range(round(seconds / FRAME)):
        await talk.wait(FRAME)
        talk.leg.speak(bytes([byte]) * SIZE)


def at_places(wanted, tolerance=0.02):
    return [
        (byte, pytest.approx(begin, abs=tolerance), pytest.approx(end, abs=tolerance))
        for byte, begin, end in wanted
    ]


async def test_a_plugin_hears_both_sides_when_they_were_heard():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await talk.wait(1.0)
        await speak(talk, 7, 2.0)
    assert ear.calls == [("leg-1", "PCMU")]
    assert ear.heard("caller") == at_places([(7, 1.0, 3.0)])
    assert ear.heard("bot") == at_places([(1, 0.05, 2.05)])  # the leg is 50 ms away


async def test_a_plugin_may_leave_a_call_alone():
    ear = Ear(only="another")
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await speak(talk, 7, 1.0)
    assert ear.sides == {"caller": [], "bot": []}


async def test_a_prompt_is_told_as_far_as_it_was_heard_before_a_barge_in():
    ear = Ear()
    async with a_call(replies(stop=["answer"]), plugins=[ear], limits=LIMITS) as talk:
        await talk.wait(1.0)
        talk.say("stop")
        await talk.wait(4.0)
        heard = bytes(talk.leg.ear)
    told = [byte for byte in ear.sides["bot"] if byte != -1]
    assert ear.heard("bot")[0] == at_places([(1, 0.05, 1.0)])[0]
    assert len(told) == pytest.approx(len(heard), abs=160)


async def test_what_was_heard_when_the_caller_hangs_up_is_told():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await talk.wait(1.5)
        talk.leg.close()
        await talk.over()
    assert ear.heard("bot") == at_places([(1, 0.05, 1.5)])


async def test_both_sides_are_in_sync_after_ten_minutes():
    ear = Ear()
    async with a_call(replies(more=["answer"]), plugins=[ear], limits=LIMITS) as talk:
        for minute in range(10):
            await speak(talk, 100 + minute, 58.0)
            talk.say("more")
            await talk.wait(2.0)
            talk.leg._deliver(Gap(58.0, 2.0))
        began = {}
        for at, data in talk.leg.sent:
            began.setdefault(round(at / 60), (at, data[0]))
    for minute in range(10):
        assert ear.at("caller", 60 * minute + 0.02) == 100 + minute
        assert ear.at("caller", 60 * minute + 57.98) == 100 + minute
        assert ear.at("caller", 60 * minute + 58.02) == -1
    for at, byte in list(began.values())[1:]:
        start = at - 0.001 + 0.05  # the call began a millisecond after the test
        assert ear.at("bot", start - 0.02) == -1
        assert ear.at("bot", start + 0.02) == byte


@pytest.mark.parametrize("clock", [0.9997, 1.0003])
async def test_a_peer_whose_clock_is_another_stays_in_sync(clock):
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        for number in range(3000):
            await talk.wait(FRAME * clock)
            talk.leg.speak(bytes([number % 200]) * SIZE)
            if number % 100 == 99:
                now = anyio.current_time() - talk.call._began
                assert len(ear.sides["caller"]) / 8000 == pytest.approx(now, abs=0.02)


async def test_audio_that_comes_late_and_all_at_once_lies_where_it_was_said():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await speak(talk, 5, 1.0)
        await talk.wait(3.0)
        for _ in range(15):
            talk.leg.speak(b"\x06" * SIZE)
        await speak(talk, 7, 1.0)
    assert ear.heard("caller") == at_places([(5, 0.0, 1.0), (6, 1.0, 4.0), (7, 4.0, 5.0)])


async def test_audio_that_never_came_and_that_nobody_told_of_is_made_up_for():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await speak(talk, 5, 1.0)
        await talk.wait(3.0)
        await speak(talk, 6, 6.0)
        await speak(talk, 7, 1.0)
    assert ear.heard("caller")[-1] == at_places([(7, 10.0, 11.0)])[0]


async def test_what_the_caller_said_before_the_call_is_no_part_of_it():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        talk.leg.speak(b"\x05" * SIZE * 20)
        await speak(talk, 6, 1.0)
    assert ear.heard("caller")[-1] == at_places([(6, 0.0, 1.0)])[0]
    assert len(ear.sides["caller"]) == pytest.approx(8000, abs=160)


async def test_a_pause_of_the_peers_own_is_silence_on_both_sides():
    ear = Ear()
    async with a_call(replies(), plugins=[ear], limits=LIMITS) as talk:
        await speak(talk, 5, 1.0)
        talk.leg.pause_caller()
        await speak(talk, 6, 4.0)
        talk.leg.resume_caller()
        await speak(talk, 7, 1.0)
    assert ear.heard("caller") == at_places([(5, 0.0, 1.0), (7, 5.0, 6.0)])
    assert ear.heard("bot") == at_places([(1, 0.05, 1.0)])


async def test_audio_goes_on_in_its_place_after_the_bot_asked_for_none():
    ear, asking = Ear(), Asking(off=SetCallerAudio(False), on=SetCallerAudio(True))
    answers = replies(off=["off"], on=["on"])
    async with a_call(answers, plugins=[ear, asking], limits=LIMITS) as talk:
        await speak(talk, 5, 1.0)
        talk.say("off")
        await talk.wait(5.0)
        talk.say("on")
        await speak(talk, 7, 1.0)
    assert ear.heard("caller") == at_places([(5, 0.0, 1.0), (7, 6.0, 7.0)])


SECRET = CollectDigits(count=4, sensitive=True)


async def test_a_collection_in_confidence_is_silence():
    ear, asking = Ear(), Asking(number=SECRET)
    answers = MemoryAssistant(lambda turn: {1: ["welcome"], 2: ["number"]}.get(turn.number, ["thanks"]))
    async with a_call(answers, plugins=[ear, asking], limits=LIMITS) as talk:
        await speak(talk, 5, 3.0)
        talk.say("pay")
        await speak(talk, 6, 2.0)
        for key in "4711":
            talk.leg.press(key)
            await speak(talk, 6, 0.2)
        await speak(talk, 7, 8.0)
    bytes_heard = [byte for byte, _, _ in ear.heard("caller")]
    assert bytes_heard == [5, 7]
    assert ear.at("bot", 6.5) != -1  # thanks


async def test_a_prompt_that_repeats_what_was_given_in_confidence_is_silence():
    ear, asking = Ear(), Asking(number=SECRET)
    answers = MemoryAssistant(
        lambda turn: {1: ["number"], 2: ["that was 4 7 1 1", "thanks"]}.get(turn.number, [])
    )
    async with a_call(answers, plugins=[ear, asking], limits=LIMITS, mask=Mask(["digits"])) as talk:
        await talk.wait(1.0)
        for key in "4711":
            talk.leg.press(key)
        await talk.wait(6.0)
        assert talk.heard() == ["that was 4 7 1 1", "thanks"]
        [thanks] = talk.tts.sound("thanks")
    assert ear.heard("bot") == at_places([(thanks, 3.05, 5.05)])


@pytest.mark.parametrize("side", ["caller", "bot"])
async def test_a_tap_that_raises_is_taken_out_and_named_and_others_go_on(side):
    ear, failing = Ear(), Failing(side)
    async with a_call(replies(), plugins=[failing, ear], limits=LIMITS) as talk:
        await speak(talk, 7, 4.0)
        asked = failing.asked
        await speak(talk, 7, 2.0)
        talk.leg.close()
        record = await talk.over()
    assert failing.asked == asked
    [fault] = record.faults
    assert (fault["source"], fault["hook"], fault["error"]) == (
        "responses/test1",
        "create_tap",
        "RuntimeError",
    )
    assert "secret" not in str(record)
    assert ear.heard("caller") == at_places([(7, 0.0, 6.0)])


async def test_what_is_no_tap_is_a_fault():
    class Wrong:
        @hookimpl
        def create_tap(self):
            return "a tap"

    async with a_call(replies(), plugins=[Wrong()], limits=LIMITS) as talk:
        await speak(talk, 7, 1.0)
        talk.leg.close()
        record = await talk.over()
    assert record.outcome == "hung_up"
    assert [each["hook"] for each in record.faults] == ["create_tap"]


async def steps_of_a_frame(plugins):
    """Functions that a frame of the caller costs within the call."""
    called = 0

    def count(_, event, __):
        nonlocal called
        called += event in ("call", "c_call")

    async with a_call(replies(), plugins=plugins, limits=LIMITS) as talk:
        await speak(talk, 7, 4.0)
        frame = bytes(SIZE)
        sys.setprofile(count)
        talk.leg.speak(frame)
        sys.setprofile(None)
    return called


async def test_a_frame_costs_nothing_more_where_nobody_hears_the_call():
    class Declining:
        @hookimpl
        def create_tap(self):
            return None

    bare = await steps_of_a_frame([])
    assert await steps_of_a_frame([Declining()]) == bare
    assert bare <= 9  # the leg, the call, what keeps audio, the recognition, and the lists between them
