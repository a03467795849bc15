"""What a person is told."""

from itertools import product
from typing import get_args

import pytest

from switchhook_watson import Problem, WatsonError, explain, make_service


@pytest.fixture
def stt(options):
    url = "https://api.eu-de.speech-to-text.watson.cloud.ibm.com/instances/one"
    return make_service("speech_to_text", options(url=url, api_key="secret"))


def test_every_failure_has_a_cause_a_cure_and_a_reason(stt):
    problems = get_args(Problem)
    for problem, why, status in product(problems, problems, [None, 400, 401, 403, 404, 422, 429, 500, 503]):
        if why == "token" or (status is None and "status" in (problem, why)):
            continue
        error = WatsonError(problem, why=why, status=status)
        cause, cure = explain(error, stt)
        assert all((cause, cure, error.reason))
        assert "None" not in cause + cure + error.reason
        assert "secret" not in cause + cure


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (WatsonError("status", status=404), "instance"),
        (WatsonError("status", status=403), "region"),
        (WatsonError("status", status=401), "key"),
        (WatsonError("tls"), "`ca`"),
        (WatsonError("connect"), "DNS"),
        (WatsonError("proxy", detail="the proxy answers 407"), "NO_PROXY"),
        (WatsonError("token", why="tls"), "`ca`"),
        (WatsonError("token", why="connect"), "AUTH_URL"),
    ],
)
def test_what_to_look_at_is_named(stt, error, word):
    assert word in " ".join(explain(error, stt))


def test_the_transaction_is_told_as_support_asks_for_it(stt):
    assert "abc" in explain(WatsonError("status", status=500, transaction="abc"), stt)[0]


def test_what_the_service_said_is_no_part_of_the_exception_s_text():
    error = WatsonError("status", status=400, detail="my name is Jane")

    assert "Jane" not in str(error) + repr(error)
