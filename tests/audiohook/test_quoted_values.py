"""Some clients put numbers and truths in quotes, or write a whole number with a point. In parameters they are
taken as what they mean; an envelope is counted by, and is refused by the name of the field."""

import json

import pytest

from switchhook_audiohook.protocol import State, choose, events

RATES = [8000, "8000", 8000.0]


@pytest.mark.parametrize("rate", RATES, ids=repr)
def test_an_offer_is_taken_however_its_rate_is_written_and_answered_as_it_was_written(client, rate):
    offer = client.mono | {"rate": rate}
    client.open(media=[offer])
    assert json.dumps(client.last["parameters"]["media"], sort_keys=True) == json.dumps(
        [offer], sort_keys=True
    )


@pytest.mark.parametrize(
    "rate", [True, None, [8000], "8 kHz", "16000", "-8000", "8000.5", "0x1f40", "٨٠٠٠"], ids=repr
)
def test_another_rate_is_not_taken(client, rate):
    client.open(media=[client.mono | {"rate": rate}])
    assert client.last["parameters"]["media"] == []


@pytest.mark.parametrize("seq", ["2", "two", 2.0, True, [2]], ids=repr)
def test_an_envelope_is_read_to_the_letter_and_refused_by_the_name_of_the_field(caller, seq):
    told = caller.send("ping", seq=seq)
    assert "seq" in " ".join(map(str, told))
    assert caller.session.state is not State.ACTIVE


@pytest.mark.parametrize(
    ("asked", "asks"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        (False, False),
        ("false", False),
        ("yes", False),
        (1, False),
    ],
    ids=repr,
)
def test_a_truth_may_be_in_quotes(client, asked, asks):
    [opening] = client.send("open", client.opening(supportedLanguages=asked))
    client.session.opened(choose(opening.parameters.media), languages=["en-US"])
    client.read()
    assert ("supportedLanguages" in client.last["parameters"]) == asks


@pytest.mark.parametrize("code", [429, "429", 429.0], ids=repr)
def test_the_code_of_an_error_may_be_in_quotes(caller, code):
    told = caller.send("error", {"code": code, "message": "", "retryAfter": "PT1S"})
    assert told == [events.ErrorReceived(429, "", 1.0)]


@pytest.mark.parametrize("digit", [0, 7, 9.0], ids=repr)
def test_a_key_may_be_a_number(caller, digit):
    assert caller.send("dtmf", {"digit": digit}) == [events.DigitReceived(str(int(digit)))]
