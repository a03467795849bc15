"""Texts at run time and as authors write them."""

import random

import pytest

from switchhook import Say, parse_response
from switchhook_responses.text import handle_text


def said(**fields):
    return handle_text(parse_response({"response_type": "text", **fields}))


def values(*texts):
    return [{"text": text} for text in texts]


def test_a_text_is_said():
    assert said(text="You have ended the call.") == [Say("You have ended the call.")]


@pytest.mark.parametrize("fields", [{}, {"text": ""}, {"text": " \n "}, {"values": []}, {"text": "<br/>"}])
def test_nothing_to_say_is_no_action(fields):
    assert said(**fields) == []


def test_the_authored_form_says_its_value():
    assert said(values=values("You have ended the call.")) == [Say("You have ended the call.")]


@pytest.mark.parametrize("policy", [{"selection_policy": "sequential"}, {}, {"selection_policy": "newest"}])
def test_of_several_values_the_first_is_said(policy):
    assert said(values=values("One.", "Two."), **policy) == [Say("One.")]


def test_random_values_are_all_said_at_some_time():
    random.seed(5)

    heard = {said(values=values("One.", "Two."), selection_policy="random")[0] for _ in range(40)}

    assert heard == {Say("One."), Say("Two.")}


def test_multiline_values_are_said_together():
    assert said(values=values("One.", "Two."), selection_policy="multiline") == [Say("One.\nTwo.")]


def test_multiline_values_are_joined_with_their_delimiter():
    fields = {"values": values("One.", "Two."), "selection_policy": "multiline", "delimiter": " And: "}

    assert said(**fields) == [Say("One. And: Two.")]


def test_the_fixed_parts_of_an_expression_are_said_and_its_variables_are_not():
    parts = [{"scalar": "Hello, "}, {"variable": "step_472"}, {"scalar": "welcome."}]

    assert said(values=[{"text_expression": {"concat": parts}}]) == [Say("Hello, welcome.")]


@pytest.mark.parametrize("concat", [None, "Hello", 7, [7], ["Hello"], [{}]])
def test_an_expression_of_another_form_says_nothing(concat):
    assert said(values=[{"text_expression": {"concat": concat}}]) == []


def test_the_text_at_run_time_wins_over_authored_values():
    assert said(text="Now.", values=values("Then.")) == [Say("Now.")]


def test_markdown_is_not_spoken():
    assert said(text="**Hello**, see [our page](https://example.com).") == [Say("Hello, see our page.")]


def test_markup_is_passed_on():
    assert said(text='One <break time="1s"/> two.') == [Say('One <break time="1s"/> two.')]
