"""Keys: collected, sent, or allowed to interrupt."""

import io
import wave
from array import array
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallInfo, CollectDigits, Play, Remark, SetBargeIn
from switchhook_responses.dtmf import handle_dtmf

from .conftest import asked


def performed(command, call=None, **parameters):
    item = {"response_type": "dtmf", "command_info": {"type": command, "parameters": parameters}}
    [action] = asked(handle_dtmf, item, call or CallInfo("1", "bank"))
    return action


def test_all_parameters_of_a_collection_are_taken():
    action = performed(
        "collect",
        termination_key="#",
        count=16,
        minimum_count=2,
        maximum_count=20,
        inter_digit_timeout_count=2500,
        ignore_speech=True,
        stop_after_collection=True,
    )
    assert action == CollectDigits(16, 2, 20, "#", 2.5, ignore_speech=True, stop_after=True)


def test_numbers_and_switches_may_be_texts():
    assert performed("collect", count="4", ignore_speech="true") == CollectDigits(4, ignore_speech=True)


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({}, "expected termination_key, count, or minimum_count and maximum_count"),
        ({"count": 0}, "count"),
        ({"count": "four"}, "count"),
        ({"maximum_count": 101}, "maximum_count"),
        ({"minimum_count": 5, "maximum_count": 4}, "above maximum_count"),
        ({"termination_key": "##"}, "termination_key"),
        ({"count": None}, "expected termination_key"),
    ],
)
def test_a_collection_that_makes_no_sense_is_remarked(parameters, why):
    action = performed("collect", **parameters)
    assert isinstance(action, Remark)
    assert why in action.text


def collected(call=None, **parameters):
    item = {"response_type": "dtmf", "command_info": {"type": "collect", "parameters": parameters}}
    return asked(handle_dtmf, item, call or CallInfo("1", "bank"))


def test_a_field_that_is_null_is_not_there():
    names = ("termination_key", "minimum_count", "ignore_speech", "stop_after_collection", "sensitive")
    assert collected(count=4, **dict.fromkeys(names)) == [CollectDigits(4)]
    assert len(samples(performed("send", digits=[{"code": 5, "duration": None}], send_interval=None))) == 1600


@pytest.mark.parametrize(
    "wrong",
    [
        {"inter_digit_timeout_count": 0},
        {"inter_digit_timeout_count": 100_001},
        {"inter_digit_timeout_count": ""},
        {"termination_key": "##"},
        {"ignore_speech": "perhaps"},
        {"maximum_count": {"value": 4}},
    ],
)
def test_a_field_that_does_not_fit_costs_no_number(wrong):
    number, remark = collected(count=4, **wrong)
    assert number == CollectDigits(4)
    assert next(iter(wrong)) in remark.text


@pytest.mark.parametrize("sensitive", ["perhaps", [True], 2])
def test_a_doubt_whether_a_number_is_sensitive_hides_it(sensitive):
    number, _ = collected(count=4, sensitive=sensitive)
    assert number == CollectDigits(4, sensitive=True)


@pytest.mark.parametrize(
    ("parameters", "variables"),
    [({"sensitive": True}, {}), ({"sensitive": "true"}, {}), ({}, {"dtmf_sensitive": "true"})],
)
@pytest.mark.parametrize("wrong", [{}, {"count": "four"}, {"minimum_count": 5, "maximum_count": 4}])
def test_a_sensitive_number_is_hidden_also_where_its_end_makes_no_sense(parameters, variables, wrong):
    number, remark = collected(CallInfo("1", "bank", variables=variables), **parameters, **wrong)
    assert number == CollectDigits(sensitive=True)
    assert remark.text.startswith("dtmf collect: ")


@pytest.mark.parametrize(
    ("parameters", "variables"), [({"sensitive": True}, {}), ({}, {"dtmf_sensitive": "true"})]
)
def test_a_collection_is_marked_sensitive_by_itself_or_by_a_variable(parameters, variables):
    call = CallInfo("1", "bank", variables=variables)
    assert performed("collect", call, count=4, **parameters).sensitive


@pytest.mark.parametrize(("command", "on"), [("disable_barge_in", False), ("enable_barge_in", True)])
def test_keys_may_or_may_not_interrupt(command, on):
    assert performed(command) == SetBargeIn(digits=on)


def test_a_command_that_is_not_known_is_remarked():
    assert performed("dance") == Remark("dtmf: there is no command 'dance'")


def samples(action):
    assert isinstance(action, Play)
    with wave.open(io.BytesIO(action.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return array("h", file.readframes(file.getnframes()))


def strength(tone, pitch):
    """How much of a tone is of that pitch, in parts of the whole scale."""
    angles = [2 * pi * pitch * n / 8000 for n in range(len(tone))]
    real = sum(value * cos(angle) for value, angle in zip(tone, angles, strict=True))
    imaginary = sum(value * sin(angle) for value, angle in zip(tone, angles, strict=True))
    return 2 * (real**2 + imaginary**2) ** 0.5 / len(tone) / 32767


def test_keys_are_sent_as_pairs_of_tones_with_a_pause_between():
    sound = samples(performed("send", digits=[{"code": "9"}, {"code": "11"}], send_interval=100))
    assert len(sound) == 1600 + 800 + 1600
    nine, pause, hash_key = sound[:1600], sound[1600:2400], sound[2400:]
    assert set(pause) == {0}
    assert [strength(nine, pitch) for pitch in (852, 1477, 697)] == pytest.approx([0.45, 0.45, 0], abs=0.02)
    assert [strength(hash_key, pitch) for pitch in (941, 1477, 1209)] == pytest.approx(
        [0.45, 0.45, 0], abs=0.02
    )


def test_a_tone_has_its_length_and_loudness():
    sound = samples(performed("send", digits=[{"code": 5, "duration": 400, "volume": -20}]))
    assert len(sound) == 3200
    assert strength(sound, 770) == pytest.approx(0.045, abs=0.005)


@pytest.mark.parametrize("digits", [[], [{"code": "16"}], [{"code": 1}] * 101, "123", [{"duration": 5}]])
def test_keys_that_are_none_are_remarked(digits):
    assert isinstance(performed("send", digits=digits), Remark)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


NAMES = ["count", "digits", "termination_key", "minimum_count", "maximum_count", "sensitive", "send_interval"]


@given(st.sampled_from(["collect", "send"]), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_the_parameters_are_nothing_is_raised(command, parameters):
    item = {"response_type": "dtmf", "command_info": {"type": command, "parameters": parameters}}
    actions = asked(handle_dtmf, item, CallInfo("1", "bank"))
    assert actions
    assert all(isinstance(action, (CollectDigits, Play, Remark)) for action in actions)


def test_keys_sound_for_a_minute_at_most():
    keys = [{"code": 1, "duration": 10_000}] * 7

    assert performed("send", digits=keys) == Remark(
        "dtmf send: Value error, expected at most 60000 ms of tones and pauses, got 71400"
    )


def test_a_long_tone_goes_on_as_it_began():
    sound = samples(performed("send", digits=[{"code": 5, "duration": 2_500}]))

    assert len(sound) == 20_000
    assert list(sound[16_000:]) == list(sound[:4_000])
