"""Some clients put numbers and truths in quotes, or write a whole number with a point. Where there is no doubt
what is meant it is taken so, and where there is, the refusal names the field."""

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


@pytest.mark.parametrize("write", [str, float], ids=["quoted", "with a point"])
def test_numbers_of_the_envelope_may_be_written_so(caller, write):
    caller.send("ping", seq=write(caller.seq + 1), serverseq=write(len(caller.received)))
    assert caller.types[-1] == "pong"
    assert caller.last["clientseq"] == caller.seq


def test_a_number_out_of_turn_is_so_in_quotes_as_well(caller):
    caller.send("ping", seq=str(caller.seq + 7))
    assert caller.last["parameters"]["reason"] == "error"


@pytest.mark.parametrize("seq", ["", "two", "1e1", " 2", "+2", "9" * 40, True, 2.5, [2]], ids=repr)
def test_what_is_no_number_is_refused_by_the_name_of_its_field(caller, seq):
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


@pytest.mark.parametrize("digit", ["5", 5], ids=repr)
def test_a_key_may_be_a_number(caller, digit):
    assert caller.send("dtmf", {"digit": digit}) == [events.DigitReceived("5")]


@pytest.mark.parametrize("digit", [12, -1, True, 5.0, "12", ""], ids=repr)
def test_what_is_no_key_is_none(caller, digit):
    assert not any(isinstance(each, events.DigitReceived) for each in caller.send("dtmf", {"digit": digit}))


@pytest.mark.parametrize("code", [429, "429", 429.0], ids=repr)
def test_the_code_of_an_error_may_be_in_quotes(caller, code):
    told = caller.send("error", {"code": code, "message": "", "retryAfter": "PT1S"})
    assert told == [events.ErrorReceived(429, "", 1.0)]
