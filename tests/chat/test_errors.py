"""What a service says of itself is shown to who has to mend it."""

import json

import pytest

from switchhook_chat import ModelError, said_in
from switchhook_chat.answering import REFUSALS
from switchhook_http import HttpError


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"error": {"message": "Incorrect key", "code": "invalid_api_key"}},
            ("Incorrect key", "invalid_api_key"),
        ),
        (
            {"error": "model 'qwen' not found, try pulling it first"},
            ("model 'qwen' not found, try pulling it first", ""),
        ),
        ({"object": "error", "message": "no such model", "code": 404}, ("no such model", "404")),
        ({"statusCode": 401, "message": "Access denied"}, ("Access denied", "")),
        (
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            ("Overloaded", "overloaded_error"),
        ),
        (
            {"errors": [{"code": "model_not_supported", "message": "not supported"}]},
            ("not supported", "model_not_supported"),
        ),
        ([{"error": {"code": 400, "message": "API key not valid"}}], ("API key not valid", "400")),
        ({"detail": "Not Found"}, ("Not Found", "")),
        (
            {"detail": [{"loc": ["body"], "msg": "extra fields not permitted"}]},
            ("extra fields not permitted", ""),
        ),
        ({"errorCode": "X", "errorMessage": "key not found"}, ("key not found", "")),
        ({"error": {"error": {"error": {"error": {"error": 1}}}}}, ("", "")),
        ({"error": [[]]}, ("", "")),
        ({}, ("", "")),
        (7, ("", "")),
    ],
    ids=str,
)
def test_the_words_of_an_error_are_found_where_services_write_them(body, said):
    assert said_in(json.dumps(body)) == said
    assert said_in(json.dumps(body).encode()) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("404 page not found\n", "404 page not found"),
        ("<html>Log in</html>", ""),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
    ids=["text", "page", "nothing", "deep"],
)
def test_a_text_is_shown_and_a_page_is_not(body, said):
    assert said_in(body)[0] == said


@pytest.mark.parametrize(
    ("status", "cure"),
    [
        (301, "it has moved"),
        (400, "it does not accept what was asked"),
        (401, "`api_key` is missing or wrong"),
        (402, "nothing is left to pay with"),
        (404, "compare `model`"),
        (422, "it does not accept what was asked"),
        (429, "limits of the account"),
        (503, "wait"),
    ],
)
def test_each_status_has_a_cure(status, cure):
    assert cure in str(ModelError("status", status=status))


@pytest.mark.parametrize("problem", REFUSALS)
def test_who_is_refused_an_answer_is_told_what_to_say_instead(problem):
    assert "`refusal` says something then" in str(ModelError(problem))


def test_an_error_says_what_was_asked_and_its_reason_does_not():
    error = HttpError("status", '{"error": "no such model"}', status=404)
    error.at = "http://localhost:11434/v1/chat/completions"
    told = ModelError.of(error)
    assert str(told).startswith(
        "the model at http://localhost:11434/v1/chat/completions: status 404 (no such model); "
    )
    assert told.reason == "status 404"
