"""The seven invariants of the dialogue, over any order of events."""

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.dialogue import Dialogue
from switchhook.call.dialogue.events import (
    ActionDue,
    CancelReply,
    End,
    Failure,
    Faulted,
    Flush,
    NotPerformed,
    Opened,
    PromptFinished,
    PromptStarted,
    Queue,
    ReplyBegan,
    ReplyEnded,
    SendTurn,
    Speaks,
    Stopping,
    Tell,
    Time,
    WordsBegan,
)
from switchhook.call.dialogue.limits import Limits
from switchhook.call.dialogue.timers import OF_SILENCE
from switchhook.call.record.events_file import read, to_line
from switchhook.contract.actions import (
    Choice,
    CollectDigits,
    ConfigureRecognition,
    ConfigureSynthesis,
    EndCall,
    ForceTurn,
    HandOver,
    Offer,
    Play,
    Remark,
    Say,
    SetBargeIn,
    SetLanguage,
    SetListening,
    SetVariables,
)
from switchhook.contract.leg import Closed, Digit, Gap, LanguageChanged, Paused, Resumed
from switchhook.contract.speech import SpeechStarted, Transcript

TEXTS = st.sampled_from(["", "yes", "my balance", "one"])
OWN = [Say("sorry"), Say("wait"), Say("lo siento"), Say("espere")]  # texts of no reply
ACTIONS = st.one_of(
    st.builds(Say, st.sampled_from(["hello", "goodbye"])),
    st.builds(Play, st.just(b""), st.just("tune"), st.booleans()),
    st.builds(SetListening, st.sampled_from([None, True, False]), st.sampled_from([None, True, False])),
    st.builds(
        CollectDigits,
        count=st.sampled_from([None, 2]),
        minimum=st.sampled_from([None, 1]),
        termination_key=st.sampled_from(["", "#"]),
        inter_digit_timeout=st.sampled_from([None, 2.0]),
        ignore_speech=st.booleans(),
        stop_after=st.booleans(),
    ),
    st.builds(ConfigureRecognition, st.just({"model": "x"}), st.sampled_from(["replace", "merge_once"])),
    st.builds(ConfigureSynthesis, st.just({"voice": "y"}), st.sampled_from(["merge", "replace_once"])),
    st.just(ForceTurn("vgwNoInputTurn")),
    st.just(Remark("not done")),
    st.just(Offer((Choice("1", ("yes",), {"text": "chosen"}),))),
    st.just(Offer(tuple(Choice(str(n), (f"number {n}",), {"text": "chosen"}) for n in range(1, 12)))),
    st.builds(SetBargeIn, st.sampled_from([None, True, False]), st.sampled_from([None, True, False])),
    st.sampled_from([SetLanguage("es-US"), SetLanguage("none")]),
    st.just(SetVariables({"a": 1})),
    st.just(HandOver({"b": "2"})),
    st.just(EndCall()),
)
FROM_OUTSIDE = st.one_of(
    st.builds(SpeechStarted, st.just(0.0)),
    st.builds(Transcript, TEXTS, st.booleans(), confidence=st.sampled_from([None, 0.1, 0.9])),
    st.builds(WordsBegan, st.floats(0.0, 9.0)),
    st.just(LanguageChanged("es")),
    st.builds(Digit, st.sampled_from("0123456789*#")),
    st.just(Gap(0.0, 0.2)),
    st.sampled_from([Paused(), Resumed()]),
    st.builds(
        Speaks,
        st.sampled_from(["en-US", "es-US"]),
        st.sampled_from(["sorry", "lo siento"]),
        waiting_text=st.sampled_from(["", "espere"]),
        forgotten=st.sampled_from([(), ("stt",), ("stt", "tts")]),
    ),
    st.just(Faulted("p", "h", "e")),
    st.just(Failure("recognition", "gone")),
    st.builds(Stopping, st.booleans(), st.booleans()),
    st.builds(Closed, st.sampled_from(["hung_up", "lost", "ended"])),
)
RARE = (Failure, Stopping, Closed)
LIMITS = st.builds(
    Limits,
    max_call=st.just(120.0),
    merge=st.sampled_from([0.0, 0.0, 1.0]),
    final_utterance=st.sampled_from([None, 3.0]),
    barge_in=st.builds(
        BargeIn,
        voice=st.booleans(),
        words=st.sampled_from([1, 2]),
        ignore=st.sampled_from([frozenset(), frozenset(["yes"])]),
        confidence=st.sampled_from([0.0, 0.5]),
        resume=st.booleans(),
    ),
)
# what a real reply or playout would do next; the number picks the prompt or is a delay
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("outside"), FROM_OUTSIDE.filter(lambda e: not isinstance(e, RARE))),
        st.tuples(st.just("act"), ACTIONS),
        st.tuples(st.just("began"), st.booleans()),
        st.tuples(st.just("reply ended"), st.sampled_from([None, 0.0, 3.0])),
        st.tuples(st.just("heard"), st.just(0)),
        st.tuples(st.just("failed prompt"), st.just(0)),
        st.tuples(st.just("wait"), st.floats(0.01, 20.0)),
        st.tuples(st.just("late"), st.just(0)),
        st.tuples(st.just("outside"), FROM_OUTSIDE),
    ),
    max_size=40,
)


