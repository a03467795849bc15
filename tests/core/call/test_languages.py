"""Which language a call has, however it is spelt, and what an engine is asked for that knows some only."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import (
    AudioFormat,
    LanguageUnknown,
    LegInfo,
    Play,
    Say,
    SpeechError,
    Transcript,
    Unspeakable,
    hookimpl,
)
from switchhook.call.bot import Bot
from switchhook.call.engine import FAILURES, Engine, engines_of
from switchhook.call.prompt_cache.cache import Prompt, PromptCache
from switchhook.contract.languages import LONGEST, match, normalised, shown
from switchhook.serving.drivers.probing import NoAnswerError, try_bot
from switchhook.serving.drivers.warming import AGAIN, warmed
from switchhook.testing import MemoryAssistant, MemoryLeg, MemorySpeechToText, MemoryTextToSpeech
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio

RUSSIAN = "Русский текст"
ODD = [
    "",
    "garbage",
    "q" * 10_000,
    "en-" * 3_000,
    "en\x00US",
    "\ud800",
    "en\ud83dUS",
    "-",
    "12",
    "und",
    "\u017fs",
]

# --- tags

SUBTAGS = st.sampled_from(
    [
        "en",
        "es",
        "US",
        "us",
        "419",
        "latn",
        "Hans",
        "zh",
        "cmn",
        "yue",
        "x",
        "u",
        "a",
        "1",
        "1996",
        "ca",
        "gregory",
        "art",
        "sgn",
        "i",
        "und",
    ]
)
TAGS = st.lists(SUBTAGS, min_size=1, max_size=6).map("-".join)


@pytest.mark.parametrize(
    ("tag", "spelt"),
    [
        *((tag, "es-ES") for tag in ("es-es", "es_ES", "ES-es", "es-ES", " es-ES\n")),
        ("en", "en"),
        ("EN_latn_us", "en-US"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("iw", "he"),
        ("i-klingon", "tlh"),
        ("en-US-x-private", "en-US-x-private"),
        *((tag, "en-US") for tag in ("en_US.UTF-8", "en_US@euro", "en_US.utf8@x=y")),
        *((tag, "nb-NO") for tag in ("no-NO", "nb_no", "NO_NO")),
        *((tag, "zh-Hans-CN") for tag in ("cmn-Hans-CN", "zh-cmn-hans-CN")),
        *((tag, "") for tag in ("und", "und-US", "root", "mul", "zxx", "C.UTF-8", "x-private")),
        *((tag, "") for tag in ODD),
    ],
)
def test_a_tag_has_one_spelling_and_what_is_none_has_none(tag, spelt):
    assert normalised(tag) == spelt


@given(st.text() | TAGS)
def test_any_text_is_a_short_tag_that_is_its_own_spelling_or_none(text):
    tag = normalised(text)
    assert (tag.isascii(), len(tag) <= LONGEST, normalised(tag)) == (True, True, tag)


@given(TAGS)
def test_neither_case_nor_line_makes_another_tag(tag):
    assert normalised(tag.upper().replace("-", "_")) == normalised(tag.lower()) == normalised(tag)


@given(st.text() | st.text(min_size=LONGEST))
def test_what_came_for_a_tag_is_shown_short_and_visible(text):
    assert shown(text).isascii()
    assert shown(text).isprintable()
    assert len(shown(text)) <= 10 * LONGEST + 3


@pytest.mark.parametrize(
    ("wanted", "known", "found"),
    [
        ("en-GB", ["en-US", "en-GB"], "en-GB"),
        ("en-GB", ["en_us", "EN_gb"], "EN_gb"),
        ("de-AT-1996", ["de-DE", "de", "de-AT"], "de-AT"),
        ("de-AT", ["de-DE", "de"], "de"),
        ("en-US-u-ca-gregory", ["en-GB", "en-US"], "en-US"),
        ("en-AU", ["es-ES", "en-GB", "en-US"], "en-GB"),
        ("en", ["es-ES", "en-GB"], "en-GB"),
        ("zh-Hant-TW", ["zh-CN", "zh-TW"], "zh-TW"),
        *((tag, ["zh-CN", "zh-TW"], "zh-TW") for tag in ("zh-Hant", "zh-HK", "zh-Hant-MO")),
        *((tag, ["zh-TW", "zh-CN"], "zh-CN") for tag in ("zh", "zh-Hans", "zh-SG")),
        ("es", ["es-LA", "es-ES"], "es-ES"),
        *((tag, ["es-ES", "es-MX"], "es-MX") for tag in ("es-419", "es-AR", "es-US")),
        *((tag, ["es-ES", "es-US", "es-LA"], "es-LA") for tag in ("es-419", "es-AR", "es-MX")),
        *((tag, ["en-US", "en-GB"], "en-GB") for tag in ("en-AU", "en-IN", "en-ZA")),
        ("en-PR", ["en-GB", "en-US"], "en-US"),
        ("pt-AO", ["pt-BR", "pt-PT"], "pt-PT"),
        ("sr-RS", ["sr-Latn-RS", "sr-Cyrl"], "sr-Cyrl"),
        ("nb", ["no-NO"], "no-NO"),
        ("yue-HK", ["zh-CN", "zh-TW"], None),
        ("en-US-x-private", ["en-GB", "en-US"], "en-US"),
        ("es-ES", ["en-US", "garbage"], None),
    ],
)
def test_the_known_tag_that_fits_best_is_found(wanted, known, found):
    assert match(wanted, known) == found


# --- engines that know some languages only


class Tongues:
    """`known`: what it serves, and whether it `says` so. `asked`: the languages it was asked for."""

    def __init__(self, *known, says=True, **options):
        super().__init__(**options)
        self.known, self.asked = known, []
        if says:
            self.languages = known

    def must_know(self, language):
        self.asked.append(language)
        if language not in self.known:
            raise LanguageUnknown("not here", reason="it does not know the language")


class Ear(Tongues, MemorySpeechToText):
    def open(self, audio, language, parameters, /):
        self.must_know(language)
        return super().open(audio, language, parameters)


class Voice(Tongues, MemoryTextToSpeech):
    """It says Latin letters, and nothing else."""

    def synthesize(self, text, audio, language, parameters, /):
        self.must_know(language)
        if any(letter.isalpha() and not letter.isascii() for letter in text):
            raise Unspeakable("not mine", reason="it cannot say this")
        return super().synthesize(text, audio, language, parameters)


def greeter(*texts):
    return MemoryAssistant(lambda turn: list(texts or ("welcome",)) if turn.number == 1 else [])


def leg(language):
    return MemoryLeg(LegInfo("leg-1", "test", language=language))


def remarks(talk):
    return [
        noted["problem"]
        for noted in talk.call.record_writer.record.not_performed
        if noted["type"] == "remark"
    ]


def spoken(talk):
    record = talk.call.record_writer.record
    return record.language_asked, record.language, talk.call.info.language


async def answered(language, *, ears=None, voices=None, speaker=None, texts=(), **bot):
    """What the caller heard of the `speaker`, the first voice, in three seconds for each text; the talk."""
    ears, voices = ears or (Ear("en-US"),), voices or (Voice("en-US"),)
    made = {"recognisers": ears, "voices": voices, **bot}
    async with a_call(greeter(*texts), leg=leg(language), tts=speaker or voices[0], **made) as talk:
        await talk.wait(3 * max(1, len(texts)))
        return talk.heard(), talk


@pytest.mark.parametrize("language", ["en-us", "en_US", "EN-us", "en-US"])
async def test_however_the_language_is_spelt_it_is_the_same(language):
    heard, talk = await answered(language)
    assert (heard, spoken(talk), remarks(talk)) == (["welcome"], (language, "en-US", "en-US"), [])


@pytest.mark.parametrize("says", [True, False])
async def test_a_language_that_no_engine_knows_is_answered_in_the_connector_s_own_with_a_remark(says):
    ears, voices = (Ear("en-US", says=says),), (Voice("en-US", says=says),)
    heard, talk = await answered("es-es", ears=ears, voices=voices)
    assert (heard, spoken(talk)) == (["welcome"], ("es-es", "en-US", "en-US"))
    assert remarks(talk) == ["no engine knows the language es-ES: en-US is spoken"]
    assert talk.call.record_writer.record.faults == []


@pytest.mark.parametrize("language", [odd for odd in ODD if odd])
async def test_what_is_no_language_tag_is_answered_in_the_connector_s_own_with_a_remark(language):
    heard, talk = await answered(language)
    assert (heard, talk.call.info.language) == (["welcome"], "en-US")
    assert remarks(talk) == ["the language that was asked for is no language tag: en-US is spoken"]
    assert talk.call.record_writer.record.language_asked == shown(language)


async def test_without_a_language_of_the_peer_the_connector_s_own_needs_no_remark():
    heard, talk = await answered("")
    assert (heard, spoken(talk), remarks(talk)) == (["welcome"], ("", "en-US", "en-US"), [])


async def test_another_region_of_a_known_language_is_spoken_as_the_engine_knows_it():
    ear, voice = Ear("en-US"), Voice("en-US")
    heard, talk = await answered("en-AU", ears=(ear,), voices=(voice,))
    assert (heard, ear.asked, voice.asked, remarks(talk)) == (["welcome"], ["en-US"], ["en-US"], [])
    assert spoken(talk) == ("en-AU", "en-US", "en-AU")


async def test_a_language_that_only_the_voices_know_is_not_spoken():
    voice = Voice("en-US", "es-ES")
    heard, _ = await answered("es-ES", voices=(voice,))
    assert (heard, voice.asked) == (["welcome"], ["en-US"])


async def test_the_voice_that_knows_the_language_is_asked_and_the_others_are_not():
    ear, english, both = Ear("en-US", "es-ES"), Voice("en-US"), Voice("en-US", "es-ES")
    heard, talk = await answered("es-ES", ears=(ear,), voices=(english, both), speaker=both)
    assert heard == ["welcome"]
    assert (english.asked, both.asked, spoken(talk)[1]) == ([], ["es-ES"], "es-ES")


async def test_a_recogniser_that_knows_it_after_all_is_asked_before_the_language_is_given_up():
    first, second = Ear("en-US", says=False), Ear("es-ES", says=False)
    _, talk = await answered("es-ES", ears=(first, second), voices=(Voice("es-ES", says=False),))
    assert (second.asked, spoken(talk)[1], remarks(talk)) == (["es-ES"], "es-ES", [])


async def test_a_call_hears_in_the_language_that_its_voice_falls_back_to():
    ear = Ear("en-US", "es-ES", says=False)
    await answered("es-ES", ears=(ear,), voices=(Voice("en-US", says=False),))
    assert ear.asked == ["es-ES", "en-US"]


async def test_no_audio_is_lost_where_a_recogniser_does_not_know_the_language():
    class Slow(MemorySpeechToText):
        """It finds out after half a second."""

        def open(self, audio, language, parameters, /):
            opened = super().open(audio, language, parameters)
            return Late(opened, language)

    ear = Slow()
    async with a_call(greeter(), leg=leg("es-ES"), recognisers=(ear,)) as talk:
        talk.leg.speak(b"a" * 800)
        await talk.wait(0.2)
        talk.leg.speak(b"b" * 800)
        await talk.wait(1)
        talk.leg.speak(b"c" * 800)
        assert bytes(ear.opened[-1].fed) == b"a" * 800 + b"b" * 800 + b"c" * 800


class Late:
    def __init__(self, opened, language):
        self._opened, self._language = opened, language

    async def __aenter__(self):
        if self._language != "en-US":
            await anyio.sleep(0.5)
            raise LanguageUnknown("not here")
        return await self._opened.__aenter__()

    async def __aexit__(self, *raised):
        return await self._opened.__aexit__(*raised)


# --- changed in the call


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("language", ["es-es", "xx", "garbage", "q" * 10_000])
async def test_an_update_to_a_language_that_is_not_known_leaves_it_as_it_was(language, says):
    ear, voice = Ear("en-US", says=says), Voice("en-US", says=says)
    async with a_call(greeter(), tts=voice, recognisers=(ear,)) as talk:
        await talk.wait(3)
        talk.leg.change_language(language)
        await talk.wait(1)
        ear.hear(Transcript("my balance", True))
        await talk.wait(1)
        assert (talk.turns[-1].text, spoken(talk)[1:]) == ("my balance", ("en-US", "en-US"))
        assert (len(remarks(talk)), talk.call.record_writer.record.faults) == (1, [])


async def test_and_that_is_the_one_before_and_not_the_connector_s_own():
    ear, voice = Ear("en-US", "de-DE", says=False), Voice("en-US", "de-DE", says=False)
    async with a_call(greeter(), leg=leg("de-DE"), tts=voice, recognisers=(ear,)) as talk:
        await talk.wait(3)
        talk.leg.change_language("es-ES")
        await talk.wait(1)
        assert (ear.asked, spoken(talk)[1:]) == (["de-DE", "es-ES", "de-DE"], ("de-DE", "de-DE"))


# --- whose fault it is


async def test_callers_in_an_unknown_language_leave_the_engines_as_they_are():
    told = []
    ear, english, both = Ear("en-US", says=False), Voice("en-US", says=False), Voice("en-US", "es-ES")
    ears, voices = engines_of("stt", [ear]), engines_of("tts", [english, both])
    engines: list[Engine] = [*ears, *voices]
    for engine in engines:
        engine.report = lambda name, resting: told.append(name)
    for _ in range(2 * FAILURES):
        await answered("es-es", ears=ears, voices=voices, speaker=english)
    english.asked.clear()
    both.asked.clear()
    heard, _ = await answered("en-us", ears=ears, voices=voices, speaker=english)
    assert (heard, english.asked, both.asked, told) == (["welcome"], ["en-US"], [], [])


async def test_texts_that_no_voice_can_say_leave_the_engines_as_they_are():
    [voice] = engines_of("tts", [Voice("en-US")])
    for _ in range(2 * FAILURES):
        await answered("en-US", voices=(voice,), speaker=voice.driver, texts=(RUSSIAN,))
    assert not voice.rests(anyio.current_time())


async def test_a_probe_says_what_an_engine_does_not_know_and_asks_for_what_it_does():
    voice = Voice("en-US")
    bot = Bot(
        "test", (), engines_of("stt", [Ear("es-ES")]), engines_of("tts", [voice]), None, language="en-AU"
    )
    with pytest.raises(NoAnswerError, match=r"^stt: not here$"):
        await try_bot(bot, 1.0)
    assert voice.asked == ["en-US"]


# --- texts that a voice cannot say


async def test_a_text_that_no_voice_can_say_is_skipped_with_a_remark_and_the_call_goes_on():
    heard, talk = await answered("en-US", texts=("Welcome.", RUSSIAN, "Goodbye."))
    assert heard == ["Welcome.", "Goodbye."]
    assert remarks(talk) == ["no voice can say the text: skipped"]
    assert (talk.call.record_writer.record.faults, talk.record) == ([], None)


async def test_the_next_voice_that_can_say_it_is_asked():
    other = MemoryTextToSpeech(seconds=1)
    heard, talk = await answered("en-US", voices=(Voice("en-US"), other), speaker=other, texts=(RUSSIAN,))
    assert (heard, remarks(talk)) == ([RUSSIAN], [])


async def test_of_a_text_only_the_sentence_is_skipped_that_no_voice_can_say():
    heard, talk = await answered("en-US", texts=(f"Welcome. {RUSSIAN}. How are you?",))
    assert heard == ["Welcome.", "How are you?"]
    assert remarks(talk) == ["no voice can say a part of the text: skipped"]


async def test_of_a_long_text_only_the_part_is_skipped_that_the_voice_cannot_say():
    heard, talk = await answered(
        "en-US", voices=(Voice("en-US", max_bytes=30),), texts=(f"Welcome. {RUSSIAN}. How are you?",)
    )
    assert (heard, len(remarks(talk))) == (["Welcome.", "How are you?"], 1)


@pytest.mark.parametrize("text", ["…", "😀", "— !"])
async def test_a_text_without_anything_to_say_is_said(text):
    class Mute(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            if any(map(str.isalnum, text)):
                async for chunk in super()._chunks(text, audio):
                    yield chunk

    heard, talk = await answered("en-US", voices=(Mute(),), texts=(text, "welcome"))
    assert (heard, talk.record, talk.call.record_writer.record.faults) == (["welcome"], None, [])


async def test_what_is_to_be_played_otherwise_is_played_for_a_text_that_no_voice_can_say():
    class Handler:
        @hookimpl
        def handle_text(self, response):
            return Say(response.text, otherwise=Play(b"wav"))

        @hookimpl
        def load_audio(self, data, audio):
            return b"\x7f" * 800 if data == b"wav" else None

    voice = Voice("en-US")
    async with a_call(greeter(RUSSIAN), tts=voice, plugins=[Handler()]) as talk:
        await talk.wait(2)
        assert (bytes(talk.leg.ear), remarks(talk)) == (b"\x7f" * 800, [])


async def test_a_failure_text_that_no_voice_can_say_does_not_keep_a_call_from_its_end():
    assistant = MemoryAssistant(lambda turn: [RuntimeError()])
    async with a_call(assistant, tts=Voice("en-US"), failure_text=RUSSIAN) as talk:
        record = await talk.over()
        assert (record.outcome, record.reason) == ("failed", "assistant: RuntimeError")


async def test_a_voice_that_fails_is_tried_again_though_another_cannot_say_the_text():
    class Stumbling(MemoryTextToSpeech):
        tries = 0

        def synthesize(self, text, audio, language, parameters, /):
            self.tries += 1
            if self.tries == 1:
                raise SpeechError("x")
            return super().synthesize(text, audio, language, parameters)

    stumbling = Stumbling()
    await answered("en-US", voices=(stumbling, Voice("en-US")), texts=(RUSSIAN,))
    assert stumbling.texts == [RUSSIAN]


async def test_a_voice_that_breaks_off_at_a_part_that_it_cannot_say_has_said_the_rest():
    class Late(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            async for chunk in super()._chunks(text, audio):
                yield chunk
            raise Unspeakable("the rest is not mine")

    heard, talk = await answered("en-US", voices=(Late(),), texts=("one",))
    assert (heard, remarks(talk)) == (["one"], ["no voice can say a part of the text: skipped"])


# --- ready-made prompts


async def heard_with_all_backends_down(language, *, knows=("en-US",), says=True, own="en-US"):
    """By a caller whose greeting was listed and made ready."""
    ear, voice, cache = Ear(*knows, says=says), Voice(*knows, says=says), PromptCache(memory=1, disk=0)
    texts = {"failure_text": "sorry", "prompts": ("welcome",)}
    shown_to = Bot("test", (), (), engines_of("tts", [voice]), None, language=own, **texts)
    async with warmed(cache, [shown_to]):
        await anyio.sleep(1)
        voice.fail |= {"welcome", "sorry"}
        ear.broken = True
        more = {"recognisers": (ear,), "cache": cache, "language": own}
        async with a_call(greeter(), leg=leg(language), tts=voice, **more) as talk:
            record = await talk.over()
            assert record.outcome == "failed"
            return talk.heard()


@pytest.mark.parametrize("own", ["en-US", "en-us"])
@pytest.mark.parametrize("language", ["", "en-US", "en-us", "en_US", "EN-us"])
async def test_however_the_language_is_spelt_the_ready_made_prompts_are_heard(language, own):
    assert await heard_with_all_backends_down(language, own=own) == ["welcome", "sorry"]


@pytest.mark.parametrize(
    ("language", "knows", "says"),
    [
        ("es-es", ("en-US",), True),
        ("es-es", ("en-US",), False),
        ("en-au", ("en-US",), True),
        ("en-AU", ("en-US", "en-AU"), False),
        ("es-ES", ("en-US", "es-ES"), True),
        ("garbage", ("en-US",), True),
    ],
)
async def test_whichever_language_it_is_the_ready_made_prompts_are_heard(language, knows, says):
    assert await heard_with_all_backends_down(language, knows=knows, says=says) == ["welcome", "sorry"]


async def test_the_connector_s_own_texts_are_spoken_in_its_own_language():
    voice = Voice("en-US", "es-ES")
    assistant = MemoryAssistant(lambda turn: ["hola", RuntimeError()])
    async with a_call(assistant, leg=leg("es-ES"), tts=voice, recognisers=(Ear("es-ES"),)) as talk:
        await talk.over()
        assert (voice.texts, voice.asked) == (["hola", "sorry"], ["es-ES", "en-US"])


async def test_what_a_voice_cannot_say_or_does_not_know_is_not_tried_again_and_again(caplog):
    voice = Voice("en-US", says=False)
    cache = PromptCache(memory=1, disk=0)
    russian = Bot("test", (), (), engines_of("tts", [voice]), None, failure_text=RUSSIAN)
    german = Bot(
        "test", (), (), engines_of("tts", [voice]), None, language="de-DE", failure_text="Verzeihung"
    )
    async with warmed(cache, [russian, german]):
        await anyio.sleep(3 * AGAIN)
    assert voice.asked == ["en-US", "de-DE"]
    assert "a prompt is not had ready, Voice: it cannot say this" in caplog.text


async def test_a_voice_is_not_warmed_for_a_language_that_it_does_not_know():
    voice = Voice("en-US")
    german = Bot(
        "test", (), (), engines_of("tts", [voice]), None, language="de-DE", failure_text="Verzeihung"
    )
    async with warmed(PromptCache(memory=1, disk=0), [german]):
        await anyio.sleep(1)
    assert voice.asked == []


def test_a_ready_made_prompt_is_of_its_language():
    one, other = (Prompt("v", "hello", AudioFormat(), language) for language in ("en-US", "es-ES"))
    assert one.key != other.key
