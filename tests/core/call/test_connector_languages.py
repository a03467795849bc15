"""A connector that has engines and texts of its own for further languages, and a call that changes between them."""

import anyio
import pytest

from switchhook import (
    ConfigureRecognition,
    ConfigureSynthesis,
    Say,
    SetLanguage,
    SpeechError,
    Transcript,
    hookimpl,
)
from switchhook.call.bot import Bot, Tongue
from switchhook.call.engine import engines_of
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.call.record.masking import Mask
from switchhook.call.record.replay import replay_lines
from switchhook.contract.languages import normalised
from switchhook.serving.drivers.probing import NoAnswerError, spoken_besides, try_bot
from switchhook.serving.drivers.warming import warmed
from switchhook.testing import MemoryAssistant, MemorySpeechToText
from switchhook.testing.talk import a_call

from .test_languages import Ear, Voice, leg, remarks, spoken

pytestmark = pytest.mark.anyio


def answering(name, **more):
    """An assistant whose replies say who they are of."""
    return MemoryAssistant(lambda turn: more.get(turn.text or turn.kind, [f"{name} {turn.text}".strip()]))


class House:
    """English engines and texts above, Spanish ones in the table; all of them declare what they know, or not."""

    def __init__(self, *, tag="es", knows="es-ES", says=True, own_bot=True, **texts):
        self.english, self.spanish = answering("en"), answering("es")
        self.ears = Ear("en-US", says=says), Ear(knows, says=says)
        self.voices = Voice("en-US", says=says), Voice(knows, says=says)
        bots = engines_of("assistant", [self.english, self.spanish])
        ears, voices = engines_of("stt", self.ears), engines_of("tts", self.voices)
        self.tongue = Tongue(tag, bots[1:] if own_bot else bots[:1], ears[1:], voices[1:], **texts)
        self.given = {
            "assistants": bots[:1],
            "recognisers": ears[:1],
            "voices": voices[:1],
            "further": (self.tongue,),
        }

    def call(self, language="", speaker=0, **more):
        return a_call(self.english, leg=leg(language), tts=self.voices[speaker], **{**self.given, **more})


def asked(response):
    """What a text asks for, in a reply of a test."""
    return {
        "es": SetLanguage("es-us"),
        "en": SetLanguage("EN_us"),
        "pl": SetLanguage("pl-PL"),
        "odd": SetLanguage("q" * 10_000),
        "voice": ConfigureSynthesis({"voice": "es-ES_X"}),
        "once": ConfigureSynthesis({"voice": "es-ES_X"}, "replace_once"),
        "model": ConfigureRecognition({"model": "es-ES_X"}, "merge"),
        "rate": ConfigureSynthesis({"rate": 5}),
    }.get(response.text)


class Asking:
    @hookimpl
    def handle_text(self, response):
        return asked(response)


def saying(*texts):
    """The greeting's reply; later ones are echoes."""
    return MemoryAssistant(lambda turn: list(texts) if turn.number == 1 else [f"echo {turn.text}"])


# --- which one a call has


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("language", ["es", "ES", "es-es", "es_ES", "es-US", "es-419"])
async def test_a_call_in_a_language_of_the_table_has_its_engines(language, says):
    house = House(says=says, tag="es" if says else "es-ES")
    async with house.call(language, speaker=1) as talk:
        await talk.wait(3)
        house.ears[1].hear(Transcript("hola", True))
        await talk.wait(3)
        assert talk.heard() == ["es", "es hola"]
        assert [each.text for each in house.spanish.turns] == ["", "hola"]
        assert (house.english.turns, house.ears[0].opened, house.voices[0].asked) == ([], [], [])
        assert (remarks(talk), talk.call.record_writer.record.faults) == ([], [])


@pytest.mark.parametrize(
    ("language", "own", "tags", "chosen"),
    [
        ("es-MX", "es-ES", ("es-US", "es"), "es"),
        ("es-ES", "es-ES", ("es",), "es-ES"),
        ("es-MX", "en-US", ("es-ES",), "es-ES"),
        ("fr-FR", "en-US", ("es",), "en-US"),
        ("zh-Hant-TW", "en-US", ("zh", "zh-Hant"), "zh-Hant"),
    ],
)
async def test_the_table_is_looked_up_by_tag_then_shorter_forms_then_regions(language, own, tags, chosen):
    def heard_by(tag):
        return MemoryAssistant(lambda turn: [f"bot {tag}"])

    bots = {tag: engines_of("assistant", [heard_by(tag)]) for tag in (own, *tags)}
    ears, voice = engines_of("stt", [MemorySpeechToText()]), Voice("any", says=False)
    voice.must_know = lambda _: None
    voices = engines_of("tts", [voice])
    further = tuple(Tongue(tag, bots[tag], ears, voices) for tag in tags)
    given = {"assistants": bots[own], "recognisers": ears, "voices": voices, "further": further}
    async with a_call(saying(), leg=leg(language), tts=voice, language=own, **given) as talk:
        await talk.wait(3)
        assert talk.heard() == [f"bot {chosen}"]


