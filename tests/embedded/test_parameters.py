"""What an engine makes of the parameters it is given."""

import logging

import pytest

from switchhook import LanguageUnknown
from switchhook_embedded.endpoint import HANG
from switchhook_embedded.parameters import Ignored, hang_time, initial_hang, match_language, require_language

SILENCE = "end_of_phrase_silence_time"


def test_the_silence_that_ends_a_phrase_is_the_hang_time():
    assert hang_time({SILENCE: 0.8}, Ignored("x")) == 0.8


def test_without_it_the_hang_time_is_the_usual_one():
    assert initial_hang({}, Ignored("x")) == HANG


@pytest.mark.parametrize(("given", "taken"), [(0, 0.2), (-3, 0.2), (120, 5.0), (1, 1.0), (float("inf"), 5.0)])
def test_the_hang_time_has_bounds(given, taken):
    assert hang_time({SILENCE: given}, Ignored("x")) == taken


@pytest.mark.parametrize("given", ["0.8", [1], {}, True, float("nan")])
def test_what_is_no_number_is_ignored_and_told(given, caplog):
    assert hang_time({SILENCE: given}, Ignored("moonshine")) is None
    assert caplog.messages == ["moonshine ignores the parameter 'end_of_phrase_silence_time'"]


def test_unknown_parameters_are_told_once_and_by_name_only(caplog):
    ignored = Ignored("moonshine")
    for _ in range(3):
        hang_time({"model": "en-US_Telephony", "api_key": "hush"}, ignored)

    assert caplog.messages == [
        "moonshine ignores the parameter 'model'",
        "moonshine ignores the parameter 'api_key'",
    ]


def test_names_from_outside_cannot_fill_the_log(caplog):
    with caplog.at_level(logging.WARNING):
        Ignored("x").tell(f"{number}\n{'n' * 1000}" for number in range(10_000))

    assert len(caplog.messages) == 100
    assert max(map(len, caplog.messages)) < 100
    assert not any("\n" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("en-US", "en-US"),
        ("EN_us", "en-US"),
        ("en-AU", "en-GB"),
        ("de", "de-DE"),
        ("fr-FR", None),
        ("", None),
    ],
)
def test_the_language_that_fits_best_is_found(asked, found):
    assert match_language(asked, ["en-GB", "en-US", "de-DE"]) == found


def test_a_language_that_is_not_there_is_refused_with_what_is():
    with pytest.raises(LanguageUnknown, match="pico knows the languages en-US, de-DE, got 'ja-JP'"):
        require_language("pico", "ja-JP", ["en-US", "de-DE"])
