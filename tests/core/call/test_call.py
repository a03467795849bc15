"""The call engine in virtual time, with a leg and engines in memory."""

import inspect
import json

import anyio
import pytest

from switchhook import (
    AssistantError,
    Choice,
    HandOver,
    LegInfo,
    Offer,
    Play,
    Say,
    SetBargeIn,
    SetCallerAudio,
    SetVariables,
    SpeechError,
    Transcript,
    hookimpl,
)
from switchhook.call.dialogue.limits import Limits
from switchhook.call.record.events_file import read
from switchhook.testing import MemoryAssistant, MemoryLeg, MemoryTextToSpeech, a_call

pytestmark = pytest.mark.anyio

END = {"response_type": "end_session"}


def answers(**by_text):
    """An assistant that answers the greeting turn with `start` and each text as named, spaces as _."""
    return MemoryAssistant(lambda turn: by_text.get(turn.text.replace(" ", "_") or "start", ["pardon"]))


async def test_the_greeting_is_spoken_first():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(3)
        assert talk.heard() == ["welcome"]


async def test_a_final_transcript_is_answered():
    async with a_call(answers(start=["welcome"], my_balance=["ten euros"])) as talk:
        await talk.wait(5)
        talk.say("my balance")
        await talk.wait(5)
        assert talk.heard() == ["welcome", "ten euros"]


async def test_an_interim_transcript_stops_the_prompt_within_one_frame():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.say("my", final=False)
        await talk.wait(5)
        assert len(talk.leg.flushes) == 1
        assert len(talk.leg.ear) <= 8000


async def test_the_turn_after_an_interruption_says_so():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.say("my", final=False)
        talk.say("my balance")
        await talk.wait(1)
        assert talk.turns[1].barged_in is True


async def test_the_first_text_is_spoken_before_the_second_has_come():
    async with a_call(answers(start=["one moment", 5.0, "found it"])) as talk:
        await talk.wait(3)
        assert talk.heard() == ["one moment"]


async def test_end_session_waits_until_the_goodbye_was_heard():
    async with a_call(answers(start=["goodbye", END])) as talk:
        record = await talk.over()
        assert len(talk.leg.ear) == 16000
        assert record.outcome == "completed"


async def test_silence_after_a_reply_becomes_a_turn_seven_seconds_after_its_end_was_heard():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(2.05 + 6.9)
        assert len(talk.turns) == 1
        await talk.wait(0.2)
        assert (talk.turns[1].kind, talk.turns[1].text) == ("no_input", "")


async def test_a_key_stops_the_prompt_and_is_a_turn():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.leg.press("5")
        await talk.wait(1)
        turn = talk.turns[1]
        assert (turn.text, turn.kind, turn.barged_in) == ("5", "digits", True)


async def test_an_option_is_chosen_by_its_key():
    option = {
        "response_type": "option",
        "title": "which",
        "options": [{"label": "A", "value": {"input": {"text": "a"}}}],
    }
    async with a_call(answers(start=[option])) as talk:
        await talk.wait(1)
        talk.leg.press("1")
        await talk.wait(1)
        assert talk.turns[1].input == {"text": "a"}


async def test_two_utterances_at_once_are_two_turns_one_after_the_other():
    assistant = MemoryAssistant(lambda turn: [1.0, f"answer to {turn.text or 'nothing'}"])
    async with a_call(assistant) as talk:
        await talk.wait(4)
        talk.say("one")
        talk.say("two")
        await talk.wait(10)
        assert [turn.text for turn in talk.turns[:3]] == ["", "one", "two"]
        assert assistant.most_open_replies == 1


# --- session variables


async def test_variables_go_both_ways_and_leave_as_strings():
    leg = MemoryLeg(LegInfo("1", "test", variables={"user_id": "42"}))
    assistant = MemoryAssistant(lambda turn: ["bye", END], lambda turn: {**turn.variables, "verified": True})
    async with a_call(assistant, leg=leg) as talk:
        await talk.over()
        assert talk.turns[0].variables == {"user_id": "42"}
        assert leg.outputs == {"user_id": "42", "verified": "true"}


