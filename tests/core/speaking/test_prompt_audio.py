"""From a text to parts that an engine takes, and from markup to words."""

import re
from contextlib import aclosing, asynccontextmanager
from math import inf

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat, Play, Say, Unplayable, hookimpl
from switchhook.call.bot import Bot
from switchhook.call.dialogue.events import Queue
from switchhook.call.engine import FAILURES, engines_of, in_order
from switchhook.call.failover import SPEAKING
from switchhook.call.language import CallLanguage
from switchhook.call.line import Line
from switchhook.call.prompt_cache.cache import Prompt, PromptCache
from switchhook.call.speaking.playout import PromptError
from switchhook.call.speaking.prompt_audio import PromptAudio
from switchhook.call.speaking.texts import split
from switchhook.call.speaking.voice_failover import OUTRUN, SLOW
from switchhook.contract.texts import plain_text
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.testing import MemoryTextToSpeech

LONGEST_CHARACTER = 4  # bytes of UTF-8; no engine takes less
TEXT = st.text() | st.text(alphabet="ab. !\n\té€😀", max_size=200)
LIMITS = st.integers(LONGEST_CHARACTER, 60)


def bare(text):
    return "".join(text.split())


# --- split


@given(TEXT, LIMITS)
def test_no_part_is_longer_than_the_engine_takes(text, limit):
    assert all(len(part.encode()) <= limit for part in split(text, limit))


@given(TEXT, LIMITS)
def test_nothing_but_white_space_is_lost(text, limit):
    assert bare("".join(split(text, limit))) == bare(text)


@given(TEXT, LIMITS)
def test_no_part_is_empty_or_has_space_at_its_ends(text, limit):
    assert all(part and part == part.strip() for part in split(text, limit))


@given(st.text(max_size=15))
def test_a_text_that_fits_is_one_part(text):
    assert list(split(text, 60)) == ([text.strip()] if text.strip() else [])


def test_a_cut_is_at_the_end_of_a_sentence_where_there_is_one():
    assert list(split("One two. Three four. Five", 22)) == ["One two. Three four.", "Five"]


def test_a_cut_is_between_words_where_there_is_no_sentence():
    assert list(split("one two three", 9)) == ["one two", "three"]


def test_a_cut_is_anywhere_where_there_is_no_space():
    assert list(split("abcdefgh", 5)) == ["abcde", "fgh"]


# --- plain


@given(st.text(alphabet=st.characters(exclude_characters="<")))
def test_a_text_without_tags_stays(text):
    assert plain_text(text) == text


def test_the_words_between_tags_are_kept():
    assert plain_text(
        '<speak>Your <emphasis level="strong">balance</emphasis>\n is <say-as>12</say-as></speak>'
    ) == ("Your balance is 12")


def test_entities_are_words():
    assert plain_text("<speak>Marks &amp; Spencer</speak>") == "Marks & Spencer"


@pytest.mark.parametrize("text", ["2 < 3 and 4 > 3", "a <- b", "R&D; <3", "fish &amp; chips"])
def test_what_only_looks_like_markup_stays(text):
    assert plain_text(text) == text


WORDS = st.lists(st.text(alphabet="abcäö", min_size=1, max_size=8), min_size=1, max_size=8)
TAGS = st.sampled_from(
    ["<break/>", "<p>", "</p>", '<say-as interpret-as="date">', "</say-as>", "<s\n>", "<B>"]
)


@given(WORDS, st.data())
def test_tags_vanish_and_words_stay_apart(words, data):
    marked = "".join(f"{data.draw(TAGS)}{word}{data.draw(TAGS)}" for word in words)
    assert plain_text(marked) == " ".join(words)


@given(st.text(alphabet="<>/ab \n"))
def test_no_tag_is_left(text):
    assert re.search(r"</?[a-zA-Z][^<>]*>", plain_text(text)) is None


# --- fetching, in virtual time


