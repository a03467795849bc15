"""What is written is read as Markdown once, on whatever way it comes to the voice: a sign that its author has
escaped is said as itself."""

from dataclasses import replace
from typing import Any

import pytest

from switchhook import Say, Speech, Unspeakable, hookimpl, plain_text, sentences, to_speech
from switchhook.call.dialogue.limits import Limits
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call
from switchhook_responses import connect_to_agent, option, others, text, user_defined

pytestmark = pytest.mark.anyio
HANDLERS = (connect_to_agent, option, others, text, user_defined)
WRITTEN, WORDS = r"the \*a\* and \_b\_ of **c** \[d](e)", "the *a* and _b_ of c [d](e)"


@pytest.fixture
def anyio_backend():
    from trio.testing import MockClock

    return ("trio", {"clock": MockClock(autojump_threshold=0)})


async def heard(*responses, plugins=(), tts=None, **bot):
    """What the voice is asked for."""
    voice = tts or MemoryTextToSpeech()
    assistant = MemoryAssistant(lambda _: responses)
    async with a_call(assistant, plugins=(*plugins, *HANDLERS), tts=voice, **bot) as talk:
        await talk.wait(4)
    return voice.texts


def said(words):
    return {"response_type": "text", "text": words}


def chosen(title, *labels):
    options = [{"label": label, "value": {"input": {"text": label}}} for label in labels]
    return {"response_type": "option", "title": title, "options": options}


def answers(action):
    class Answers:
        @hookimpl
        def handle_text(self, response):
            return action(response.text)

    return Answers()


def rewrites(change):
    class Rewrites:
        @hookimpl
        def rewrite_action(self, action):
            return change(action) if isinstance(action, Say) else None

    return Rewrites()


RESPONSES = {
    "a text": said(WRITTEN),
    "a text of the form that authors write": {"response_type": "text", "values": [{"text": WRITTEN}]},
    "what a search has found": {"response_type": "search", "header": WRITTEN, "primary_results": []},
    "the words before a hand-over": {
        "response_type": "connect_to_agent",
        "agent_available": {"message": WRITTEN},
    },
}


@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES.keys())
async def test_an_escaped_sign_is_said_as_itself(response):
    assert await heard(response) == [WORDS]


async def test_escaped_signs_of_a_list_are_said_as_themselves():
    assert await heard(chosen(WRITTEN, r"\*1\*", r"\_2\_")) == [f"{WORDS}. 1. *1*. 2. _2_."]


async def test_escaped_signs_beside_ssml_are_said_as_themselves():
    assert await heard(chosen("<emphasis>Which</emphasis> *one*", r"\*1\*")) == ["Which one. 1. *1*."]


@pytest.mark.parametrize("ssml", [True, False])
async def test_escaped_signs_within_ssml_are_said_as_themselves(ssml):
    texts = await heard(said(r"<prosody>\*a\*</prosody> *b*"), tts=MemoryTextToSpeech(ssml=ssml))
    assert texts == ["<prosody>*a*</prosody> b" if ssml else "*a* b"]


ACTIONS = {
    "as it is written": Say,
    "made speakable": lambda written: Say(to_speech(written).text),
    "made speakable twice": lambda written: Say(to_speech(to_speech(written).text).text),
    "without tags": lambda written: Say(plain_text(to_speech(written).text)),
    "by its sentences": lambda written: [Say(each) for each in sentences(to_speech(written).text)],
    "put together of speech": lambda written: Say(Speech(f"{to_speech(written).text}").text),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())
async def test_a_handler_may_say_it(action):
    assert await heard(said(WRITTEN), plugins=[answers(action)]) == [WORDS]


CHANGES = {
    "replaces the text": lambda action: replace(action, text=action.text + " now"),
    "says another": lambda action: Say(f"{action.text} now"),
    "says more than one": lambda action: [Say(action.text + " now")],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("handlers", [[], [answers(Say)]], ids=["bundled", "a stranger's"])
async def test_who_rewrites_it_changes_nothing_about_it(change, handlers):
    assert await heard(said(WRITTEN), plugins=[rewrites(change), *handlers]) == [f"{WORDS} now"]


async def test_several_may_rewrite_it():
    by = [rewrites(CHANGES["says another"]), rewrites(CHANGES["replaces the text"])]
    assert await heard(said(WRITTEN), plugins=by) == [f"{WORDS} now now"]


async def test_markup_that_a_rewriter_breaks_is_mended():
    breaks = rewrites(lambda action: replace(action, text=action.text.replace("Q", "Q & <A")))
    voice = MemoryTextToSpeech(ssml=True)
    assert await heard(said("<prosody>Q</prosody>"), plugins=[breaks], tts=voice) == [
        "<prosody>Q &amp; &lt;A</prosody>"
    ]


async def test_a_text_that_is_cut_stays_as_it_is():
    longer = rewrites(lambda action: replace(action, text=r"\*a\* " * 2000))
    assert set(" ".join(await heard(said("x"), plugins=[longer])).split()) == {r"\*a\*"}


async def test_a_text_that_is_said_by_its_sentences_is_read_once():
    class Voice(MemoryTextToSpeech):
        def synthesize(self, text, *more):
            if "!" in text:
                raise Unspeakable(reason="of the test")
            return super().synthesize(text, *more)

    for plugins in ([], [answers(Say)]):
        assert await heard(said(rf"{WRITTEN}. \*no!\*"), plugins=plugins, tts=Voice()) == [f"{WORDS}."]


@pytest.mark.parametrize("which", ["failure_text", "closing_text", "waiting_text"])
async def test_a_text_of_the_connector_is_read_once(which):
    voice = MemoryTextToSpeech(seconds=0.5)
    answers: dict[str, list[str | float | dict[str, Any] | Exception]]
    answers = {"failure_text": [ValueError()], "closing_text": [], "waiting_text": [30.0, "late"]}
    soon = Limits(max_call=8.0 if which == "closing_text" else 60.0)
    async with a_call(
        MemoryAssistant(lambda _: answers[which]), tts=voice, limits=soon, **{which: WRITTEN}
    ) as talk:
        await talk.wait(9)
    assert WORDS in voice.texts
