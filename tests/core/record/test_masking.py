"""What may be seen of a caller: nothing that the connector has not unmasked."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.call.record.masking import DIGIT, HIDDEN, Mask
from switchhook.contract.settings import ConnectorSettings
from switchhook.serving.generations.app import own_texts

TEXT = st.text(min_size=1)
VARIABLES = st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.integers()))
WORDS = "zero oh one two three four five six seven eight nine ten eleven twenty thirty ninety double triple"


@given(TEXT)
def test_words_are_hidden(text):
    assert Mask().words(text) == HIDDEN


def test_silence_is_not_hidden():
    assert Mask().words("") == ""


@given(st.text(alphabet="0123456789*#ABCD"))
def test_digits_are_hidden_one_by_one(keys):
    assert Mask().digits(keys) == DIGIT * len(keys)


@given(VARIABLES)
def test_values_are_hidden_and_names_stay(variables):
    assert Mask().variables(variables) == dict.fromkeys(variables, HIDDEN)


@given(TEXT)
def test_a_telephone_number_is_hidden(number):
    assert Mask().number(number) == HIDDEN


def test_a_telephone_number_that_is_not_there_is_not_hidden():
    assert Mask().number("") == ""


@given(st.text(alphabet=string.ascii_letters + string.digits + " .,-"))
def test_in_unmasked_words_digits_stay_hidden(text):
    assert re.search(r"\d", Mask(["transcripts"]).words(text)) is None


@pytest.mark.parametrize("word", WORDS.split())
def test_in_unmasked_words_numbers_spelled_out_stay_hidden(word):
    assert Mask(["transcripts"]).words(f"it is {word.title()}, please") == f"it is {DIGIT}, please"


@pytest.mark.parametrize(
    "text",
    [
        "One moment please.",
        "oh I see",
        "the blue one is mine",
        "I have one of those",
    ],
)
def test_words_that_are_no_numbers_where_they_stand_are_shown(text):
    assert Mask(["transcripts"]).words(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one", "•"),
        ("oh one four", "• • •"),
        ("it's one", "it's •"),
        ("One, please", "•, please"),
        ("one and then two", "• and then •"),
        ("one hundred people", "• • people"),
        ("four one seven", "• • •"),
        ("it ends with two one I think", "it ends with • • I think"),
        ("one um two um", "• um • um"),
        ("one um", "• um"),
        ("one  two", "•  •"),
        ("one 2", "• •"),
        ("oh oh seven", "• • •"),
    ],
)
def test_numbers_stay_hidden_however_they_are_said(text, shown):
    assert Mask(["transcripts"]).words(text) == shown


def test_texts_of_the_configuration_are_no_secrets():
    mask = Mask(own=["Press 1 for one moment."]).of_call()
    assert mask.said("Press 1 for one moment.") == "Press 1 for one moment."
    assert mask.said("Press 2.") == HIDDEN


def test_words_that_only_contain_a_number_are_shown():
    text = "someone often phones a tenant"
    assert Mask(["transcripts"]).words(text) == text


@given(TEXT)
def test_words_and_digits_together_are_shown_whole(text):
    assert Mask(["transcripts", "digits"]).words(text) == text


@given(TEXT)
def test_unmasked_digits_alone_do_not_show_words(text):
    assert Mask(["digits"]).words(text) == HIDDEN


@given(st.text(alphabet="0123456789*#"))
def test_unmasked_digits_are_shown(keys):
    assert Mask(["digits"]).digits(keys) == keys


@given(VARIABLES)
def test_unmasked_variables_are_shown(variables):
    assert Mask(["variables"]).variables(variables) == variables


def test_what_is_shown_is_a_copy():
    variables = {"a": 1}
    Mask(["variables"]).variables(variables)["a"] = 2
    assert variables == {"a": 1}


def test_unmasked_variables_show_telephone_numbers():
    assert Mask(["variables"]).number("+4930123") == "+4930123"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("your card is 4242", "your card is ••••"),
        ("4 2 4 2, right?", "••••, right?"),
        ("4-2-4-2", "••••"),
        ("4243", "4243"),
    ],
)
def test_digits_that_were_keyed_in_confidence_are_hidden_whoever_repeats_them(text, shown):
    mask = Mask(["transcripts", "digits", "variables"]).of_call()
    mask.keep("4242")
    assert mask.words(text) == shown
    assert mask.variables({"a": text}) == {"a": text if text == shown else HIDDEN}


def test_what_is_kept_of_one_call_is_not_of_another():
    connector = Mask(["transcripts", "digits"])
    connector.of_call().keep("4242")
    assert connector.of_call().words("4242") == "4242"


def test_two_digits_are_no_secret():
    mask = Mask(["transcripts", "digits"]).of_call()
    mask.keep("42")
    assert mask.words("at 42 Main Street") == "at 42 Main Street"


# --- what was said in confidence


def told_in_confidence(said):
    mask = Mask(["transcripts", "digits", "variables"])
    mask.keep(said)
    return mask


@pytest.mark.parametrize(
    "said", ["four seven one one", "it is 4711", "four seven double one", "Four, seven. One one!", "47 11"]
)
@pytest.mark.parametrize("again", ["4711", "4 7 1 1", "47-11", "4, 7, 1, 1"])
def test_a_number_that_was_said_is_hidden_wherever_it_comes_again(said, again):
    assert told_in_confidence(said).words(f"you said {again}, right") == f"you said {DIGIT * 4}, right"


@pytest.mark.parametrize("said", ["four seven one one", "forty seven eleven", "vier sieben eins eins"])
def test_words_that_were_said_are_hidden_when_they_are_repeated(said):
    mask = told_in_confidence(said)
    for again in (said, said.title(), said.replace(" ", ", ")):
        assert mask.words(f"so: {again}.") == f"so: {DIGIT * len(said.replace(' ', ''))}."


def test_a_value_that_holds_what_was_said_is_hidden_whole():
    mask = told_in_confidence("vier sieben eins eins")
    assert mask.variables({"said": "vier sieben eins eins", "kind": "pin"}) == {"said": HIDDEN, "kind": "pin"}


@pytest.mark.parametrize("said", ["yes", "oh well", "one two"])
def test_a_word_or_two_are_no_secret_that_hides_other_texts(said):
    text = f"{said}, and more"
    assert told_in_confidence(said).words(text) == text


def test_a_connectors_own_texts_are_those_that_its_table_has_the_bot_say():
    engines = [{"use": "x"}]
    tables = {"assistant": engines, "stt": engines, "tts": engines}
    other = {"prompts": ["Uno."], "waiting": {"text": "Un momento."}}
    connector = ConnectorSettings.model_validate(
        {**tables, "failure_text": "Sorry.", "prompts": ["Press 1."], "languages": {"es": other}}
    )
    assert own_texts(connector) >= {"Sorry.", "Press 1.", "Uno.", "Un momento.", "One moment, please."}
