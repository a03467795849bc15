"""A call as a page: it has what happened, loads nothing, and nobody's words are markup in it."""

import json
import math
import struct
from array import array
from contextlib import suppress
from html.parser import HTMLParser

import pytest
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import wav_file
from switchhook.call.record.masking import Mask
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call
from switchhook.tools.sound_peaks import A_SECOND, sides
from switchhook.tools.story_page import story_page

HOSTILE = "</td></svg><script>alert(1)</script><img src=//evil.example/a onerror=x>\"'&\u202e"


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if data.strip():
            self.words.append(data)

    def counted(self, kind):
        return sum(1 for name, value in self.attributes if name == "class" and value == kind)


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


async def a_story():
    assistant = MemoryAssistant(
        lambda turn: ["welcome to the bank"] if turn.number == 1 else [0.4, "it is 7 euros"]
    )
    shown = Mask(["transcripts", "digits"])
    async with a_call(assistant, mask=shown) as talk:
        await talk.wait(1.0)
        talk.say("what is my balance")
        await talk.wait(4.0)
        talk.leg.press("1")
        await talk.wait(1.0)
        talk.leg.close()
        record = await talk.over()
    return json.loads(record.line()), [json.loads(line) for line in talk.events]


def tone(seconds, amplitude):
    return array("h", (round(amplitude * math.sin(n)) for n in range(round(8000 * seconds))))


def stereo(left, right):
    both = array("h", bytes(4 * len(left)))
    both[0::2], both[1::2] = left, right
    return wav_file(both.tobytes(), 8000, 2)


@pytest.mark.anyio
async def test_a_call_is_told_with_what_was_said_and_how_long_it_took():
    record, events = await a_story()
    page = Page(story_page(record, events))
    words = " ".join(page.words)
    for told in ("welcome to the bank", "what is my balance", "it is 7 euros", "barge-in", "hung_up", "0.4"):
        assert told in words
    assert page.counted("prompt") == 3
    assert page.counted("key") == 1
    assert page.counted("late") == 2


@pytest.mark.anyio
async def test_waveforms_are_drawn_where_the_call_was_recorded():
    record, events = await a_story()
    without, recorded = (
        Page(story_page(record, events, wav)) for wav in (b"", stereo(tone(6, 9000), tone(6, 90)))
    )
    assert (without.counted("caller"), without.counted("bot")) == (0, 0)
    assert (recorded.counted("caller"), recorded.counted("bot")) == (1, 1)


@pytest.mark.anyio
async def test_the_page_loads_nothing():
    record, events = await a_story()
    page = Page(story_page(record, events, stereo(tone(1, 9000), tone(1, 90))))
    assert not {"script", "link", "img", "iframe", "object", "audio", "base", "form"} & set(page.tags)
    assert not {"src", "href", "onload", "onerror"} & {name for name, _ in page.attributes}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "@import" not in story_page(record)
    assert "url(" not in story_page(record)


def everywhere(text):
    turn = {
        "number": text,
        "kind": text,
        "at": text,
        "text": text,
        "said": [text],
        "barge_in": {"at": text, "heard": text},
        "latency": {"total": text},
    }
    facts = dict.fromkeys(
        ("id", "conversation_id", "connector", "started", "outcome", "reason", "closed", "ani"), text
    )
    faults = [{"source": text, "hook": text, "error": text, "at": text, "line": text}]
    variables = {text: text, "deep": {text: [text]}}
    return {
        **facts,
        "turns": [turn],
        "faults": faults,
        "not_performed": [{"turn": text, "type": text, "problem": text}],
        "input_variables": variables,
        "output_variables": variables,
        "custom_data": variables,
        "recordings": [text],
    }


def test_nobodys_words_are_markup():
    harmless, page = (
        Page(story_page(everywhere(text), [{"time": text, "type": text, "prompt": text}]))
        for text in ("a", HOSTILE)
    )
    assert page.tags == harmless.tags
    assert "alert(1)" in " ".join(page.words)
    assert "\u202e" not in story_page(everywhere(HOSTILE))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["turns", "faults", "not_performed", "input_variables", "seconds", "id", "recordings"]
)


@settings(deadline=None)
@given(
    st.dictionaries(NAMES, JSON),
    st.lists(st.dictionaries(st.sampled_from(["time", "type", "prompt", "names"]), JSON), max_size=4),
)
def test_whatever_is_in_a_record_there_is_a_page(record, events):
    assert story_page(record, events).endswith("</html>\n")


# --- the sound


def test_peaks_are_of_each_side():
    left, right = sides(stereo(tone(1, 16_384), tone(1, 1638)))
    assert len(left.peaks) == len(right.peaks) == A_SECOND
    assert left.peaks == pytest.approx([0.5] * A_SECOND, abs=0.02)
    assert right.peaks == pytest.approx([0.05] * A_SECOND, abs=0.01)


@pytest.mark.parametrize(("coding", "quiet", "loud"), [(7, 0xFF, 0x00), (6, 0xD5, 0x2A)])
@pytest.mark.parametrize("size", [None, 0xFFFFFFFF])
def test_telephone_codings_are_read_also_where_nobody_knew_the_size(coding, quiet, loud, size):
    data = bytes([quiet, loud] * 8000)
    head = b"WAVEfmt " + struct.pack("<IHHIIHHH", 18, coding, 2, 8000, 16_000, 2, 8, 0)
    wav = (
        b"RIFF" + struct.pack("<I", size or 0) + head + b"data" + struct.pack("<I", size or len(data)) + data
    )
    caller, bot = sides(wav)
    assert max(caller.peaks) < 0.02
    assert min(bot.peaks) > 0.95


@pytest.mark.parametrize(
    "data", [b"", b"age-encryption.org/v1\n", b"RIFF0000WAVE", b"RIFF0000WAVEfmt \4\0\0\0aaaa"]
)
def test_another_file_is_an_error_that_says_what_was_expected(data):
    with pytest.raises(ValueError, match="expected a WAV file"):
        sides(data)


@given(st.binary(max_size=200))
def test_no_file_is_worse_than_an_error(data):
    with suppress(ValueError):
        assert all(0 <= peak <= 1 for side in sides(b"RIFF0000WAVE" + data) for peak in side.peaks)
