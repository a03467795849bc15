"""Single rules of IBM's phone integration, as the dialogue keeps them."""

import pytest

from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.dialogue import Dialogue
from switchhook.call.dialogue.events import (
    ActionDue,
    End,
    Flush,
    Listen,
    Opened,
    PromptFinished,
    PromptStarted,
    Queue,
    ReplyBegan,
    ReplyEnded,
    SendTurn,
    Stopping,
    Time,
)
from switchhook.call.dialogue.limits import Limits
from switchhook.contract.actions import (
    CollectDigits,
    ConfigureRecognition,
    ConfigureSynthesis,
    EndCall,
    ForceTurn,
    Play,
    Say,
    SetBargeIn,
    SetListening,
)
from switchhook.contract.leg import Digit, Paused, Resumed
from switchhook.contract.speech import SpeechStarted, Transcript


class Conversation:
    """A dialogue, driven by hand: `now` goes on with what is waited for, and a prompt sounds when it is its
    turn, unless the voice is `slow`."""

    def __init__(self, *actions, limits=None, slow=False, **texts):
        self.dialogue = Dialogue(limits or Limits(), "sorry", **texts)
        self.slow, self.sounding = slow, 0
        self.now, self.prompts, self.turns, self.effects = 0.0, [], [], []
        self.tell(Opened())
        self.reply(*actions)

    def tell(self, event):
        effects = self.dialogue.handle(event, self.now)
        self.effects += effects
        for effect in effects:
            match effect:
                case SendTurn():
                    self.turns.append(effect.turn)
                case Queue():
                    self.prompts.append(effect.prompt)
                case Flush():
                    self.prompts.clear()
        if not self.slow:
            self.sound()
        return effects

    def sound(self):
        """The first sound of the first prompt that is queued is due."""
        if self.prompts and self.prompts[0] > self.sounding:
            self.sounding = self.prompts[0]
            self.tell(PromptStarted(self.sounding))

    def reply(self, *actions, **context):
        """To the newest turn."""
        number = self.turns[-1].number
        self.tell(ReplyBegan(number))
        for action in actions:
            self.tell(ActionDue(number, action))
        self.tell(ReplyEnded(number, **context))

    def hear(self):
        """All that is queued is heard."""
        for prompt in list(self.prompts):
            self.tell(PromptFinished(prompt))
        self.prompts.clear()

    def pause(self):
        self.tell(Paused())

    def resume(self):
        self.tell(Resumed())

    def press(self, keys):
        for key in keys:
            self.tell(Digit(key))

    def say(self, text, **more):
        self.tell(Transcript(text, True, **more))

    def wait(self, seconds):
        until = self.now + seconds
        while (due := self.dialogue.deadline) <= until:
            self.now = max(self.now, due)
            self.tell(Time())
        self.now = until

    def told(self, kind):
        return [effect for effect in self.effects if isinstance(effect, kind)]


def said(conversation):
    """Of each turn after the greeting, kind and text."""
    return [(turn.kind, turn.text) for turn in conversation.turns[1:]]


# --- keys


def test_a_number_of_so_many_keys_is_one_turn():
    talk = Conversation(CollectDigits(count=4))
    talk.press("1234")
    [turn] = talk.turns[1:]
    assert (turn.kind, turn.text) == ("digits", "1234")
    assert turn.collected is True


def test_a_key_without_a_collection_is_a_turn_that_says_nothing_of_one():
    talk = Conversation()
    talk.press("5")
    assert said(talk) == [("digits", "5")]
    assert talk.turns[-1].collected is None


def test_too_few_keys_until_the_pause_between_two_is_over_are_sent_as_they_are():
    talk = Conversation(CollectDigits(minimum=3, maximum=5, inter_digit_timeout=2.0))
    talk.press("12")
    talk.wait(1.9)
    assert said(talk) == []
    talk.wait(0.2)
    assert said(talk) == [("digits", "12")]
    assert talk.turns[-1].collected is False


