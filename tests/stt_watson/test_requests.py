"""What the service is asked for."""

import logging

import pytest

from switchhook import AudioFormat, LanguageUnknown, SpeechError
from switchhook_stt_watson.engine import WatsonSpeechToText
from switchhook_stt_watson.exchange import Exchange
from switchhook_stt_watson.models import current, model_for, speaks
from switchhook_stt_watson.request import Requests
from switchhook_watson.once import Once

LINE = AudioFormat("PCMU", 8000)


@pytest.mark.parametrize(
    ("language", "model"),
    [
        ("en-US", "en-US_Telephony"),
        ("en_gb", "en-GB_Telephony"),
        ("en-CA", "en-US_Telephony"),
        ("en-NZ", "en-AU_Telephony"),
        ("de", "de-DE_Telephony"),
        ("de-AT", "de-DE_Telephony"),
        ("es-ES", "es-ES_Telephony"),
        ("es-AR", "es-LA_Telephony"),
        ("fr-CA", "fr-CA_Telephony"),
        ("pt-PT", "pt-PT"),
        ("nl-BE", "nl-BE_Telephony"),
    ],
)
def test_a_language_has_a_model(language, model):
    assert model_for(language) == model


def test_a_language_without_a_model_says_what_to_do():
    with pytest.raises(LanguageUnknown, match="no model for telephone calls in 'xx-XX'; name one in `model`"):
        model_for("xx-XX")


@pytest.mark.parametrize(
    ("old", "model"),
    [
        ("en-US_NarrowbandModel", "en-US_Telephony"),
        ("en-US_ShortForm_NarrowbandModel", "en-US_Telephony"),
        ("es-AR_BroadbandModel", "es-LA_Telephony"),
        ("es-PE_NarrowbandModel", "es-LA_Telephony"),
        ("ar-AR_BroadbandModel", "ar-MS_Telephony"),
        ("en-US_Telephony", "en-US_Telephony"),
        ("en-US", "en-US"),
        ("my-own", "my-own"),
    ],
)
def test_discontinued_models_have_successors(old, model):
    assert current(old, Once()) == model


def test_a_successor_is_told_of_once(caplog):
    once = Once()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            current("en-US_NarrowbandModel", once)
    assert len(caplog.records) == 1


def test_a_discontinued_model_without_successor_is_refused():
    with pytest.raises(SpeechError, match="'xx-XX_NarrowbandModel' was discontinued") as raised:
        current("xx-XX_NarrowbandModel", Once())
    assert raised.value.reason == "the model is discontinued"


@pytest.mark.parametrize(
    ("model", "language", "fits"),
    [
        ("en-US_Telephony", "en-GB", True),
        ("en-US", "en-US", True),
        ("en-US_Telephony", "de-DE", False),
        ("my-own", "de-DE", True),
    ],
)
def test_a_model_is_for_its_language(model, language, fits):
    assert speaks(model, language) == fits


@pytest.mark.parametrize("requests", [Requests("en-US", {}), Requests(None, {"model": "en-US"})])
def test_a_configured_model_is_never_replaced_and_hears_its_own_language_only(requests):
    assert requests.make(LINE, "en-GB", {}).query["model"] == "en-US"
    assert requests.languages == ("en-US",)
    with pytest.raises(
        LanguageUnknown, match="model en-US does not hear 'de-DE'; give that language a model"
    ):
        requests.make(LINE, "de-DE", {})


def test_a_model_whose_name_has_no_locale_is_asked_for_any_language():
    requests = Requests("mine", {})
    assert (requests.make(LINE, "de-DE", {}).query["model"], requests.languages) == ("mine", ())


def test_without_a_configured_model_each_language_is_known_that_has_one():
    known = Requests(None, {}).languages
    assert {"es-ES", "en-NZ", "pt-PT"} <= set(known)
    assert all(model_for(language) for language in known)


@pytest.mark.parametrize(
    ("parameters", "language"),
    [
        ({"model": "es-ES_Telephony"}, "es-ES"),
        ({"model": "es-ES"}, "es-ES"),
        ({"model": "es-ES_NarrowbandModel"}, "es-ES"),
        ({"model": "mine"}, ""),
        ({"model": 7}, ""),
        ({}, ""),
    ],
)
def test_the_language_of_a_model_that_is_named_is_told(parameters, language):
    assert WatsonSpeechToText(None, Requests(None, {})).language_of(parameters) == language


def test_a_model_that_the_assistant_names_is_taken_whatever_the_language():
    request = Requests("en-US", {}).make(LINE, "en-US", {"model": "de-DE_Telephony"})
    assert request.query["model"] == "de-DE_Telephony"


def test_the_parameters_of_the_connection_are_apart():
    request = Requests(None, {"base_model_version": "v1"}).make(
        LINE, "en-US", {"language_customization_id": "mine", "sad_module": 2}
    )
    assert request.query == {
        "model": "en-US_Telephony",
        "language_customization_id": "mine",
        "base_model_version": "v1",
        "x-watson-learning-opt-out": "true",
    }
    assert request.parameters["sad_module"] == 2


def test_learning_is_left_to_the_settings():
    request = Requests(None, {}, opt_out=False).make(LINE, "en-US", {})
    assert "x-watson-learning-opt-out" not in request.query


@pytest.mark.parametrize(
    "given",
    [{"action": "x"}, {"inactivity_timeout": 3}, {"interim_results": False}, {"redaction": True}],
)
def test_what_a_call_depends_on_cannot_be_set(given, caplog):
    with caplog.at_level(logging.WARNING):
        plain = Requests(None, {}).make(LINE, "en-US", {})
        assert Requests(None, {}).make(LINE, "en-US", given) == plain
    assert len(caplog.records) == 1


def test_a_token_never_gets_into_the_query():
    assert "access_token" not in Requests(None, {}).make(LINE, "en-US", {"access_token": "x"}).query


def test_low_latency_is_asked_for_where_the_model_has_it():
    make = Requests(None, {}).make
    assert make(LINE, "de-DE", {}).parameters["low_latency"] is True
    assert make(LINE, "en-US", {"model": "en-US"}).parameters["low_latency"] is True
    assert "low_latency" not in make(LINE, "en-GB", {"model": "en-GB"}).parameters


def test_large_models_are_not_asked_for_what_they_have_not():
    make = Requests("en-US", {}).make
    assert "keywords" not in make(LINE, "en-US", {"keywords": ["a"]}).parameters


def test_null_takes_a_configured_parameter_away():
    request = Requests(None, {"sad_module": 2}).make(LINE, "en-US", {"sad_module": None})
    assert "sad_module" not in request.parameters


def test_the_next_start_waits_for_the_answer_to_the_stop():
    exchange = Exchange()
    exchange.start()
    exchange.stop()
    assert not exchange.takes_audio
    assert [exchange.listening(), exchange.listening()] == ["more", "stopped"]
    exchange.start()
    assert exchange.takes_audio
    assert exchange.listening() == "confirmed"