class Files:
    @hookimpl
    def load_audio(self, data, audio):
        if data.startswith(b"<"):
            raise Unplayable("it begins with <", reason="this is no sound")
        if data.startswith(b"slow"):
            return anyio.sleep(60)
        return data.removeprefix(b"RIFF") if data.startswith(b"RIFF") else None

    @hookimpl
    def create_codec(self, audio):
        return Doubling()


class Doubling:
    """A coding that is easy to recognise: one byte of two."""

    def decode(self, wire, /):
        return b"".join(bytes([byte, byte]) for byte in wire)

    def encode(self, pcm, /):
        return pcm[::2]


class Echo:
    """A second of one byte, after `delay` seconds; it pauses after the first tenth, or stalls, and comes to its
    end `ending` seconds after the sound."""

    formats, ssml, max_bytes = (AudioFormat(),), False, 4096

    def __init__(self, byte, delay, *, pause=0.0, stalls=False, ending=0.0):
        self.sound, self.delay, self.ending = bytes([byte]) * 800, delay, ending
        self.pause = inf if stalls else pause
        self.left = self.asked = 0

    @asynccontextmanager
    async def synthesize(self, text, audio, language, parameters, /):
        try:
            async with aclosing(self.chunks()) as chunks:
                yield chunks
        except anyio.get_cancelled_exc_class():
            self.left += 1
            raise

    async def chunks(self):
        await anyio.sleep(self.delay)
        yield self.sound
        await anyio.sleep(self.pause)
        for _ in range(9):
            yield self.sound
        await anyio.sleep(self.ending)


async def ignore(chunk):
    pass


def prompts(*engines, faulted=lambda engine, problem: None, remark=lambda said: None, **bot):
    plugins = Plugins()
    plugins.hold(Plugin("codec/files", "test", "1", Files()))
    hooks = Hooks(plugins, list(plugins.loaded.values()))
    made = Bot("test", (), (), engines_of("tts", engines), hooks, **bot)
    return PromptAudio(made, Line(AudioFormat(), hooks), CallLanguage(made, remark), faulted, remark)


async def fetched(content, *engines, **bot):
    """What the engines gave, and the problem."""
    audio = bytearray()

    async def put(chunk):
        audio.extend(chunk)

    problem = ""
    try:
        await prompts(*engines, **bot).fetch(Queue(1, content), put)
    except PromptError as error:
        problem = str(error)
    return bytes(audio), problem


class Pieces(MemoryTextToSpeech):
    """Linear samples in pieces of this size, all of them from one buffer."""

    def __init__(self, size):
        super().__init__(formats=())
        self.size, self.samples = size, bytes(range(250)) * 2

    async def _chunks(self, text, audio):
        buffer = bytearray()
        for at in range(0, len(self.samples), self.size):
            buffer[:] = self.samples[at : at + self.size]
            yield buffer
            await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 3, 7, 64, 499])
@pytest.mark.parametrize("cached", [True, False])
async def test_pieces_that_end_within_a_sample_are_no_noise(size, cached):
    engine, cache = Pieces(size), PromptCache(memory=10_000, disk=0)
    async with cache.running():
        audio, problem = await fetched(Say("hello", cached=cached), engine, cache=cache)
    assert (audio, problem) == (engine.samples[::2], "")


@pytest.mark.anyio
async def test_a_text_becomes_the_audio_of_the_first_engine():
    first, second = MemoryTextToSpeech(), MemoryTextToSpeech()
    audio, problem = await fetched(Say("hello"), first, second)
    assert (len(audio), problem) == (16000, "")
    assert (first.texts, second.texts) == (["hello"], [])


@pytest.mark.anyio
async def test_markup_is_taken_out_for_an_engine_without_it():
    engine = MemoryTextToSpeech()
    await fetched(Say("<speak>hello</speak>"), engine)
    assert engine.texts == ["hello"]


@pytest.mark.anyio
async def test_markup_goes_to_an_engine_that_understands_it():
    engine = MemoryTextToSpeech(ssml=True)
    await fetched(Say("<speak>hello</speak>"), engine)
    assert engine.texts == ["<speak>hello</speak>"]