class Peer:
    """Plays the call around a dialogue: replies to the turn in flight, plays what is queued."""

    def __init__(self, limits):
        self.dialogue = Dialogue(limits, "sorry", waiting_text="wait")
        self.now = 0.0
        self.log, self.hints = [], []  # (now, event, effects), and what a mask has to leave of it
        self.flight = None
        self.prompts = []
        self.flushed = []
        self.tell(Opened())

    def tell(self, event):
        effects = list(self.dialogue.handle(event, self.now))
        self.log.append((self.now, event, effects))
        self.hints.append(self.dialogue.hint(event, self.now))
        for effect in effects:
            match effect:
                case SendTurn():
                    assert self.flight is None, "two turns in flight"
                    self.flight = effect.turn.number
                case CancelReply():
                    self.flight = None
                case Queue():
                    self.prompts.append(effect.prompt)
                case Flush():
                    assert self.prompts, "a flush of nothing"
                    self.flushed += self.prompts
                    self.prompts.clear()
        return effects

    @property
    def armed(self):
        """A list or a collection stands, or will when its answer is heard."""
        caller = self.dialogue._caller
        return caller.lists.stands or caller.keypad.asked is not None or bool(caller.asked)

    def step(self, kind, what):
        match kind:
            case "outside":
                self.tell(what)
            case "act" if self.flight is not None:
                self.tell(ActionDue(self.flight, what))
            case "began" if self.flight is not None:
                self.tell(ReplyBegan(self.flight, what))
            case "reply ended" if self.flight is not None:
                turn, self.flight = self.flight, None
                self.tell(ReplyEnded(turn, what))
            case "heard" if self.prompts:
                self.tell(PromptStarted(self.prompts[0]))
                self.tell(PromptFinished(self.prompts.pop(0)))
            case "failed prompt" if self.prompts:
                self.tell(PromptFinished(self.prompts.pop(0), "engine"))
            case "late":
                for prompt in self.flushed:
                    self.tell(PromptFinished(prompt))
                self.tell(ActionDue((self.flight or 1) - 1, Say("late")))
            case "wait":
                until = self.now + what
                while (due := self.dialogue.deadline) <= until:
                    self.now = max(self.now, due)
                    self.tell(Time())
                self.now = until


def played(steps, limits):
    peer = Peer(limits)
    for kind, what in steps:
        peer.step(kind, what)
    return peer


def effects_of(peer, kind):
    return [effect for _, _, effects in peer.log for effect in effects if isinstance(effect, kind)]


@given(STEPS, LIMITS)
def test_never_are_two_turns_in_flight(steps, limits):
    turns = effects_of(
        played(steps, limits), SendTurn
    )  # the peer itself asserts that none is sent over another
    assert [effect.turn.number for effect in turns] == list(range(1, len(turns) + 1))


@given(STEPS, LIMITS)
def test_the_post_response_timer_never_runs_while_something_is_to_be_heard(steps, limits):
    peer = Peer(limits)
    for kind, what in steps:
        peer.step(kind, what)
        if peer.prompts or peer.flight:
            assert not peer.dialogue._timers.running("listening")


@given(STEPS, LIMITS)
def test_no_timer_of_the_callers_silence_runs_while_the_caller_cannot_be_heard(steps, limits):
    peer = Peer(limits)
    for kind, what in [("outside", Paused()), *steps]:
        peer.step(kind, what)
        pauses = [event for _, event, _ in peer.log if isinstance(event, Paused | Resumed)]
        if pauses[-1] == Paused():
            assert not any(map(peer.dialogue._timers.running, OF_SILENCE))


@given(STEPS, LIMITS)
def test_an_answer_that_was_spoken_past_arms_nothing(steps, limits):
    peer = Peer(limits)
    for kind, what in steps:
        peer.step(kind, what)
        _, _, effects = peer.log[-1]
        sent = [effect.turn.kind for effect in effects if isinstance(effect, SendTurn)]
        if sent == ["speech"]:
            assert not peer.armed


