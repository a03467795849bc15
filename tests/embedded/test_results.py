"""What a recognition tells its call."""

import numpy as np
import pytest

from switchhook import SpeechError, Transcript
from switchhook_embedded.endpoint import Utterance
from switchhook_embedded.results import RecognitionResults

pytestmark = pytest.mark.anyio


def utterance(voiced, number=0, final=True):
    return Utterance(number, final, np.zeros(0, np.float32), 1.0, 2.0, voiced)


@pytest.mark.parametrize("invented", ["You", "you.", "Uh,", "So", "So!"])
async def test_a_word_that_engines_make_of_noise_is_none_if_it_was_too_short(invented):
    box = RecognitionResults("test")
    box.decoded(utterance(voiced=0.28), invented)

    assert (await box.next()).text == ""


@pytest.mark.parametrize(("text", "voiced"), [("You", 0.4), ("No.", 0.28), ("So long.", 0.28)])
async def test_other_short_words_are_told(text, voiced):
    box = RecognitionResults("test")
    box.decoded(utterance(voiced), text)

    assert await box.next() == Transcript(text, True, 1.0, 2.0)


async def test_the_end_waits_for_the_finals_that_are_to_come():
    box = RecognitionResults("test")
    box.ended(1)
    box.decoded(utterance(1.0), "hello")

    assert (await box.next()).text == "hello"
    assert await box.next() is None


async def test_nothing_is_told_after_the_end():
    box = RecognitionResults("test")
    box.close()
    box.started(1.0)
    box.decoded(utterance(1.0), "hello")

    assert [await box.next(), await box.next()] == [None, None]


async def test_a_failure_after_the_end_does_not_undo_it():
    box = RecognitionResults("test")
    box.close()
    box.failed(ValueError())

    assert [await box.next(), await box.next()] == [None, None]


async def test_what_was_told_before_a_failure_is_heard_first():
    box = RecognitionResults("test")
    box.decoded(utterance(1.0), "hello")
    box.decoded(utterance(1.0, number=1), ValueError())

    assert (await box.next()).text == "hello"
    with pytest.raises(SpeechError, match="test failed: ValueError"):
        await box.next()


async def test_words_that_take_long_are_announced_once(monkeypatch):
    monkeypatch.setattr("switchhook_embedded.results.BEHIND", 0.0)
    box = RecognitionResults("test")
    box.awaited(utterance(1.0))

    assert await box.next() == Transcript("", False, 1.0, 2.0)
    box.decoded(utterance(1.0), "hello")
    box.ended(1)
    assert [(await box.next()).text, await box.next()] == ["hello", None]


async def test_words_that_came_in_time_are_not_announced(monkeypatch):
    monkeypatch.setattr("switchhook_embedded.results.BEHIND", 0.0)
    box = RecognitionResults("test")
    box.awaited(utterance(1.0))
    box.decoded(utterance(1.0), "hello")
    box.awaited(utterance(1.0, number=1))

    assert (await box.next()).text == "hello"
    assert await box.next() == Transcript("", False, 1.0, 2.0)