def test_the_pause_between_two_keys_counts_from_the_last():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=2.0))
    talk.press("1")
    talk.wait(1.5)
    talk.press("2")
    talk.wait(1.5)
    assert said(talk) == []


def test_while_keys_may_follow_the_pause_after_the_prompt_does_not_count():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=20.0))
    talk.press("1")
    talk.wait(10.0)
    assert said(talk) == []


def test_without_a_pause_of_its_own_a_key_starts_the_pause_after_the_prompt_again():
    talk = Conversation(CollectDigits(count=4))
    talk.wait(6.0)
    talk.press("1")
    talk.wait(6.0)
    assert said(talk) == []
    talk.wait(1.5)
    assert said(talk) == [("digits", "1")]
    assert talk.turns[-1].collected is False


def test_no_key_at_all_is_a_turn_without_input():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=2.0))
    talk.wait(7.1)
    assert said(talk) == [("no_input", "")]


def test_speech_ends_a_collection():
    talk = Conversation(CollectDigits(count=4))
    talk.press("12")
    talk.say("I do not have it")
    talk.reply()
    talk.press("3")
    assert said(talk) == [("speech", "I do not have it"), ("digits", "3")]


def test_speech_that_a_collection_ignores_is_ignored_from_the_first_key_on():
    talk = Conversation(CollectDigits(count=2, ignore_speech=True))
    talk.press("1")
    talk.say("one")
    talk.press("2")
    assert said(talk) == [("digits", "12")]


def test_after_a_collection_that_stops_no_key_counts_until_it_is_asked_for():
    talk = Conversation(CollectDigits(count=2, stop_after=True))
    talk.press("123")
    talk.reply(SetListening(digits=True))
    talk.press("4")
    assert said(talk) == [("digits", "12"), ("digits", "4")]


def test_keys_pressed_before_the_question_was_read_count_for_its_number():
    talk = Conversation()
    talk.say("my card")
    talk.press("12")
    talk.reply(CollectDigits(count=3))
    assert said(talk) == [("speech", "my card")]
    talk.press("3")
    assert said(talk) == [("speech", "my card"), ("digits", "123")]


def test_a_key_interrupts_and_is_the_first_of_the_number():
    talk = Conversation(CollectDigits(count=2), Say("enter two digits"))
    talk.press("12")
    assert len(talk.told(Flush)) == 1
    assert said(talk) == [("digits", "12")]


def test_keys_during_a_prompt_that_they_do_not_interrupt_are_dropped():
    talk = Conversation(SetBargeIn(digits=False), Say("listen"))
    talk.press("5")
    talk.hear()
    assert said(talk) == []


def test_a_sensitive_number_is_sent_as_such():
    talk = Conversation(CollectDigits(count=2, sensitive=True))
    assert talk.dialogue.sensitive
    talk.press("12")
    [_, sent] = talk.told(SendTurn)
    assert sent.sensitive


def test_what_comes_while_a_sensitive_number_is_answered_may_be_more_of_it():
    talk = Conversation(CollectDigits(count=2, sensitive=True))
    talk.press("12")
    assert talk.dialogue.sensitive
    talk.reply(Say("thank you"))
    assert talk.dialogue.sensitive
    talk.hear()
    assert not talk.dialogue.sensitive


def test_a_number_that_is_said_in_two_breaths_is_sensitive_however_fast_the_answer_is():
    talk = Conversation(CollectDigits(count=4, sensitive=True))
    talk.say("four seven")
    talk.reply(Say("thank you"))
    talk.say("one one")
    assert talk.told(SendTurn)[-1].sensitive


def test_it_is_over_when_an_answer_that_came_piece_by_piece_was_heard():
    talk = Conversation(CollectDigits(count=2, sensitive=True))
    talk.press("12")
    talk.tell(ActionDue(2, Say("thank you")))
    talk.hear()
    assert talk.dialogue.sensitive
    talk.tell(ReplyEnded(2))
    assert not talk.dialogue.sensitive