@given(STEPS, LIMITS)
def test_after_a_pause_the_dialogue_waits_for_the_caller_as_ever(steps, limits):
    peer = played(steps, limits)
    for each in (Paused(), Resumed()):
        peer.tell(each)
    rests = peer.dialogue.outcome is None and not peer.prompts and peer.flight is None
    if rests and not peer.dialogue._ending:
        assert any(map(peer.dialogue._timers.running, OF_SILENCE))


@given(STEPS, LIMITS)
def test_after_a_flush_the_flushed_prompts_are_never_waited_for(steps, limits):
    peer = played(steps, limits)
    for _, event, effects in peer.log:
        if any(isinstance(effect, Flush) for effect in effects):
            assert sum(isinstance(effect, Flush) for effect in effects) == 1, event


@given(STEPS, LIMITS, st.sampled_from(["hung_up", "lost", "ended"]))
def test_a_closed_call_has_exactly_one_outcome(steps, limits, reason):
    peer = played(steps, limits)
    peer.tell(Closed(reason))
    assert len(effects_of(peer, End)) <= 1
    assert peer.dialogue.outcome is not None


@given(STEPS, LIMITS)
def test_nothing_waits_for_ever(steps, limits):
    peer = played(steps, limits)
    if peer.dialogue.outcome is None:
        # with prompts the playout owes an answer; in every other state a deadline is set
        assert peer.dialogue.deadline < inf


@given(STEPS, LIMITS)
def test_left_alone_every_call_ends(steps, limits):
    peer = played(steps, limits)
    for _ in range(200):
        if peer.dialogue.outcome is not None:
            break
        peer.step("heard", 0)
        peer.step("reply ended", None)
        peer.step("wait", 30.0)
    assert peer.dialogue.outcome is not None


@given(STEPS, LIMITS)
@settings(max_examples=50)
def test_a_recorded_sequence_replays_to_the_same_effects(steps, limits):
    peer = played(steps, limits)
    lines = [to_line(now, event) for now, event, _ in peer.log]
    again = Dialogue(limits, "sorry", waiting_text="wait")
    for (at, event), (now, _, effects) in zip(read(lines), peer.log, strict=True):
        assert again.handle(event, now) == effects, at


def test_an_end_that_follows_an_interrupted_prompt_still_ends_the_call():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, Say("hello")), 0.1)
    dialogue.handle(Transcript("stop", False), 0.5)
    dialogue.handle(ActionDue(1, Say("more")), 0.6)
    dialogue.handle(ActionDue(1, EndCall()), 0.7)
    (_, end) = dialogue.handle(ReplyEnded(1), 0.8)
    assert end.outcome == "completed"


def test_the_end_waits_for_the_rest_of_the_reply_as_output_variables_come_last():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    assert dialogue.handle(ActionDue(1, EndCall()), 0.1) == []


def test_what_an_interrupted_reply_sets_is_still_set():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, Say("hello")), 0.1)
    dialogue.handle(Transcript("stop", False), 0.5)
    (merge,) = dialogue.handle(ActionDue(1, SetVariables({"a": 1})), 0.6)
    assert merge.variables == {"a": 1}


@given(STEPS, LIMITS)
def test_nothing_of_an_interrupted_reply_is_queued_any_more(steps, limits):
    peer = played(steps, limits)
    muted = False
    for _, _, effects in peer.log:
        for effect in effects:
            match effect:
                case Flush():
                    muted = True
                case SendTurn():
                    muted = False
                case Queue(content=content) if content in OWN:
                    pass  # they are of no reply
                case Queue():
                    assert not muted


@given(STEPS, LIMITS)
def test_each_turn_is_reported_once_at_the_latest_when_its_audio_begins(steps, limits):
    peer = played(steps, limits)
    told, own = 0, set()
    for _, event, effects in peer.log:
        begins = isinstance(event, PromptStarted) and event.prompt in own
        for effect in effects:
            match effect:
                case SendTurn():
                    told, own = 0, set()
                case Queue(prompt=prompt, content=content) if content not in OWN:
                    own.add(prompt)
                case Tell():
                    told += 1
        assert told <= 1
        assert told == 1 or not begins


# --- single rules


def greeted(limits=None):
    """A dialogue whose greeting `hello` plays."""
    dialogue = Dialogue(limits or Limits(), "sorry")
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, Say("hello")), 0.1)
    dialogue.handle(ReplyEnded(1), 0.2)
    return dialogue


def test_the_choice_offered_is_sent_whole_when_its_key_is_pressed():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(
        ActionDue(1, Offer((Choice("2", ("the second",), {"text": "B", "suggestion_id": "x"}),))), 0.1
    )
    dialogue.handle(ReplyEnded(1), 0.2)
    (sent,) = dialogue.handle(Digit("2"), 0.3)
    assert sent.turn.input == {"text": "B", "suggestion_id": "x"}


