"""Lists to choose from."""

import pytest

from switchhook import CallInfo, Choice, Offer, Remark, Say, parse_response
from switchhook.testing import MemoryAssistant, a_call
from switchhook_responses import option
from switchhook_responses.option import handle_option

BALANCE = {"label": "Your balance", "value": {"input": {"text": "what is my balance"}}}
AGENT = {
    "label": "Speak to an agent",
    "value": {"input": {"text": "agent", "intents": [{"intent": "agent"}]}},
}


def actions(*options, **fields):
    response = parse_response({"response_type": "option", "options": list(options), **fields})
    return handle_option(response, CallInfo("1", "bank"))


def spoken(*options, **fields):
    say, *_ = actions(*options, **fields)
    return say.text


def choices(*options):
    (offer,) = [action for action in actions(*options) if isinstance(action, Offer)]
    return offer.choices


def labels(*texts):
    return [{"label": text} for text in texts]


def test_title_description_and_numbered_labels_are_said_as_one_text():
    text = spoken(BALANCE, AGENT, title="What can I do for you?", description="Say or press a number.")

    assert text == "What can I do for you? Say or press a number. 1. Your balance. 2. Speak to an agent."


def test_a_title_without_an_end_becomes_a_sentence():
    assert spoken(BALANCE, title="Choose") == "Choose. 1. Your balance."


def test_the_text_is_said_before_the_choices_are_offered():
    say, offer = actions(BALANCE)

    assert isinstance(say, Say)
    assert isinstance(offer, Offer)


def test_a_choice_has_its_key_its_number_words_and_its_label():
    assert choices(BALANCE) == (Choice("1", ("one", "1", "Your balance"), {"text": "what is my balance"}),)


def test_the_input_is_sent_whole():
    assert choices(AGENT)[0].input == AGENT["value"]["input"]


def test_the_label_is_sent_where_there_is_no_input():
    assert choices({"label": "Hours"})[0].input == {"text": "Hours"}


def test_from_the_tenth_on_a_choice_has_two_keys():
    keys = [choice.key for choice in choices(*labels(*"abcdefghijkl"))]

    assert keys == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("keys", "sent"),
    [("11", ["k"]), ("1#", ["a"]), ("1", ["a"]), ("2", ["b"]), ("10", ["j"]), ("12", ["12"])],
)
async def test_keys_choose_from_a_list_of_eleven(keys, sent):
    responses = {"response_type": "option", "title": "Choose", "options": labels(*"abcdefghijk")}
    assistant = MemoryAssistant(lambda turn: [responses] if turn.number == 1 else ["done"])
    async with a_call(assistant, plugins=[option]) as talk:
        await talk.wait(1)
        for key in keys:
            talk.leg.press(key)
            await talk.wait(0.5)
        await talk.wait(3)
        told = [(turn.input or {}).get("text", turn.text) for turn in talk.turns[1:] if turn.kind == "digits"]
        assert told == sent


@pytest.mark.parametrize(("number", "word"), [(1, "one"), (9, "nine"), (12, "twelve"), (20, "twenty")])
def test_a_choice_is_named_by_its_number(number, word):
    assert choices(*labels(*"abcdefghijklmnopqrstu"))[number - 1].phrases[:2] == (word, str(number))


def test_a_number_without_a_word_is_named_by_its_figures_and_label():
    assert choices(*labels(*"abcdefghijklmnopqrstu"))[20].phrases == ("21", "u")


def test_a_list_without_options_is_only_said():
    assert actions(title="Sorry, nothing is open.") == [Say("Sorry, nothing is open.")]


def test_an_empty_list_does_nothing():
    assert actions() == []


def test_options_without_words_are_offered_in_silence():
    assert actions({"label": ""}) == [Offer((Choice("1", ("one", "1"), {"text": ""}),))]


def test_markdown_in_labels_is_neither_said_nor_listened_for():
    assert choices({"label": "**Hours**"})[0].phrases == ("one", "1", "Hours")


def test_plain_labels_are_escaped_beside_markup():
    text = spoken({"label": "R&D"}, title='Well <break time="1s"/> which one?')

    assert text == 'Well <break time="1s"/> which one? 1. R&amp;D.'


def test_a_root_element_does_not_end_up_inside_the_text():
    assert spoken({"label": "Hours"}, title="<speak>Which <p>one?</p></speak>") == (
        "Which <p>one?</p> 1. Hours."
    )


def test_markup_in_a_label_is_not_listened_for():
    label = 'Caf&amp;e <break time="1s"/> hours'

    assert choices({"label": label})[0].phrases == ("one", "1", "Caf&e hours")


def test_a_list_that_nothing_has_bounded_is_cut_with_a_remark():
    say, offer, remark = actions(*labels(*map(str, range(5_000))))

    assert len(offer.choices) == 100
    assert say.text.endswith(" 100. 99.")
    assert remark == Remark("option: only the first 100 are taken")


def test_labels_are_taken_as_long_as_there_is_time_to_read_them():
    _, offer, _ = actions(*labels(*["a" * 3_000] * 9))

    assert len(offer.choices) == 3