def test_a_sensitive_number_that_is_said_is_sent_as_such():
    talk = Conversation(CollectDigits(count=4, sensitive=True))
    talk.say("four seven one one")
    assert talk.told(SendTurn)[-1].sensitive


def test_words_that_began_while_a_number_was_sensitive_stay_so_to_their_end():
    talk = Conversation(CollectDigits(count=2, sensitive=True))
    talk.tell(Transcript("one", False))
    talk.press("12")
    talk.reply(Say("thank you"))
    assert talk.dialogue.sensitive
    talk.say("one two")
    assert talk.told(SendTurn)[-1].sensitive
    assert talk.dialogue.sensitive
    talk.reply(Say("as you said"))
    talk.hear()
    talk.say("goodbye")
    assert not talk.told(SendTurn)[-1].sensitive


def test_nothing_is_sensitive_where_a_number_is_asked_for_openly():
    talk = Conversation(CollectDigits(count=2))
    talk.say("one two")
    assert not talk.told(SendTurn)[-1].sensitive


# --- activities


def test_keys_that_are_not_taken_neither_interrupt_nor_count():
    talk = Conversation(SetListening(digits=False), Say("hello"))
    talk.press("5")
    assert talk.told(Flush) == []
    assert said(talk) == []


def test_speech_that_is_not_taken_neither_interrupts_nor_counts():
    talk = Conversation(SetListening(speech=False), Say("hello"))
    talk.tell(SpeechStarted(0.0))
    talk.say("stop")
    assert talk.told(Flush) == []
    assert said(talk) == []


def test_the_recognition_is_given_no_audio_while_speech_is_not_taken():
    talk = Conversation(SetListening(speech=False))
    talk.press("1")
    talk.reply(SetListening(speech=True))
    assert talk.told(Listen) == [Listen(None), Listen({})]


def test_the_pause_after_a_prompt_counts_though_speech_is_not_taken():
    talk = Conversation(SetListening(speech=False))
    talk.wait(7.1)
    assert said(talk) == [("no_input", "")]


# --- configuration


def test_a_configuration_is_for_the_recognition_from_its_place_on():
    talk = Conversation(ConfigureRecognition({"model": "a"}))
    assert talk.told(Listen) == [Listen({"model": "a"})]


def test_a_configuration_for_a_turn_is_over_when_the_turn_is_sent():
    talk = Conversation(ConfigureRecognition({"model": "a"}, "merge_once"))
    talk.say("here")
    talk.reply()
    talk.say("there")
    assert talk.told(Listen) == [Listen({"model": "a"}), Listen({})]


def test_a_configuration_while_speech_is_not_taken_waits():
    talk = Conversation(SetListening(speech=False), ConfigureRecognition({"model": "a"}))
    talk.press("1")
    talk.reply(SetListening(speech=True))
    assert talk.told(Listen)[-1] == Listen({"model": "a"})


def test_each_prompt_has_the_voice_of_its_place():
    talk = Conversation(Say("one"), ConfigureSynthesis({"voice": "b"}), Say("two"))
    assert [queued.parameters for queued in talk.told(Queue)] == [{}, {"voice": "b"}]


# --- timers


def test_speech_that_comes_to_no_end_is_a_turn_of_its_own():
    talk = Conversation()
    talk.press("1")
    talk.reply(final_utterance_timeout=3.0)
    for _ in range(4):
        talk.tell(Transcript("and then", False))
        talk.wait(1.0)
    assert said(talk)[-1] == ("no_final", "")


def test_after_so_many_turns_without_input_the_call_is_given_back():
    talk = Conversation(limits=Limits(no_input=2))
    for _ in range(2):
        talk.wait(7.1)
        talk.reply(Say("are you there?"))
        talk.hear()
    talk.wait(7.1)
    assert talk.told(End) == [End("no_input", "2 times nothing was said")]


def test_input_begins_the_count_of_silences_again():
    talk = Conversation(limits=Limits(no_input=1))
    talk.wait(7.1)
    talk.reply()
    talk.say("yes")
    talk.reply()
    talk.wait(7.1)
    assert talk.told(End) == []