async def test_variables_set_in_the_reply_that_ends_a_silent_call_are_not_lost():
    assistant = MemoryAssistant(lambda turn: [END, 0.5], lambda turn: {"late": "yes"})
    async with a_call(assistant) as talk:
        await talk.over()
        assert talk.leg.outputs == {"late": "yes"}


STALE = {"switchhook_outcome": "failed", "switchhook_reason": "assistant: gone", "Intent": "failed"}


def reserved_remarks(record):
    problems = (each["problem"] for each in record.not_performed if each["type"] == "remark")
    return [problem.split()[0] for problem in problems if "is reserved" in problem]


async def test_how_an_earlier_bot_ended_is_read_and_not_given_back():
    leg = MemoryLeg(LegInfo("1", "test", variables={**STALE, "user_id": "42"}))
    assistant = MemoryAssistant(lambda _: ["bye", END], lambda turn: dict(turn.variables))
    async with a_call(assistant, leg=leg) as talk:
        record = await talk.over()
        assert talk.turns[0].variables == {**STALE, "user_id": "42"}
        assert leg.outputs == {"user_id": "42"}
        assert [*record.output_variables] == ["user_id"]
        assert reserved_remarks(record) == []


async def test_an_assistant_cannot_tell_the_flow_that_the_call_went_wrong():
    assistant = MemoryAssistant(lambda _: ["bye", END], lambda _: {**STALE, "verified": True})
    async with a_call(assistant) as talk:
        record = await talk.over()
        assert (record.outcome, talk.leg.outcome.reason) == ("completed", "completed")
        assert talk.leg.outputs == {"verified": "true"}
        assert reserved_remarks(record) == [*STALE]


@pytest.mark.parametrize("action", [SetVariables(STALE), HandOver(STALE)], ids=["variables", "hand-over"])
async def test_neither_can_a_handler(action):
    class Handler:
        @hookimpl
        def handle_text(self, response):
            return action if response.text == "act" else None

    async with a_call(answers(start=["act", END]), plugins=[Handler()]) as talk:
        record = await talk.over()
        assert talk.leg.outputs == {}
        assert reserved_remarks(record) == [*STALE]


async def test_a_call_that_went_wrong_says_so_whatever_was_set_before():
    leg = MemoryLeg(LegInfo("1", "test", variables={"switchhook_outcome": "completed", "Intent": "x"}))
    async with a_call(MemoryAssistant(lambda _: [AssistantError("", reason="gone")]), leg=leg) as talk:
        await talk.over()
        assert (leg.outputs["switchhook_outcome"], leg.outputs["Intent"]) == ("failed", "failed")


# --- the end


async def test_a_caller_who_hangs_up_ends_the_call():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.leg.close("hung_up")
        assert (await talk.over()).outcome == "hung_up"


async def test_a_peer_that_never_closes_does_not_keep_the_call():
    leg = MemoryLeg(answers=False)
    async with a_call(answers(start=[END]), leg=leg) as talk:
        record = await talk.over()
        assert (record.outcome, record.closed) == ("completed", "lost: the leg did not close")


# --- what breaks


async def test_an_assistant_that_fails_is_said_and_the_call_given_back():
    async with a_call(
        MemoryAssistant(lambda turn: [AssistantError("for 1234", reason="no backend")])
    ) as talk:
        record = await talk.over()
        assert talk.heard() == ["sorry"]
        assert (record.outcome, record.reason) == ("failed", "assistant: no backend")
        assert talk.leg.outputs["switchhook_outcome"] == "failed"


async def test_the_text_of_a_strange_exception_is_recorded_nowhere():
    async with a_call(MemoryAssistant(lambda turn: [RuntimeError("pin 1234")])) as talk:
        record = await talk.over()
        assert "1234" not in record.line() + "".join(talk.events)