async def test_a_language_of_the_table_that_its_engines_do_not_know_is_answered_in_the_connector_s_own():
    house = House(tag="pl")
    async with house.call("pl-PL") as talk:
        await talk.wait(3)
        assert (talk.heard(), spoken(talk)) == (["en"], ("pl-PL", "en-US", "en-US"))
        assert remarks(talk) == ["no engine knows the language pl-PL: en-US is spoken"]


async def test_the_call_knows_its_language_as_it_was_asked_for_in_the_one_spelling():
    async with House().call("ES_us") as talk:
        assert spoken(talk) == ("ES_us", "es-ES", "es-US")


# --- changed in the call


async def test_an_action_changes_the_language_at_its_place():
    house = House(own_bot=False)
    given = house.given | {"assistants": (bot := engines_of("assistant", [saying("bye", "es", "hola")]))}
    given["further"] = (Tongue("es", bot, house.tongue.recognisers, house.tongue.voices),)
    async with a_call(saying(), tts=house.voices[0], plugins=[Asking()], **given) as talk:
        await talk.wait(6)
        assert (house.voices[0].texts, house.voices[1].texts) == (["bye"], ["hola"])
        assert spoken(talk) == ("", "es-ES", "es-US")
        house.ears[1].hear(Transcript("si", True))
        await talk.wait(3)
        assert house.voices[1].texts == ["hola", "echo si"]


async def test_no_word_is_lost_when_an_action_changes_the_language():
    house = House(own_bot=False)
    english, spanish = house.ears
    async with house.call(plugins=[Asking()]) as talk:
        house.english._answer = lambda turn: ["es"] if turn.text else ["welcome"]
        await talk.wait(1)
        talk.leg.speak(b"a" * 800)
        english.hear(Transcript("español", True))
        talk.leg.speak(b"b" * 800)
        await talk.wait(1)
        talk.leg.speak(b"c" * 800)
        heard = bytes(english.opened[-1].fed) + bytes(spanish.opened[-1].fed)
        assert heard == b"a" * 800 + b"b" * 800 + b"c" * 800
        assert spanish.asked == ["es-ES"]


@pytest.mark.parametrize("tag", ["en-US-x-private", "en-AU", "en_us"])
async def test_who_is_heard_by_the_same_name_is_heard_on_without_a_break(tag):
    house = House()
    async with house.call() as talk:
        await talk.wait(1)
        talk.leg.change_language(tag)
        await talk.wait(1)
        assert (house.ears[0].asked, spoken(talk)[2]) == (["en-US"], normalised(tag))


async def test_the_next_turn_is_told_to_the_assistant_of_the_language_and_back_again():
    house = House()
    house.english._answer = lambda turn: ["es"] if turn.text == "español" else ["en"]
    house.spanish._answer = lambda turn: ["en"] if turn.text == "inglés" else [f"es {turn.text}"]
    async with house.call(plugins=[Asking()]) as talk:
        house.english._answer = lambda turn: {"español": ["es"]}.get(turn.text, ["welcome"])
        await talk.wait(3)
        house.ears[0].hear(Transcript("español", True))
        await talk.wait(1)
        house.ears[1].hear(Transcript("saldo", True))
        await talk.wait(3)
        house.ears[1].hear(Transcript("inglés", True))
        await talk.wait(1)
        house.ears[0].hear(Transcript("balance", True))
        await talk.wait(3)
        told = [[each.text for each in bot.turns] for bot in (house.english, house.spanish)]
        assert told == [["", "español", "balance"], ["saldo", "inglés"]]
        assert (talk.call.record_writer.record.faults, spoken(talk)[2]) == ([], "en-US")


async def test_an_assistant_that_serves_both_goes_on_with_its_conversation():
    house, opened = House(own_bot=False), []
    bot = house.english
    inner = bot.open
    bot.open = lambda call: opened.append(call.language) or inner(call)
    async with house.call() as talk:
        await talk.wait(1)
        talk.leg.change_language("es-US")
        await talk.wait(1)
        house.ears[1].hear(Transcript("hola", True))
        await talk.wait(1)
        assert (opened, bot.turns[-1].text) == (["en-US"], "hola")


