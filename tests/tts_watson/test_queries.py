"""Which voice speaks, and how."""

import logging

import pytest

from switchhook import LanguageUnknown
from switchhook_tts_watson.engine import WatsonTextToSpeech
from switchhook_tts_watson.queries import Queries
from switchhook_tts_watson.voices import VOICES, voice_for

KATE = "en-GB_KateV3Voice"


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en-US", "en-US_MichaelV3Voice"),
        ("en_us", "en-US_MichaelV3Voice"),
        ("de", "de-DE_BirgitV3Voice"),
        ("de-AT", "de-DE_BirgitV3Voice"),
        ("es-MX", "es-LA_SofiaV3Voice"),
        ("pt-PT", "pt-BR_IsabelaV3Voice"),
    ],
)
def test_a_language_has_a_voice(language, voice):
    assert voice_for(language) == voice


def test_a_language_without_a_voice_says_what_to_do():
    with pytest.raises(LanguageUnknown, match="no voice for 'xx-XX'; name one in `voice`"):
        voice_for("xx-XX")


def test_all_voices_are_those_of_their_locales():
    assert all(voice.startswith(locale) for locale, voice in VOICES.items())


@pytest.mark.parametrize("queries", [Queries(KATE, {}), Queries(None, {"voice": KATE})])
def test_the_configured_voice_is_never_replaced_and_speaks_its_own_language_only(queries):
    assert queries.make("en-US", {})["voice"] == KATE
    assert queries.languages == ("en-GB",)
    with pytest.raises(LanguageUnknown, match=f"{KATE} does not speak 'de-DE'; give that language a voice"):
        queries.make("de-DE", {})


def test_a_voice_whose_name_has_no_locale_is_asked_for_any_language():
    queries = Queries("mine", {})
    assert (queries.make("de-DE", {})["voice"], queries.languages) == ("mine", ())


def test_without_a_configured_voice_each_language_is_known_that_has_one():
    assert {"es-ES", "en-US"} <= set(Queries(None, {}).languages)


@pytest.mark.parametrize(
    ("parameters", "language"),
    [({"voice": "es-ES_LauraV3Voice"}, "es-ES"), ({"voice": "mine"}, ""), ({"voice": 7}, ""), ({}, "")],
)
def test_the_language_of_a_voice_that_is_named_is_told(parameters, language):
    assert WatsonTextToSpeech(None, Queries(None, {})).language_of(parameters) == language


def test_a_voice_that_the_assistant_names_is_taken_whatever_the_language():
    assert Queries(None, {}).make("de-DE", {"voice": "en-GB_KateV3Voice"})["voice"] == "en-GB_KateV3Voice"


def test_a_customization_goes_with_the_language_it_was_made_for():
    queries = Queries("en-GB_KateV3Voice", {"customization_id": "mine"})
    assert queries.make("en-GB", {}) == {"voice": "en-GB_KateV3Voice", "customization_id": "mine"}
    assert "customization_id" not in queries.make("de-DE", {"voice": "de-DE_BirgitV3Voice"})


@pytest.mark.parametrize(
    ("voice", "given", "left_out"),
    [
        ("en-US_EllieNatural", {"rate_percentage": 10}, "rate_percentage"),
        ("en-US_EllieNatural", {"pitch_percentage": 10}, "pitch_percentage"),
        ("en-US_LisaV3Voice", {"spell_out_mode": "pairs"}, "spell_out_mode"),
        ("en-US_LisaV3Voice", {"timings": "words"}, "timings"),
    ],
)
def test_what_a_voice_does_not_know_is_left_out_with_one_warning(voice, given, left_out, caplog):
    queries = Queries(voice, {})
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert queries.make("en-US", given) == {"voice": voice}
    assert [left_out in each.getMessage() for each in caplog.records] == [True]


@pytest.mark.parametrize("value", [None, {"a": 1}, ["x"], True])
def test_values_that_are_none_are_left_out(value):
    assert "rate_percentage" not in Queries(None, {}).make("en-US", {"rate_percentage": value})


def test_a_german_voice_spells():
    query = Queries(None, {}).make("de-DE", {"spell_out_mode": "pairs"})
    assert query["spell_out_mode"] == "pairs"