async def test_a_silent_assistant_is_given_up():
    async with a_call(MemoryAssistant(lambda turn: [1e6])) as talk:
        record = await talk.over()
        assert (talk.heard(), record.outcome) == (["sorry"], "failed")


async def test_a_recognition_that_fails_is_said_and_the_call_given_back():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(5)
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        record = await talk.over()
        assert (talk.heard(), record.outcome) == (["welcome", "sorry"], "failed")


async def test_a_voice_that_fails_is_replaced_by_the_failure_text():
    async with a_call(answers(start=["welcome"]), tts=MemoryTextToSpeech(fail={"welcome"})) as talk:
        record = await talk.over()
        assert (talk.heard(), record.outcome) == (["sorry"], "failed")


async def test_a_voice_that_never_speaks_is_given_up():
    async with a_call(answers(start=["welcome"]), tts=MemoryTextToSpeech(stall={"welcome"})) as talk:
        record = await talk.over()
        assert record.faults[0]["error"] == "no audio in time"


async def test_the_other_response_types_are_reported_and_never_break_the_call():
    odd = [{"response_type": kind} for kind in ("dtmf", "image", "hologram")]
    async with a_call(answers(start=[*odd, "welcome", END])) as talk:
        record = await talk.over()
        assert talk.heard() == ["welcome"]
        assert [item["type"] for item in record.not_performed] == ["dtmf", "image", "hologram"]


# --- plugins in a call


class Raising:
    @hookimpl
    def handle_text(self, response):
        raise KeyError(response.text)


async def test_a_raising_handler_costs_only_its_turn_to_answer():
    async with a_call(answers(start=["welcome", END]), plugins=[Raising()]) as talk:
        record = await talk.over()
        assert talk.heard() == ["welcome"]
        assert record.faults[0]["source"] == "responses/test1"


async def test_the_record_names_the_line_of_the_plugin_that_raised():
    async with a_call(answers(start=["welcome", END]), plugins=[Raising()]) as talk:
        [fault] = (await talk.over()).faults
    assert fault["line"] == f"{__file__}:{Raising.handle_text.__code__.co_firstlineno + 2}"


class RaisingLater:
    """Looks something up, and has a mistake behind it."""

    @hookimpl
    def handle_text(self, response):
        return self.look_up(response.text)

    async def look_up(self, text):
        yield Say("one moment")
        raise KeyError(text)


async def test_it_names_the_line_too_of_what_raised_later():
    async with a_call(answers(start=["welcome", END]), plugins=[RaisingLater()]) as talk:
        [fault] = (await talk.over()).faults
    assert fault["line"] == f"{__file__}:{RaisingLater.look_up.__code__.co_firstlineno + 2}"


async def test_nothing_is_said_of_lines_where_nothing_raised():
    class Wrong:
        @hookimpl
        def handle_text(self, response):
            return "a bare text"

    async with a_call(answers(start=["welcome", END]), plugins=[Wrong()]) as talk:
        [fault] = (await talk.over()).faults
    assert "line" not in fault


async def test_the_record_names_the_line_of_an_assistant_that_raised():
    def broken(turn):
        raise KeyError(turn.text)

    async with a_call(MemoryAssistant(broken)) as talk:
        record = await talk.over()
    # of the kit's assistant, which is the author's own here
    assert [
        fault["line"].rpartition(":")[0] for fault in record.faults if fault["source"] == "assistant"
    ] == [inspect.getsourcefile(MemoryAssistant)]
    assert (record.outcome, record.reason) == ("failed", "assistant: KeyError")


async def test_an_engine_that_gave_no_answer_has_raised_nowhere():
    silent = [MemoryAssistant(lambda turn: [1e6]) for _ in range(2)]
    async with a_call(silent[0], assistants=silent) as talk:
        [fault] = (await talk.over()).faults
    assert (fault["error"], "line" in fault) == ("no answer in time", False)