@pytest.mark.parametrize("word", ["pl", "odd"])
async def test_a_language_that_is_not_served_changes_nothing_but_for_a_remark(word):
    house = House()
    house.english._answer = lambda turn: [word, "still here"]
    async with house.call(plugins=[Asking()]) as talk:
        await talk.wait(3)
        assert (talk.heard(), spoken(talk)[1:], len(remarks(talk))) == (["still here"], ("en-US", "en-US"), 1)
        assert len(house.ears[0].opened) == 1


async def test_what_was_queued_before_a_change_is_spoken_as_it_was_meant():
    house = House(own_bot=False)
    house.english._answer = lambda turn: ["one", "two", "three"] if turn.number == 1 else []
    async with house.call() as talk:
        await talk.wait(0.5)
        talk.leg.change_language("es")
        await talk.wait(7)
        assert talk.heard() == ["one", "two", "three"]
        assert house.voices[1].texts == []


async def test_engines_of_one_language_that_fail_are_no_trouble_of_another():
    class Broken(Ear):
        def open(self, audio, language, parameters, /):
            raise SpeechError("x")

    house = House(own_bot=False)
    spare = Ear("es-ES")
    both = engines_of("stt", [Broken("es-ES"), spare])
    first = engines_of("stt", [Broken("en-US"), house.ears[0]])
    further = (Tongue("es", house.given["assistants"], both, house.tongue.voices),)
    async with house.call(recognisers=first, further=further) as talk:
        await talk.wait(20)
        talk.leg.change_language("es")
        await talk.wait(1)
        spare.hear(Transcript("hola", True))
        await talk.wait(1)
        assert (house.english.turns[-1].text, talk.record) == ("hola", None)


async def test_numbers_in_a_language_whose_words_are_not_known_are_not_shown():
    house = House(own_bot=False)
    async with house.call(mask=Mask(["transcripts"])) as talk:
        await talk.wait(1)
        talk.leg.change_language("es")
        await talk.wait(1)
        house.ears[1].hear(Transcript("cuatro siete uno uno", True))
        await talk.wait(1)
        assert talk.call.record_writer.record.turns[-1].text == "•••"


async def test_a_call_that_changed_its_language_is_replayed_to_the_same_effects():
    house = House(own_bot=False, waiting_text="espere", failure_text="lo siento")
    house.english._answer = lambda turn: ["es", "hola"] if turn.number == 1 else [9.0, "bien"]
    async with house.call(plugins=[Asking()], waiting_text="wait") as talk:
        await talk.wait(4)
        house.ears[1].hear(Transcript("si", True))
        await talk.wait(14)
        talk.leg.close()
        await talk.over()
    assert replay_lines(talk.events).differences == []


# --- an assistant that sets a voice or a model


class Named:
    """An engine whose parameters name a voice or a model, as `es-ES_X` does a Spanish one."""

    def language_of(self, parameters, /):
        if named := str(parameters.get("voice") or parameters.get("model") or "").partition("_")[0]:
            self.known = {*self.known, named}
        return named


class NamedVoice(Named, Voice):
    pass


class NamedEar(Named, Ear):
    pass


async def changed_by(*texts, knows=("en-US", "es-ES")):
    ear, voice = NamedEar(*knows), NamedVoice(*knows)
    async with a_call(saying(*texts), tts=voice, recognisers=(ear,), plugins=[Asking()]) as talk:
        await talk.wait(3 * len(texts))
        return ear, voice, talk


@pytest.mark.parametrize("texts", [["voice"], ["model"], ["voice", "model"], ["rate", "model"]])
async def test_a_voice_or_a_model_of_another_language_changes_the_call_s(texts):
    ear, voice, talk = await changed_by(*texts, "hola")
    assert (ear.asked[-1], voice.asked, spoken(talk)[2]) == ("es-ES", ["es-ES"], "es-ES")
    assert remarks(talk) == []


async def test_for_a_turn_alone_it_changes_the_voice_and_not_the_call():
    ear, voice, talk = await changed_by("once", "hola")
    assert (ear.asked, voice.asked, spoken(talk)[2]) == (["en-US"], ["en-US"], "en-US")
    assert voice.parameters == [{"voice": "es-ES_X"}]


async def test_a_voice_of_a_language_that_cannot_be_heard_is_set_and_the_call_s_stays():
    ear, voice = NamedEar("en-US"), NamedVoice("en-US", "es-ES")
    async with a_call(saying("voice", "hola"), tts=voice, recognisers=(ear,), plugins=[Asking()]) as talk:
        await talk.wait(3)
        assert (voice.parameters, spoken(talk)[2], remarks(talk)) == ([{"voice": "es-ES_X"}], "en-US", [])


