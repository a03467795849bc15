"""How much of what assistants and handlers give is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import (
    Annotate,
    Choice,
    ConfigureSynthesis,
    HandOver,
    Offer,
    Remark,
    Say,
    SetVariables,
    Transcript,
    parse_response,
)
from switchhook.call.dialogue.bounds import (
    DEEPEST,
    OPTIONS,
    TABLE,
    TEXT,
    action_within,
    cut,
    heard_within,
    response_within,
    table_within,
    weight,
)


def deep(levels):
    value = "a"
    for _ in range(levels):
        value = {"a": value}
    return value


def option(*labels):
    return parse_response({"response_type": "option", "options": [{"label": label} for label in labels]})


# --- texts


@given(st.text(), st.integers(4, 50))
def test_a_cut_text_is_the_beginning_and_has_at_most_that_many_bytes(text, most):
    head = cut(text, most)
    assert len(head.encode(errors="replace")) <= most
    assert text.encode(errors="replace").startswith(head.encode(errors="replace"))


@given(st.text(max_size=20))
def test_a_text_within_its_bound_stays(text):
    assert cut(text, 100) == text


def test_a_text_is_cut_between_words():
    assert cut("one two three", 10) == "one two"


def test_a_word_without_an_end_is_cut_anywhere():
    assert cut("ä" * 10, 5) == "ää"


# --- responses


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"response_type": "text"}, "text"),
        ({"response_type": "option"}, "title"),
        ({"response_type": "image"}, "alt_text"),
        ({"response_type": "connect_to_agent"}, "message_to_human_agent"),
    ],
)
def test_texts_of_responses_are_cut_and_remarked(item, field):
    response, remarks = response_within(parse_response({**item, field: "a" * (TEXT + 1)}))
    assert len(getattr(response, field)) == TEXT
    assert remarks == [f"{field}: longer than {TEXT} bytes, cut"]


def test_texts_within_a_response_are_cut():
    item = {"response_type": "text", "values": [{"text": "a" * (TEXT + 1)}]}
    response, _ = response_within(parse_response(item))
    assert len(response.values[0].text) == TEXT


def test_an_address_is_not_cut():
    response = parse_response({"response_type": "audio", "source": "a" * 20_000})
    assert response_within(response) == (response, [])


def test_what_is_for_other_plugins_is_theirs():
    response = parse_response({"response_type": "user_defined", "user_defined": {"image": "a" * 100_000}})
    assert response_within(response) == (response, [])


def test_the_first_hundred_options_are_taken():
    response, remarks = response_within(option(*map(str, range(5_000))))
    assert [each.label for each in response.options] == [str(number) for number in range(OPTIONS)]
    assert remarks == ["5000 options: the first 100 are taken"]


def test_options_are_taken_as_long_as_there_is_time_to_read_them():
    response, remarks = response_within(option(*["a" * 3_000] * 9))
    assert len(response.options) == 3
    assert remarks == [f"the options are longer than {TEXT} bytes: the first 3 are taken"]


# --- actions


@pytest.mark.parametrize(
    "action",
    [
        Say("a" * TEXT),
        Offer((Choice("1", ("one",), {"text": "one"}),) * OPTIONS),
        SetVariables({"a": deep(10), "b": "b" * 100_000}),
        Remark("a"),
    ],
)
def test_an_action_of_an_ordinary_size_is_taken_as_it_is(action):
    assert action_within(action) == (action, "")


def test_a_text_is_cut():
    assert action_within(Say("a" * 20_000)) == (Say("a" * TEXT), f"a text longer than {TEXT} bytes was cut")


def test_a_hundred_choices_are_offered():
    offer, why = action_within(Offer((Choice("", ("a",)),) * 5_000))
    assert (len(offer.choices), why) == (OPTIONS, "4900 choices too many were left out")


def test_choices_are_offered_as_long_as_there_is_room():
    offer, _ = action_within(Offer((Choice("", ("a" * 100_000,)),) * 5))
    assert len(offer.choices) == 2


@pytest.mark.parametrize("kind", [SetVariables, HandOver, Annotate, ConfigureSynthesis])
@pytest.mark.parametrize("value", ["a" * TABLE, deep(DEEPEST + 10), deep(5_000), list(range(TABLE))])
def test_a_value_that_is_too_large_or_too_deep_is_left_out(kind, value):
    action, why = action_within(kind({"one": 1, "two": value, "three": 3}))
    assert (action, why) == (kind({"one": 1, "three": 3}), "1 values too large or too deep were left out")


def test_a_table_is_taken_as_it_is_where_it_fits():
    table = {"one": [1, {"two": "three"}]}
    assert table_within(table)[0] is table


def test_a_table_that_holds_itself_has_no_end():
    value = []
    value.append(value)
    assert weight(value, 1_000) > 1_000


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_a_value_weighs_at_least_its_texts(value):
    def texts(value):
        if isinstance(value, str):
            return len(value)
        inner = (
            [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
        )
        return sum(map(texts, inner))

    assert weight(value, 10**9) > texts(value)


# --- the caller


def test_a_transcript_without_an_end_is_cut():
    assert len(heard_within(Transcript("a " * 20_000, final=True)).text) <= TEXT


def test_an_ordinary_transcript_stays():
    said = Transcript("hello", final=True)
    assert heard_within(said) is said