@pytest.mark.anyio
async def test_a_long_text_is_spoken_in_parts():
    engine = MemoryTextToSpeech(max_bytes=12)
    await fetched(Say("One two. Three four."), engine)
    assert engine.texts == ["One two.", "Three four."]


@pytest.mark.anyio
async def test_linear_audio_is_coded_for_the_line():
    engine = MemoryTextToSpeech(formats=(AudioFormat("L16", 8000),))
    audio, _ = await fetched(Say("hello"), engine)
    assert len(audio) == 16000


@pytest.mark.anyio
async def test_the_next_engine_speaks_when_one_fails():
    second = MemoryTextToSpeech()
    audio, problem = await fetched(Say("hello"), MemoryTextToSpeech(fail={"hello"}), second)
    assert (len(audio), problem, second.texts) == (16000, "", ["hello"])


@pytest.mark.anyio
async def test_a_spare_engine_speaks_beside_one_that_is_late():
    second = MemoryTextToSpeech()
    began = anyio.current_time()
    _, problem = await fetched(Say("hello"), MemoryTextToSpeech(stall={"hello"}), second)
    assert (problem, second.texts) == ("", ["hello"])
    assert anyio.current_time() - began == pytest.approx(SPEAKING.late)


@pytest.mark.anyio
async def test_whoever_sounds_first_is_heard_and_the_other_is_left():
    first, second = Echo(1, SPEAKING.late + 0.2), Echo(2, 0.3)
    assert await fetched(Say("hello"), first, second) == (b"\x01" * 8000, "")
    assert (first.left, second.left) == (0, 1)
    first, second = Echo(1, SPEAKING.late + 0.4), Echo(2, 0.3)
    assert await fetched(Say("hello"), first, second) == (b"\x02" * 8000, "")
    assert (first.left, second.left) == (1, 0)


@pytest.mark.anyio
async def test_a_late_engine_is_not_given_up_where_the_spare_one_fails():
    first = Echo(1, SPEAKING.late + 0.5)
    assert await fetched(Say("hello"), first, MemoryTextToSpeech(fail={"hello"})) == (b"\x01" * 8000, "")


@pytest.mark.anyio
async def test_an_engine_that_stalls_within_its_sound_is_followed_by_the_spare_one():
    second = Echo(2, 0.1)
    audio, problem = await fetched(Say("hello"), Echo(1, 0.0, stalls=True), second)
    assert (audio, problem) == (b"\x01" * 800 + b"\x02" * 8000, "")


@pytest.mark.anyio
async def test_an_engine_that_is_late_twice_in_a_prompt_is_twice_waited_for():
    first, second = Echo(1, SPEAKING.late + 0.1, pause=SPEAKING.late + 0.3), Echo(2, 0.4)
    assert await fetched(Say("hello"), first, second) == (b"\x01" * 8000, "")
    assert second.left == 2


@pytest.mark.anyio
async def test_a_spare_engine_is_left_when_the_first_turns_out_to_have_said_all():
    first, second = Echo(1, 0.0, ending=1.0 + SPEAKING.late + 0.2), Echo(2, 0.4)
    assert await fetched(Say("hello"), first, second) == (b"\x01" * 8000, "")
    assert second.left == 1


@pytest.mark.anyio
async def test_an_engine_that_was_outrun_speaks_where_the_spare_one_breaks_off():
    first = Echo(1, SPEAKING.late + 0.2)
    assert await fetched(Say("hello"), first, Breaking()) == (b"\x01" * 800 + b"\x01" * 8000, "")
    assert first.left == 1


