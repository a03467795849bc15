"""Whatever cleans, cuts, masks or compares a text does so in proportion to its length."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchhook import Choice, Offer, plain_text, sentences
from switchhook.call.dialogue.barge_in import words_of
from switchhook.call.dialogue.bounds import cut
from switchhook.call.dialogue.offers import chosen_by_voice
from switchhook.call.record.masking import Mask
from switchhook.call.speaking.texts import split
from switchhook.speakable.markdown import words_of as words_of_markdown
from switchhook.speakable.markup import parse
from switchhook.speakable.numbers import with_digits_apart
from switchhook.speakable.signs import without_drawings
from switchhook.speakable.ssml import mended
from switchhook.speakable.words import Pronunciations, for_voice
from switchhook_assistant_script.digits import spoken_digits
from switchhook_assistant_script.matching import closest
from switchhook_assistant_script.variables import check_references, fill
from switchhook_assistant_watson.message import cleaned
from switchhook_chat.telling import unmarked
from switchhook_http import Confided, Events
from switchhook_responses.speaking import join, said, to_speech
from switchhook_tts_watson.markup import clean, is_ssml
from switchhook_tts_watson.parts import parts as parts_for_watson

from ..examples import examples
from .oracle import work
from .texts import STRANGE, long

SIZE = 250  # characters
PRONUNCIATIONS = Pronunciations({"a": "A", "one": "won", "AT&T": "A T and T"})
MASK = Mask(["transcripts", "digits"])
MASK.keep("47114711")
CONFIDED = Confided()
CONFIDED.keep("47114711")


def offered(text):
    return chosen_by_voice(Offer((Choice("1", ("one", text)),)), text[1:])


def referring(text):
    try:
        check_references(text)
    except ValueError:
        return None
    return fill(text, {}, lambda _: None)


FUNCTIONS = {
    "to_speech": to_speech,
    "said": said,
    "join": lambda text: join(["{}", "1. {}"], [text, text]),
    "for a voice": lambda text: for_voice(text, "en-US", pronunciations=PRONUNCIATIONS),
    "for a voice with SSML": lambda text: for_voice(text, ssml=True, pronunciations=PRONUNCIATIONS),
    "numbers": with_digits_apart,
    "drawings": without_drawings,
    "mending": lambda text: mended(parse(text)),
    "words of Markdown": words_of_markdown,
    "plain text": plain_text,
    "sentences": lambda text: list(sentences(text)),
    "split": lambda text: list(split(text, 50)),
    "split to small parts": lambda text: list(split(text, 4)),
    "cut": lambda text: cut(text, 100),
    "masked words": Mask(["transcripts"]).words,
    "masked secrets": MASK.words,
    "words of barge-in": words_of,
    "chosen by voice": offered,
    "Watson: clean": clean,
    "Watson: is SSML": is_ssml,
    "Watson: parts": lambda text: list(parts_for_watson(text, 60)),
    "Watson: message": cleaned,
    "openai: caller": unmarked,
    "http: what was confided": CONFIDED.without,
    "events": lambda text: list(Events().feed(text.encode())),
    "script: digits": spoken_digits,
    "script: phrases": lambda text: closest(text, [("a", "opening hours")], 70),
    "script: references": referring,
}
"""All that is done to a text on the event loop."""


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@settings(max_examples=examples(30), deadline=None)
@given(strange=STRANGE)
@example(strange=("a", "\n", "a"))
@example(strange=("", "<!--", ""))
@example(strange=("", "<?", ""))
@example(strange=("", "[", ""))
@example(strange=("", "[a](", ""))
@example(strange=("", "_*", ""))
def test_four_times_the_text_is_four_times_the_work(function, strange):
    work(function, long(strange, 10))  # what is made once
    once, four_times = (work(function, long(strange, size)) for size in (SIZE, 4 * SIZE))
    assert four_times <= 6 * once + 10 * SIZE


def growing(text):
    """As many programs clean a text: sign by sign, from what is left of it."""
    while text:
        text = text[1:]


@pytest.mark.parametrize(
    "function",
    [growing, lambda text: [text.encode() for _ in text], lambda text: [text.count(a) for a in text]],
)
def test_the_count_finds_what_does_more(function):
    once, four_times = (work(function, "a" * size) for size in (SIZE, 4 * SIZE))
    assert four_times > 10 * once


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(list(FUNCTIONS.values())), STRANGE, st.sampled_from([1, 100, 10_000]))
@example(plain_text, ("<p>", "&#9" + "9" * 6000, "</p>"), 10_000)
@example(to_speech, ("**a** ", "&#9" + "9" * 6000 + ";", ""), 10_000)
def test_no_text_is_too_strange(function, strange, size):
    function(long(strange, size))