async def test_configured_engines_of_one_language_speak_another_once_an_assistant_has_named_it_for_both():
    _ear, _voice, talk = await changed_by("voice", "model", "hola", knows=("en-US",))
    assert spoken(talk)[2] == "es-ES"


async def test_what_was_set_for_another_language_is_over_when_the_language_changes():
    _, voice, _talk = await changed_by("voice", "hola", "en", "hello")
    assert (voice.parameters[:2], voice.asked[:2]) == ([{"voice": "es-ES_X"}, {}], ["es-ES", "en-US"])


async def test_what_names_no_language_stays_when_the_language_changes():
    _, voice, _ = await changed_by("rate", "es", "hola")
    assert voice.parameters == [{"rate": 5}]


async def test_a_driver_that_raises_when_it_is_asked_for_the_language_changes_nothing():
    voice = NamedVoice("en-US")
    voice.language_of = lambda parameters: 1 / 0
    async with a_call(saying("voice", "hello"), tts=voice, plugins=[Asking()]) as talk:
        await talk.wait(3)
        assert (talk.heard(), talk.call.record_writer.record.faults[0]["hook"]) == (["hello"], "language_of")


# --- texts, and prompts that are ready

TEXTS = {"failure_text": "lo siento", "closing_text": "adiós", "waiting_text": "un momento"}


async def test_texts_of_the_language_are_spoken_in_it():
    house = House(own_bot=False, **TEXTS)
    house.english._answer = lambda turn: [4.0, "hola"] if turn.number == 1 else [RuntimeError()]
    async with house.call("es-US", speaker=1, waiting_text="wait") as talk:
        await talk.wait(9)
        house.ears[1].hear(Transcript("si", True))
        await talk.over()
        assert talk.heard() == ["un momento", "hola", "lo siento"]


async def test_texts_that_the_language_has_not_are_the_connector_s_own_in_its_own_voice():
    house = House(own_bot=False)
    house.english._answer = lambda turn: [RuntimeError()]
    async with house.call("es-US", failure_text="sorry") as talk:
        await talk.over()
        assert (talk.heard(), house.voices[0].asked, house.voices[1].asked) == (["sorry"], ["en-US"], [])


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("language", ["es", "ES", "es_es", "es-US"])
async def test_ready_made_prompts_of_a_language_are_heard_with_every_backend_down(language, says):
    tag = "es" if says else "es-ES"  # who does not say what it knows is asked for what stands in the table
    house = House(tag=tag, own_bot=False, says=says, prompts=("hola",), failure_text="lo siento")
    cache = PromptCache(memory=1, disk=0)
    house.english._answer = lambda turn: ["hola"]
    made = Bot("test", hooks=None, cache=cache, **house.given)
    async with warmed(cache, [made]):
        await anyio.sleep(1)
        voice = house.voices[1]
        voice.fail |= {"hola", "lo siento"}
        house.ears[1].broken = True
        async with house.call(language, speaker=1, cache=cache) as talk:
            assert (await talk.over()).outcome == "failed"
            assert talk.heard() == ["hola", "lo siento"]


# --- looked at from outside


async def test_a_probe_asks_each_engine_for_the_languages_that_it_stands_with():
    house = House()
    made = Bot("test", hooks=None, **house.given)
    await try_bot(made, 1.0)
    assert [each.asked for each in (*house.ears, *house.voices)] == [
        ["en-US"],
        ["es-ES"],
        ["en-US"],
        ["es-ES"],
    ]
    house.ears[1].broken = True
    with pytest.raises(NoAnswerError, match=r"languages\.es\.stt: no recognition"):
        await try_bot(made, 1.0)


@pytest.mark.parametrize(
    ("ears", "voices", "others"),
    [
        ([("en-US", "de-DE", "fr-FR")], [("en-US",), ("de-AT", "es-ES")], ["de-DE"]),
        ([("en-US",)], [("en-US",)], []),
        ([("en-US", "de-DE")], [()], ["de-DE"]),
        ([()], [()], None),
    ],
)
def test_which_other_languages_are_served_is_known_where_the_engines_say_it(ears, voices, others):
    made = Bot(
        "test",
        (),
        engines_of("stt", [Ear(*each) for each in ears]),
        engines_of("tts", [Voice(*each) for each in voices]),
        None,
    )
    assert spoken_besides(made) == others


async def test_a_say_without_a_place_in_a_reply_is_in_the_call_s_language():
    house = House(own_bot=False)

    class Own:
        @hookimpl
        def handle_text(self, response):
            return Say(response.text)

    async with house.call("es", speaker=1, plugins=[Own()]) as talk:
        await talk.wait(3)
        assert house.voices[1].texts == ["en"]