class Slow:
    """Says one moment, looks something up, says what it found."""

    left_at = None

    @hookimpl
    def handle_text(self, response, call):
        if response.text != "look it up":
            return None

        async def steps():
            try:
                yield Say("one moment")
                await anyio.sleep(6)
                yield Say("found it")
            finally:
                self.left_at = anyio.current_time()

        return steps()


async def test_an_async_handler_speaks_as_it_goes():
    async with a_call(answers(start=["look it up"]), plugins=[Slow()]) as talk:
        await talk.wait(12)
        assert talk.heard() == ["one moment", "found it"]


async def test_an_async_handler_is_left_when_the_next_turn_is_due():
    slow = Slow()
    async with a_call(answers(start=["look it up"], stop=["stopped"]), plugins=[slow]) as talk:
        await talk.wait(1)
        talk.say("stop")
        said_at = anyio.current_time()
        await talk.wait(4)
        assert slow.left_at == pytest.approx(said_at, abs=0.01)
        assert talk.heard()[-1] == "stopped"


class Endless:
    @hookimpl
    def handle_text(self, response):
        async def steps():
            while True:
                yield Say("again")

        return steps() if response.text == "loop" else None


async def test_a_handler_that_never_stops_is_stopped():
    async with a_call(answers(start=["loop"]), plugins=[Endless()], limits=Limits(max_call=5.0)) as talk:
        record = await talk.over()
        assert len(record.turns[0].actions) == 100


class Redacting:
    @hookimpl
    def rewrite_action(self, action):
        return Say(action.text.replace("ten", "some")) if isinstance(action, Say) else None


async def test_an_action_can_be_rewritten():
    async with a_call(answers(start=["ten euros"]), plugins=[Redacting()]) as talk:
        await talk.wait(3)
        assert talk.heard() == ["some euros"]


class Listening:
    def __init__(self):
        self.told = []

    @hookimpl
    def call_started(self, call):
        self.told.append(("started", call.connector))

    @hookimpl
    def turn_started(self, turn):
        self.told.append(("begun", turn.number))

    @hookimpl
    def turn_completed(self, turn):
        self.told.append(("turn", turn.number))

    @hookimpl
    def call_ended(self, record):
        self.told.append(("ended", record.outcome))


class RaisingListener:
    @hookimpl
    def call_started(self, call):
        raise ValueError

    @hookimpl
    def call_ended(self, call):
        raise ValueError


async def test_a_raising_listener_does_not_keep_the_others_from_being_told():
    listening = Listening()
    async with a_call(answers(start=[END]), plugins=[listening, RaisingListener()]) as talk:
        await talk.over()
        told = [("started", "test"), ("begun", 1), ("turn", 1), ("ended", "completed")]
        assert listening.told == told


# --- what is written


async def test_the_record_tells_each_turn_with_its_latencies():
    async with a_call(
        answers(start=["welcome"], bye=[0.5, "goodbye", END]), tts=MemoryTextToSpeech(delay=0.3)
    ) as talk:
        await talk.wait(5)
        talk.say("bye")
        record = await talk.over()
        assert record.turns[1].latency == {
            "recognition": 0.0,
            "assistant": 0.5,
            "synthesis": 0.3,
            "total": 0.8,
        }


async def test_words_digits_and_values_are_hidden_by_default():
    leg = MemoryLeg(LegInfo("1", "test", ani="+4915550100", variables={"account": "SECRETVALUE"}))
    async with a_call(answers(start=["welcome SECRETTEXT"], SECRETWORD=["bye", END]), leg=leg) as talk:
        await talk.wait(4)
        leg.press("7")
        await talk.wait(4)
        talk.say("SECRETWORD")
        record = await talk.over()
        written = record.line() + "".join(talk.events)
        assert not [s for s in ("SECRET", "4915550100", '"7"') if s in written]