def test_a_reply_may_ask_for_another_turn_at_once():
    talk = Conversation()
    talk.say("my balance")
    talk.reply(Say("one moment"), follow_up=True)
    assert said(talk) == [("speech", "my balance"), ("follow_up", "")]


def test_an_assistant_that_never_stops_asking_for_turns_is_given_up():
    talk = Conversation(limits=Limits(alone=3))
    talk.say("hello")
    for _ in range(4):
        if talk.dialogue._ending is None:
            talk.reply(follow_up=True)
    talk.hear()
    [end] = talk.told(End)
    assert (end.outcome, end.reason) == ("failed", "assistant: 4 turns in a row without the caller")


def test_the_longest_call_is_closed_with_words():
    talk = Conversation(Say("a long story"), limits=Limits(max_call=60.0), closing_text="we have to stop")
    talk.wait(60.0)
    assert talk.told(Queue)[-1].content == Say("we have to stop")
    talk.hear()
    assert [end.outcome for end in talk.told(End)] == ["max_call"]


def test_the_closing_words_of_the_longest_call_are_not_waited_for_for_ever():
    talk = Conversation(limits=Limits(max_call=60.0, no_input=99), closing_text="we have to stop")
    for _ in range(10):
        talk.wait(7.1)
        if talk.dialogue.busy:
            talk.reply()
    assert [end.outcome for end in talk.told(End)] == ["max_call"]


def test_a_server_that_waits_no_longer_says_goodbye_instead_of_what_is_being_said():
    talk = Conversation(Say("a long story"), closing_text="we have to stop")
    talk.tell(Stopping(goodbye=True))
    assert talk.told(Flush)
    assert talk.told(Queue)[-1].content == Say("we have to stop")
    talk.hear()
    assert [end.outcome for end in talk.told(End)] == ["stopped"]


def test_a_goodbye_is_said_once():
    talk = Conversation(closing_text="we have to stop")
    talk.tell(Stopping(goodbye=True))
    talk.tell(Stopping(goodbye=True))
    assert [each.content for each in talk.told(Queue)].count(Say("we have to stop")) == 1


# --- forced turns and loops


def test_a_turn_is_forced_when_what_was_queued_has_been_heard():
    talk = Conversation(Say("hold the line"), ForceTurn("vgwNoInputTurn"))
    assert said(talk) == []
    talk.hear()
    assert said(talk) == [("forced", "vgwNoInputTurn")]


def test_a_turn_is_forced_at_once_while_a_loop_plays_and_the_reply_ends_the_loop():
    talk = Conversation(ForceTurn("vgwNoInputTurn"), Play(b"", "music", loop=True))
    assert said(talk) == [("forced", "vgwNoInputTurn")]
    assert talk.told(Flush) == []
    talk.reply(Say("here it is"))
    assert [type(effect) for effect in talk.effects[-4:] if isinstance(effect, (Flush, Queue))] == [
        Flush,
        Queue,
    ]


def test_a_loop_ends_with_a_reply_that_says_nothing():
    talk = Conversation(ForceTurn("vgwNoInputTurn"), Play(b"", "music", loop=True))
    talk.reply()
    assert len(talk.told(Flush)) == 1


def test_a_loop_is_interrupted_by_speech():
    talk = Conversation(Play(b"", "music", loop=True))
    talk.say("stop")
    assert len(talk.told(Flush)) == 1


def test_who_speaks_before_the_forced_turn_has_the_turn():
    talk = Conversation(Say("hold the line"), ForceTurn("vgwNoInputTurn"))
    talk.say("no")
    talk.reply()
    assert said(talk) == [("speech", "no")]


# --- barge-in


def with_policy(*actions, **policy):
    return Conversation(*actions, limits=Limits(barge_in=BargeIn(**policy)))


def test_voice_alone_interrupts_where_it_is_to():
    talk = with_policy(Say("hello"), voice=True)
    talk.tell(SpeechStarted(0.0))
    assert len(talk.told(Flush)) == 1