@pytest.mark.anyio
async def test_a_prompt_that_was_outrun_is_made_anew():
    class OnceSilent(Echo):
        async def chunks(self):
            silent, self.asked = self.asked == 0, self.asked + 1
            await anyio.sleep(60 if silent else 0)
            yield self.sound

    engines = engines_of("tts", [OnceSilent(1, 0), Echo(2, 0.1)])
    cache = PromptCache(memory=99_999, disk=0)
    async with cache.running():
        for heard in (b"\x02" * 8000, b"\x01" * 800):
            assert await fetched(Say("hello"), *engines, cache=cache) == (heard, "")


@pytest.mark.anyio
async def test_no_engine_is_late_while_the_caller_hears_what_was_said_before():
    first, second = Echo(1, SPEAKING.late + 3.0), Echo(2, 0.1)
    audio = bytearray()

    async def put(chunk):
        audio.extend(chunk)

    await prompts(first, second).fetch(Queue(1, Say("hello")), put, 3.1)
    assert bytes(audio) == b"\x01" * 8000


@pytest.mark.anyio
async def test_no_spare_engine_is_asked_that_rests():
    first, second = engines_of("tts", [MemoryTextToSpeech(stall={"hello"}), MemoryTextToSpeech()])
    second.failed(anyio.current_time(), silent=True)
    began = anyio.current_time()
    _, problem = await fetched(Say("hello"), first, second)
    assert (problem, second.driver.texts) == ("", ["hello"])
    assert anyio.current_time() - began == pytest.approx(SPEAKING.opening)


@pytest.mark.anyio
async def test_an_engine_that_was_late_again_and_again_is_asked_last():
    first, second = engines_of("tts", [Echo(1, SPEAKING.late + 0.5), Echo(2, 0.1)])
    for _ in range(FAILURES):
        await fetched(Say("hello"), first, second)
    assert in_order([first, second], anyio.current_time()) == [second, first]


@pytest.mark.anyio
async def test_the_call_is_told_of_an_engine_that_was_outrun():
    told = []
    made = prompts(Echo(1, 9.0), Echo(2, 0.1), faulted=lambda *fault: told.append(fault))
    await made.fetch(Queue(1, Say("hello")), ignore)
    assert told == [("Echo", OUTRUN)]


@pytest.mark.anyio
async def test_what_no_voice_can_speak_may_have_a_recording():
    engine = MemoryTextToSpeech(fail={"hello"})
    assert await fetched(Say("hello", otherwise=Play(b"RIFFabc")), engine) == (b"abc", "")


class Breaking(MemoryTextToSpeech):
    """Gives a tenth of a second, and fails; after `times` it speaks."""

    times = 99

    async def _chunks(self, text, audio):
        self.times -= 1
        if self.times < 0:
            yield b"\x07" * 800
            return
        yield b"\x01" * 800
        raise RuntimeError("4111")


@pytest.mark.anyio
async def test_a_text_that_broke_off_is_said_again_by_the_next_engine():
    second = MemoryTextToSpeech(seconds=0.1)
    audio, problem = await fetched(Say("hello"), Breaking(), second)
    assert (audio, problem) == (b"\x01" * 800 + second.sound("hello") * 800, "")


@pytest.mark.anyio
async def test_the_last_engine_gets_a_second_chance():
    engine = Breaking()
    engine.times = 1
    assert await fetched(Say("hello"), engine) == (b"\x01" * 800 + b"\x07" * 800, "")


@pytest.mark.anyio
async def test_and_no_third_one():
    assert await fetched(Say("hello"), Breaking()) == (b"\x01" * 1600, "RuntimeError")


@pytest.mark.anyio
async def test_and_none_where_it_was_silent_just_before():
    [engine] = engines_of("tts", [Breaking()])
    engine.failed(anyio.current_time(), silent=True)
    assert await fetched(Say("hello"), engine) == (b"\x01" * 800, "RuntimeError")