async def test_every_event_is_written_and_can_be_read_back():
    async with a_call(answers(start=["welcome"], bye=["goodbye", END])) as talk:
        await talk.wait(5)
        talk.say("bye")
        await talk.over()
        names = [type(event).__name__ for _, event in read(talk.events)]
        assert names[0] == "Opened"
        assert names[-1] == "Closed"
        assert {"Transcript", "ActionDue", "PromptStarted", "PromptFinished", "ReplyEnded"} <= set(names)


async def test_the_record_is_one_line_of_json_with_its_schema():
    async with a_call(answers(start=[END])) as talk:
        record = await talk.over()
        line = record.line()
        assert "\n" not in line
        assert json.loads(line)["schema"] == 1


# --- what a review found


async def test_the_first_of_two_prompts_is_finished_when_it_was_heard():
    async with a_call(answers(start=["one", "two"])) as talk:
        await talk.wait(4.5)
        finished = [at for at, event in read(talk.events) if type(event).__name__ == "PromptFinished"]
        assert finished[0] == pytest.approx(2.05, abs=0.05)


class Wrong:
    """Asks for what does not fit."""

    def __init__(self, action):
        self.action = action

    @hookimpl
    def handle_text(self, response):
        return self.action() if response.text == "wrong" else None


@pytest.mark.parametrize(
    "action",
    [lambda: Say(None), lambda: HandOver(None), lambda: Offer((Choice("1", None),)), lambda: "text"],
    ids=["say", "hand over", "offer", "text"],
)
async def test_an_action_of_the_wrong_shape_costs_only_its_response(action):
    async with a_call(answers(start=["wrong", "bye", END]), plugins=[Wrong(action)]) as talk:
        record = await talk.over()
        assert (record.outcome, talk.heard()) == ("completed", ["wrong", "bye"])  # by the next handler
        assert record.faults[0]["source"] == "responses/test1"


class HalfWay:
    """Begins, and then fails."""

    @hookimpl
    def handle_user_defined(self, response):
        async def look_up():
            yield Say("one moment")
            raise LookupError

        return look_up()


class Failing:
    @hookimpl
    def handle_user_defined(self, response):
        raise LookupError


LOOK_UP = {"response_type": "user_defined", "user_defined": {"a": 1}}


@pytest.mark.parametrize(
    ("plugin", "heard"),
    [(HalfWay(), ["one moment", "sorry"]), (Failing(), ["sorry"])],
    ids=["half way", "at once"],
)
async def test_a_handler_that_fails_is_told_to_the_caller_and_the_assistant(plugin, heard):
    async with a_call(answers(start=[LOOK_UP, LOOK_UP], hello=["bye", END]), plugins=[plugin]) as talk:
        await talk.wait(7)
        talk.say("hello")
        record = await talk.over()
        said = [*heard, *heard[:-1], "bye"]  # once for each reply
        assert (talk.heard(), talk.turns[1].failed) == (said, ("user_defined", "user_defined"))
        assert [each["type"] for each in record.not_performed] == ["user_defined", "user_defined"]


async def test_a_variable_that_json_has_no_form_for_does_not_keep_the_call_from_ending():
    strange = Wrong(lambda: SetVariables({"x": {("a", 1): 2}}))
    async with a_call(answers(start=["wrong", END]), plugins=[strange]) as talk:
        assert (await talk.over()).outcome == "completed"


async def test_a_wav_that_cannot_be_played_is_reported_and_skipped():
    async with a_call(answers(start=["wrong", "bye", END]), plugins=[Wrong(lambda: Play(b"junk"))]) as talk:
        record = await talk.over()
        assert (record.outcome, talk.heard(), len(record.faults)) == ("completed", ["bye"], 1)


@pytest.mark.parametrize("more", [[], [0.5], [Play(b"junk")]])
async def test_who_hears_nothing_but_a_wav_that_cannot_be_played_is_told_so(more):
    plugin = Wrong(lambda: [Play(b"junk"), *(each for each in more if isinstance(each, Play))])
    pauses = [each for each in more if isinstance(each, float)]
    async with a_call(answers(start=["hello"], go=["wrong", *pauses]), plugins=[plugin]) as talk:
        await talk.wait(3)
        talk.say("go")
        await talk.wait(4)
        talk.say("what")
        await talk.wait(1)
        assert (talk.heard()[:2], {*talk.turns[-1].failed}) == (["hello", "sorry"], {"audio"})