def test_voice_alone_does_not_interrupt_elsewhere():
    talk = Conversation(Say("hello"))
    talk.tell(SpeechStarted(0.0))
    assert talk.told(Flush) == []


def test_what_listeners_say_neither_interrupts_nor_is_a_turn():
    talk = with_policy(Say("hello"), ignore=frozenset(["mhm"]))
    talk.tell(Transcript("mhm", False))
    talk.say("mhm")
    assert talk.told(Flush) == []
    assert said(talk) == []


def test_what_listeners_say_is_an_answer_when_nothing_plays():
    talk = with_policy(ignore=frozenset(["right"]))
    talk.say("right")
    assert said(talk) == [("speech", "right")]


def test_speech_that_is_not_believed_is_no_turn():
    talk = with_policy(confidence=0.5)
    talk.say("mumble", confidence=0.2)
    assert said(talk) == []


def test_a_prompt_that_was_stopped_for_nothing_begins_again():
    talk = with_policy(Say("hello"), Say("there"), confidence=0.5, resume=True)
    talk.tell(Transcript("mu", False))
    talk.say("mumble", confidence=0.2)
    assert [queued.content.text for queued in talk.told(Queue)] == ["hello", "there", "hello", "there"]
    talk.hear()
    talk.wait(7.1)
    assert talk.turns[-1].barged_in is False


def test_a_prompt_that_two_interims_stopped_for_nothing_begins_again():
    talk = with_policy(Say("hello"), confidence=0.5, resume=True)
    talk.tell(Transcript("mu", False))
    talk.tell(Transcript("mumb", False))
    talk.say("mumble", confidence=0.2)
    assert [queued.content.text for queued in talk.told(Queue)] == ["hello", "hello"]


def test_an_ok_during_the_goodbye_does_not_lose_the_end():
    talk = Conversation()
    talk.say("goodbye")
    talk.reply(Say("bye"), EndCall())
    talk.say("ok")
    assert [end.outcome for end in talk.told(End)] == ["completed"]


@pytest.mark.parametrize("text", ["ok", "my number"])
def test_an_interruption_does_not_lose_a_collection(text):
    talk = Conversation(Say("enter your number"), CollectDigits(count=2))
    talk.tell(Transcript(text, False))
    talk.tell(Transcript("", True))
    talk.press("12")
    assert said(talk) == [("digits", "12")]


def test_who_said_nothing_may_still_key_the_number():
    talk = Conversation(CollectDigits(count=2))
    talk.wait(7.1)
    talk.reply(Say("are you there?"))
    talk.hear()
    talk.press("12")
    assert said(talk)[-1] == ("digits", "12")


def test_a_prompt_that_a_key_stopped_does_not_begin_again():
    talk = with_policy(Say("enter two digits"), CollectDigits(count=2), resume=True, voice=True)
    talk.press("1")
    talk.tell(SpeechStarted(0.0))
    talk.tell(Transcript("", True))
    assert [queued.content.text for queued in talk.told(Queue)] == ["enter two digits"]


def test_noise_after_an_interruption_that_was_answered_restores_nothing():
    talk = with_policy(Say("hello"), resume=True, voice=True)
    talk.say("stop")
    talk.tell(SpeechStarted(0.0))
    talk.tell(Transcript("", True))
    assert [queued.content.text for queued in talk.told(Queue)] == ["hello"]


def test_a_prompt_that_a_listeners_voice_stopped_begins_again():
    talk = with_policy(Say("hello"), ignore=frozenset(["mhm"]), resume=True, voice=True)
    talk.tell(SpeechStarted(0.0))
    talk.say("mhm")
    assert [queued.content.text for queued in talk.told(Queue)] == ["hello", "hello"]
    assert said(talk) == []


def test_without_resumption_what_a_listener_says_then_is_an_answer():
    talk = with_policy(Say("hello"), ignore=frozenset(["mhm"]), voice=True)
    talk.tell(SpeechStarted(0.0))
    talk.say("mhm")
    assert said(talk) == [("speech", "mhm")]
