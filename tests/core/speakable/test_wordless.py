"""Texts without a word: some voices make words of points, and some an error, which is not theirs."""

import pytest

from switchhook.speakable.words import Pause, for_voice

WORDLESS = [
    *("...", "?!", "\u2014", "- - -", "( )", '""', "\u0301\u0301", "\u200d\u200c", "\u200b", "\u3002", "😀"),
    *("<speak></speak>", "<speak>...</speak>", "<speak><p> </p></speak>", "<speak", "<mark name='a'/>"),
]


@pytest.mark.parametrize("ssml", [False, True])
@pytest.mark.parametrize("text", WORDLESS)
def test_a_voice_is_not_asked_for_a_text_without_words(text, ssml):
    assert for_voice(text, ssml=ssml).parts == []


@pytest.mark.parametrize(
    "text", ["100%", "@", "&", "$", "\u20ac", "\u00bd", "\u2211", "5", "\u4f60", "\u0e51", "\u221e"]
)
def test_signs_that_have_a_name_are_words(text):
    assert for_voice(text).parts == [text]


@pytest.mark.parametrize(
    "text", ["<break/>", "<sub alias='euros'>...</sub>", "<audio src='https://a.example/b.wav'/>"]
)
def test_markup_that_sounds_goes_to_a_voice_that_knows_it(text):
    assert for_voice(text, ssml=True).parts == [text]


def test_a_pause_alone_is_a_pause():
    assert for_voice('<break time="2s"/>...').parts == [Pause(2.0)]