async def test_of_a_reply_that_the_caller_spoke_past_no_wav_is_missed():
    plugin = Wrong(lambda: Play(b"junk"))
    async with a_call(answers(start=["hello"], go=[2.0, "wrong"], on=["yes"]), plugins=[plugin]) as talk:
        await talk.wait(3)
        talk.say("go")
        await talk.wait(1)
        talk.say("on")
        await talk.wait(4)
        assert talk.heard() == ["hello", "yes"]


async def test_a_second_failure_does_not_cut_the_failure_text():
    async with a_call(MemoryAssistant(lambda turn: [0.2, AssistantError("gone")])) as talk:
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        await talk.over()
        assert len(talk.leg.ear) == 16000


async def test_a_failure_after_end_session_does_not_lose_the_output_variables():
    assistant = MemoryAssistant(lambda turn: [END, 1.0], lambda turn: {"late": "yes"})
    async with a_call(assistant) as talk:
        await talk.wait(0.5)
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        await talk.over()
        assert talk.leg.outputs == {"late": "yes"}


async def test_the_longest_call_ends_a_reply_that_goes_on_after_its_end():
    assistant = MemoryAssistant(lambda turn: [END, *[10.0, "more"] * 100])
    async with a_call(assistant, limits=Limits(max_call=60.0)) as talk:
        assert (await talk.over()).seconds == pytest.approx(60.0, abs=1)


async def test_what_the_caller_began_before_a_protected_prompt_is_heard():
    protected = Wrong(lambda: [SetBargeIn(speech=False), Say("listen")])
    async with a_call(answers(start=["hello"], go=[1.0, "wrong"]), plugins=[protected]) as talk:
        await talk.wait(3)
        talk.say("go")
        await talk.wait(0.5)
        talk.begin_to_speak()
        await talk.wait(1)
        talk.say("and another thing")
        await talk.wait(3)
        assert talk.turns[2].text == "and another thing"
        assert talk.leg.flushes == []


async def test_a_reply_that_was_not_heard_yet_is_not_muted_by_an_interruption_of_the_one_before():
    assistant = answers(start=["hello"], one=["first answer"], two=[1.0, "second answer"])
    async with a_call(assistant) as talk:
        await talk.wait(3)
        talk.say("one")
        talk.say("two")
        await talk.wait(0.5)
        talk.say("uh", final=False)
        talk.say("")
        await talk.wait(5)
        assert talk.heard()[-1] == "second answer"


class Hanging:
    @hookimpl
    def handle_user_defined(self, response):
        async def steps():
            await anyio.sleep(100)
            yield Say("never")

        return steps()


async def test_handlers_that_hang_one_after_the_other_do_not_fail_the_call():
    hang = {"response_type": "user_defined"}
    async with a_call(answers(start=[hang, hang, "hello", END]), plugins=[Hanging()]) as talk:
        assert (await talk.over()).outcome == "completed"


async def test_a_call_that_is_cut_off_is_told_to_listeners_with_its_length():
    listening = Listening()
    async with a_call(answers(start=["hello"]), plugins=[listening]) as talk:
        await talk.wait(30)
    assert listening.told[-1] == ("ended", "stopped")
    assert talk.call.record_writer.record.seconds == pytest.approx(30, abs=0.1)


async def test_an_engine_that_gives_no_audio_for_words_has_failed():
    async with a_call(answers(start=["welcome"]), tts=MemoryTextToSpeech(seconds=0.0)) as talk:
        assert (await talk.over()).outcome == "failed"