@pytest.mark.anyio
async def test_who_waits_for_a_slow_engine_is_told_so_by_what_is_ready():
    engine = MemoryTextToSpeech(seconds=0.1, stall={"hello"})
    cache = PromptCache(memory=10_000, disk=0)
    async with cache.running():
        await cache.keep(engine, Prompt("MemoryTextToSpeech", "wait", AudioFormat(), "en-US"))
        began = anyio.current_time()
        audio, problem = await fetched(Say("hello"), engine, cache=cache, waiting_text="wait")
    assert (audio, problem) == (engine.sound("wait") * 800, SLOW)
    assert anyio.current_time() - began == pytest.approx(SPEAKING.opening + SPEAKING.excused)


@pytest.mark.anyio
async def test_an_engine_that_is_slower_than_its_sound_is_given_up():
    class Dripping(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            while True:
                yield b"\x01" * 400  # 0.05 s
                await anyio.sleep(0.5)

    second = MemoryTextToSpeech(seconds=0.1)
    began = anyio.current_time()
    _, problem = await fetched(Say("hello"), Dripping(), second)
    assert (problem, second.texts) == ("", ["hello"])
    assert anyio.current_time() - began < SPEAKING.opening + 0.5


@pytest.mark.anyio
async def test_a_prompt_that_took_too_long_is_made_anew():
    class OnceSilent(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            if len(self.parameters) == 2 and text == "hello":
                await anyio.sleep(60)
            yield b"\x05" * 800

    engine, cache = OnceSilent(), PromptCache(memory=10_000, disk=0)
    async with cache.running():
        await cache.keep(engine, Prompt("OnceSilent", "wait", AudioFormat(), "en-US"))
        audio, problem = await fetched(Say("hello"), engine, cache=cache, waiting_text="wait")
    assert (len(audio), problem) == (1600, "")


@pytest.mark.anyio
async def test_an_engine_that_keeps_failing_is_asked_last():
    broken, second = MemoryTextToSpeech(fail={"hello"}), MemoryTextToSpeech(seconds=0.1)
    engines = engines_of("tts", [broken, second])
    for _ in range(FAILURES):
        await fetched(Say("hello"), *engines)
    asked = len(broken.parameters)
    await fetched(Say("hello"), *engines)
    assert len(broken.parameters) == asked


@pytest.mark.anyio
async def test_the_problem_of_the_last_engine_is_told():
    engine = MemoryTextToSpeech(fail={"hello"})
    assert await fetched(Say("hello"), engine) == (b"", "wanted by the test")


@pytest.mark.anyio
async def test_without_an_engine_nothing_is_said():
    assert await fetched(Say("hello")) == (b"", "no engine")


@pytest.mark.anyio
async def test_a_file_is_read_by_a_plugin():
    assert await fetched(Play(b"RIFFabc")) == (b"abc", "")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("file", "why"),
    [(b"<html>", "this is no sound"), (b"slow", "not decoded within 10 s")],
)
async def test_a_file_that_cannot_be_played_is_named_with_the_readers_words(file, why, caplog):
    problem = f"https://files.example.com/a.wav cannot be played: {why}"
    assert await fetched(Play(file, "https://files.example.com/a.wav")) == (b"", problem)
    assert problem in caplog.messages


@pytest.mark.anyio
async def test_a_long_file_is_put_second_by_second():
    put = []

    async def take(chunk):
        put.append(len(chunk))

    await prompts().fetch(Queue(1, Play(b"RIFF" + bytes(8000 * 600 + 1))), take)
    assert put == [8000] * 600 + [1]


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 5, 7999, 8001, 20_000])
async def test_a_loop_lasts_ten_minutes_however_short_it_is(size):
    put = []

    async def take(chunk):
        put.append(len(chunk))

    await prompts().fetch(Queue(1, Play(b"RIFF" + bytes(size), loop=True)), take)
    assert sum(put) / 8000 == pytest.approx(600, abs=size / 8000)
    assert len(put) <= 1200


@pytest.mark.anyio
async def test_a_file_that_nobody_reads_is_a_problem():
    problem = "audio cannot be played: no plugin reads it; pip install switchhook-codecs"
    assert await fetched(Play(b"ID3")) == (b"", problem)
