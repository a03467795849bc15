"""How the caller is heard, how the bot speaks, and what is taken at all."""

import pytest

from switchhook import ConfigureRecognition, ConfigureSynthesis, Remark, SetBargeIn, SetListening
from switchhook_responses.speech_to_text import handle_speech_to_text
from switchhook_responses.start_activities import handle_start_activities
from switchhook_responses.stop_activities import handle_stop_activities
from switchhook_responses.text_to_speech import handle_text_to_speech

from .conftest import asked


def heard(command="configure", **parameters):
    info = {"type": command, "parameters": parameters}
    return asked(handle_speech_to_text, {"response_type": "speech_to_text", "command_info": info}, None)


def spoken(command="configure", **parameters):
    info = {"type": command, "parameters": parameters}
    return asked(handle_text_to_speech, {"response_type": "text_to_speech", "command_info": info}, None)


@pytest.mark.parametrize("strategy", ["replace", "replace_once", "merge", "merge_once"])
def test_a_configuration_has_its_strategy(strategy):
    assert heard(narrowband_recognize={"model": "a"}, update_strategy=strategy) == [
        ConfigureRecognition({"model": "a"}, strategy)
    ]
    assert spoken(synthesize={"voice": "b"}, update_strategy=strategy) == [
        ConfigureSynthesis({"voice": "b"}, strategy)
    ]


@pytest.mark.parametrize("strategy", [{}, {"update_strategy": "novelty"}, {"update_strategy": None}])
def test_a_configuration_replaces_where_nothing_else_is_said(strategy):
    assert heard(narrowband_recognize={"model": "a"}, **strategy) == [ConfigureRecognition({"model": "a"})]


def test_what_the_line_decides_is_refused_and_remarked():
    asked_for = {"model": "a", "interim_results": False, "inactivity_timeout": 5, "action": "stop"}
    assert heard(narrowband_recognize=asked_for) == [
        Remark("speech_to_text configure: action, inactivity_timeout, interim_results cannot be set"),
        ConfigureRecognition({"model": "a"}),
    ]
    assert spoken(synthesize={"voice": "b", "accept": "audio/ogg"}) == [
        Remark("text_to_speech configure: accept cannot be set"),
        ConfigureSynthesis({"voice": "b"}),
    ]


def test_settings_for_wideband_lines_do_nothing():
    assert heard(broadband_recognize={"model": "a"}, band_preference="broadband") == []


@pytest.mark.parametrize("parameters", [{}, {"narrowband_recognize": "a"}, {"synthesize": []}])
def test_a_configuration_of_nothing_is_remarked(parameters):
    assert [type(action) for action in heard(**parameters) + spoken(**parameters)] == [Remark, Remark]


@pytest.mark.parametrize(("command", "on"), [("disable_barge_in", False), ("enable_barge_in", True)])
def test_speech_may_or_may_not_interrupt(command, on):
    assert spoken(command) == [SetBargeIn(speech=on)]


@pytest.mark.parametrize("handle", [heard, spoken])
def test_a_command_that_is_not_known_is_remarked(handle):
    [remark] = handle("dance")
    assert remark.text.endswith("there is no command 'dance'")


@pytest.mark.parametrize(
    ("handle", "kind", "on"),
    [
        (handle_start_activities, "start_activities", True),
        (handle_stop_activities, "stop_activities", False),
    ],
)
def test_activities_are_switched(handle, kind, on):
    named = ["speech_to_text_recognition", "dtmf_collection", "dancing"]
    item = {"response_type": kind, "activities": [{"type": name} for name in named]}
    assert asked(handle, item, None) == [
        Remark(f"{kind}: there is no activity 'dancing'"),
        SetListening(speech=on, digits=on),
    ]


def test_one_activity_leaves_the_other_as_it_is():
    item = {"response_type": "stop_activities", "activities": [{"type": "dtmf_collection"}]}
    assert asked(handle_stop_activities, item, None) == [SetListening(digits=False)]