async def test_a_second_turn_does_not_take_the_latency_of_the_first():
    voice = MemoryTextToSpeech(delay=0.5)
    replies = {"start": ["hello"], "one": [1.0, "1"], "2": ["2"]}
    async with a_call(answers(**replies), tts=voice) as talk:
        await talk.wait(4)
        talk.say("one")
        await talk.wait(0.1)
        talk.leg.press("2")
        await talk.wait(10)
        first, second = [turn.latency["total"] for turn in talk.call.record_writer.record.turns[1:3]]
        assert first == pytest.approx(1.5, abs=0.01)
        assert second == pytest.approx(3.4, abs=0.6)


async def test_a_turn_without_input_has_no_recognition_time():
    async with a_call(answers(start=["hello"])) as talk:
        await talk.wait(10)
        assert "recognition" not in talk.call.record_writer.record.turns[1].latency


async def test_an_action_asks_the_peer_for_no_caller_audio():
    class Private:
        @hookimpl
        def handle_text(self):
            return [SetCallerAudio(on=False), SetCallerAudio(on=True)]

    async with a_call(answers(start=["secret"]), plugins=[Private()]) as talk:
        await talk.wait(1)
        assert talk.leg.wishes == ["pause", "resume"]


async def test_a_changed_language_opens_a_recognition_in_it_that_gets_what_came_meanwhile():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.leg.speak(b"a" * 800)
        talk.leg.change_language("es-US")
        talk.leg.speak(b"b" * 800)
        await talk.wait(1)
        old, new = talk.stt.opened
        assert (new.language, bytes(old.fed), bytes(new.fed)) == ("es-US", b"a" * 800, b"b" * 800)
        assert talk.call.info.language == "es-US"


async def test_a_language_that_no_engine_has_leaves_the_one_before():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        opened = talk.stt.open

        def only_english(audio, language, parameters, /):
            if language != "en-US":
                raise SpeechError("not spoken here")
            return opened(audio, language, parameters)

        talk.stt.open = only_english
        talk.leg.change_language("es-US")
        await talk.wait(1)
        assert [each.language for each in talk.stt.opened] == ["en-US", "en-US"]
        talk.say("my balance")
        await talk.wait(1)
        assert talk.turns[-1].text == "my balance"


async def test_the_same_language_again_changes_nothing():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.leg.change_language("en-US")
        await talk.wait(1)
        assert len(talk.stt.opened) == 1


async def test_an_interrupted_turn_knows_what_was_heard_about():
    async with a_call(answers(start=["one two three four", "five six"])) as talk:
        await talk.wait(1.1)
        talk.say("stop")
        await talk.wait(1)
        assert talk.turns[1].heard == "one two"


async def test_what_was_heard_has_the_prompts_before_too():
    async with a_call(answers(start=["one two", "three four"])) as talk:
        await talk.wait(3.1)
        talk.say("stop")
        await talk.wait(1)
        assert talk.turns[1].heard == "one two three"


async def test_a_turn_that_interrupts_nothing_says_nothing_of_what_was_heard():
    async with a_call(answers(start=["one two"])) as talk:
        await talk.wait(3)
        talk.say("hello")
        await talk.wait(1)
        assert talk.turns[1].heard == ""


async def test_a_turn_has_the_recognitions_own_message():
    async with a_call(answers(start=["one two"])) as talk:
        await talk.wait(3)
        talk.stt.hear(Transcript("hello", True, raw={"result_index": 1}))
        await talk.wait(1)
        assert talk.turns[1].raw == {"result_index": 1}


@pytest.mark.parametrize(
    ("names", "outputs"),
    [
        (("how", "why", "what"), {"how": "no_input", "why": "1 times nothing was said", "what": "no_input"}),
        (("how", "", ""), {"how": "no_input"}),
    ],
)
async def test_the_flow_is_told_under_names_of_its_own(names, outputs):
    async with a_call(answers(), reserved=names, limits=Limits(no_input=1)) as talk:
        await talk.over()
        assert talk.leg.outputs == outputs
