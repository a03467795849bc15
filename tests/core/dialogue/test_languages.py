"""What a dialogue does when the call goes on in another language."""

from switchhook import ConfigureRecognition, ConfigureSynthesis, Say, SetLanguage, SetListening, Transcript
from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.events import Failure, GoOnIn, Listen, Queue, Speaks
from switchhook.call.dialogue.limits import Limits

from .test_dialogue_rules import Conversation

SPANISH = Speaks("es-US", "lo siento", "fin", "espere")


def queued(talk):
    return [(each.content.text, each.language) for each in talk.told(Queue)]


def test_an_action_asks_for_the_language_and_nothing_changes_until_it_is_spoken():
    talk = Conversation(Say("one"), SetLanguage("es-US"), Say("two"), language="en-US")
    assert talk.told(GoOnIn) == [GoOnIn("es-US")]
    assert queued(talk) == [("one", "en-US"), ("two", "en-US")]


def test_what_is_said_from_then_on_is_of_the_new_language():
    talk = Conversation(Say("one"), language="en-US")
    talk.hear()
    talk.tell(SPANISH)
    talk.say("hola")
    talk.reply(Say("dos"))
    assert queued(talk) == [("one", "en-US"), ("dos", "es-US")]


def test_a_prompt_that_begins_again_is_of_the_language_it_was_of():
    talk = Conversation(Say("one"), language="en-US", limits=Limits(barge_in=BargeIn(resume=True)))
    talk.tell(Transcript("o", False))
    talk.tell(SPANISH)
    talk.say("")
    assert queued(talk) == [("one", "en-US"), ("one", "en-US")]


def test_the_texts_are_those_of_the_language():
    talk = Conversation(waiting_text="wait", language="en-US")
    talk.tell(SPANISH)
    talk.say("hola")
    talk.wait(3)
    talk.tell(Failure("assistant", "gone"))
    assert queued(talk) == [("espere", "es-US"), ("lo siento", "es-US")]


def test_a_language_without_a_waiting_text_has_none():
    talk = Conversation(waiting_text="wait", language="en-US")
    talk.tell(Speaks("es-US"))
    talk.say("hola")
    talk.wait(5)
    assert queued(talk) == []


def test_what_was_configured_for_another_language_is_forgotten():
    talk = Conversation(ConfigureRecognition({"model": "m"}), ConfigureSynthesis({"voice": "v"}))
    talk.tell(Speaks("es-US", forgotten=("stt", "tts")))
    talk.say("hola")
    talk.reply(Say("hola"))
    assert (talk.told(Listen)[-1], talk.told(Queue)[-1].parameters) == (Listen({}), {})


def test_what_is_for_any_language_is_kept():
    talk = Conversation(ConfigureRecognition({"a": 1}), ConfigureSynthesis({"b": 2}))
    talk.tell(Speaks("es-US"))
    talk.say("hola")
    talk.reply(Say("hola"))
    assert (talk.told(Listen)[-1], talk.told(Queue)[-1].parameters) == (Listen({"a": 1}), {"b": 2})


def test_who_is_not_listened_to_is_not_listened_to_in_another_language_either():
    talk = Conversation(SetListening(speech=False))
    assert talk.tell(SPANISH) == [Listen(None)]