def test_the_choice_offered_is_sent_whole_when_it_is_named():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, Offer((Choice("2", ("two", "The second."), {"text": "B"}),))), 0.1)
    dialogue.handle(ReplyEnded(1), 0.2)
    (sent,) = dialogue.handle(Transcript("the SECOND", True), 0.3)
    assert sent.turn.input == {"text": "B"}


def test_an_offer_is_over_after_the_next_turn():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, Offer((Choice("2", (), {"text": "B"}),))), 0.1)
    dialogue.handle(ReplyEnded(1), 0.2)
    dialogue.handle(Transcript("something else", True), 0.3)
    dialogue.handle(ReplyEnded(2), 0.4)
    (sent,) = dialogue.handle(Digit("2"), 0.5)
    assert sent.turn.input is None


def test_speech_that_began_in_a_protected_prompt_is_dropped():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, SetBargeIn(speech=False)), 0.1)
    dialogue.handle(ActionDue(1, Say("listen")), 0.1)
    dialogue.handle(ReplyEnded(1), 0.2)
    dialogue.handle(Transcript("I", False), 0.3)
    dialogue.handle(PromptFinished(1), 0.4)
    assert dialogue.handle(Transcript("I talk over you", True), 0.5) == []


def test_keys_pressed_in_a_prompt_that_keys_do_not_interrupt_are_dropped():
    dialogue = Dialogue()
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(ActionDue(1, SetBargeIn(digits=False)), 0.1)
    dialogue.handle(ActionDue(1, Say("listen")), 0.1)
    dialogue.handle(ReplyEnded(1), 0.2)
    assert dialogue.handle(Digit("5"), 0.3) == []


def test_speech_while_the_caller_listens_to_silence_stops_the_timer():
    dialogue = greeted()
    dialogue.handle(PromptFinished(1), 1.0)
    dialogue.handle(SpeechStarted(0.0), 7.9)
    assert dialogue.deadline > 8.0


def test_keys_pressed_while_a_reply_is_read_wait_their_turn():
    dialogue = greeted()
    dialogue.handle(PromptFinished(1), 1.0)
    dialogue.handle(Digit("1"), 2.0)
    assert dialogue.handle(Digit("2"), 2.1) == []
    (_, sent) = dialogue.handle(ReplyEnded(2), 2.2)
    assert sent.turn.text == "2"


def test_a_silent_assistant_is_given_up_and_the_caller_is_told():
    dialogue = Dialogue(Limits(reply=15.0), "sorry")
    dialogue.handle(Opened(), 0.0)
    effects = dialogue.handle(Time(), 15.0)
    assert CancelReply() in effects
    assert Queue(1, Say("sorry")) in effects


def test_after_the_failure_text_was_heard_the_call_is_given_back_as_failed():
    dialogue = Dialogue(Limits(reply=15.0), "sorry")
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(Time(), 15.0)
    (end,) = dialogue.handle(PromptFinished(1), 17.0)
    assert end.outcome == "failed"


def test_a_failure_text_that_fails_too_ends_the_call_at_once():
    dialogue = Dialogue(Limits(), "sorry")
    dialogue.handle(Opened(), 0.0)
    dialogue.handle(Failure("assistant", "gone"), 1.0)
    (end,) = dialogue.handle(PromptFinished(1, "engine"), 1.1)
    assert end.outcome == "failed"


def test_the_longest_call_ends_before_the_peer_cuts_it():
    dialogue = greeted(Limits(max_call=60.0))
    effects = dialogue.handle(Time(), 60.0)
    assert [type(effect) for effect in effects] == [Flush, End]
    assert dialogue.outcome.outcome == "max_call"


def test_a_server_that_stops_lets_the_prompt_be_heard_first():
    dialogue = greeted()
    assert dialogue.handle(Stopping(), 1.0) == []
    (end,) = dialogue.handle(PromptFinished(1), 2.0)
    assert end.outcome == "stopped"


def test_a_server_that_stops_at_once_does_not():
    dialogue = greeted()
    assert [type(effect) for effect in dialogue.handle(Stopping(at_once=True), 1.0)] == [Flush, End]


def test_what_no_handler_performs_does_not_disturb_the_call():
    dialogue = greeted()
    assert dialogue.handle(NotPerformed(1, "dtmf", "no plugin performs it"), 1.0) == []


def test_music_that_a_failed_handler_has_left_ends():
    music = Play(b"", "music", loop=True)
    dialogue = Dialogue(failure_text="sorry")
    dialogue.handle(Opened(), 0.0)
    for action in (Say("one moment"), music):
        dialogue.handle(ActionDue(1, action), 0.0)
    effects = dialogue.handle(NotPerformed(1, "user_defined", "", failed=True, begun=True), 1.0)
    assert [getattr(effect, "content", effect) for effect in effects] == [Flush(), Say("sorry")]
