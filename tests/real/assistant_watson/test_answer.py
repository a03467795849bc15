"""What an answer says, whatever it holds. No sockets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_assistant_watson.answer import MOST, ContextReader, answer_in
from switchhook_watson import WatsonError

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "integrations",
                    "voice_telephony",
                    "genesys_audio_connector",
                    "turn_settings",
                    "timeout_count",
                    "post_response_timeout_count",
                    "global",
                    "system",
                    "skip_user_input",
                    "skills",
                    "user_defined",
                    "vgwFinalUtteranceTimeout",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def reader():
    return ContextReader("call", 10.0)


def telephony(**values):
    return {"integrations": {"voice_telephony": values}}


def skill(**values):
    return {"skills": {"main skill": {"user_defined": values}}}


@given(JSON)
def test_no_context_is_too_odd(context):
    read = reader().read(context if isinstance(context, dict) else {"integrations": context})

    for seconds in (read.post_response_timeout, read.final_utterance_timeout):
        assert seconds is None or 0 < seconds <= 3600


@pytest.mark.parametrize(
    ("context", "seconds"),
    [
        (telephony(post_response_timeout_count=1000), 1.0),
        (telephony(post_response_timeout_count="2500"), 2.5),
        (telephony(vgwPostResponseTimeoutCount=3000), 3.0),
        (skill(vgwPostResponseTimeoutCount="4000"), 4.0),
        ({**skill(vgwPostResponseTimeoutCount=4000), **telephony(post_response_timeout_count=1000)}, 1.0),
        (telephony(), None),
        ({}, None),
    ],
)
def test_the_wait_after_a_response(context, seconds):
    assert reader().read(context).post_response_timeout == seconds


@pytest.mark.parametrize(
    ("context", "seconds"),
    [
        (telephony(final_utterance_timeout_count=8000), 8.0),
        (skill(vgwFinalUtteranceTimeout=8000), 8.0),
    ],
)
def test_the_wait_for_a_final(context, seconds):
    assert reader().read(context).final_utterance_timeout == seconds


@pytest.mark.parametrize(
    ("context", "seconds"),
    [
        (telephony(turn_settings={"timeout_count": "5000"}), 5.0),
        (skill(vgwConversationResponseTimeout=5000), 5.0),
        (telephony(turn_settings=7), 10.0),
    ],
)
def test_the_wait_for_the_assistant_holds_from_then_on(context, seconds):
    reading = reader()
    reading.read(context)
    reading.read({})

    assert reading.timeout == seconds


@pytest.mark.parametrize("value", ["soon", 0, -1, "", True, [], {}, 1e12, "nan", "inf"])
def test_nonsense_is_ignored_and_warned_about_once_without_its_value(value, caplog):
    reading = reader()

    for _ in range(2):
        assert reading.read(telephony(post_response_timeout_count=value)).post_response_timeout is None
    assert len(caplog.records) == 1
    assert "post_response_timeout_count" in caplog.text
    assert "soon" not in caplog.text


@pytest.mark.parametrize(
    ("value", "due"), [(True, True), ("true", True), (False, False), (None, False), (1, True)]
)
def test_another_turn_is_due(value, due):
    context = {"global": {"system": {"skip_user_input": value}}}

    assert reader().read(context).follow_up is due


def test_variables_are_unchanged_where_there_are_none():
    assert reader().read({}).variables is None
    assert reader().read({"integrations": {"genesys_audio_connector": []}}).variables is None
    assert reader().read({"integrations": {"genesys_audio_connector": {}}}).variables == {}


@pytest.mark.parametrize("said", [[], {}, {"output": 1}, None])
def test_what_is_no_answer(said):
    with pytest.raises(WatsonError) as caught:
        answer_in(said)
    assert caught.value.problem == "garbage"


def test_an_answer_may_lack_nearly_everything():
    assert answer_in({"output": {}}).items == []
    assert answer_in({"output": {"generic": {}}, "context": []}).items == []


def test_responses_are_counted():
    with pytest.raises(WatsonError):
        answer_in({"output": {"generic": [{}] * (MOST + 1)}})


def test_what_the_assistant_notes_for_the_record_is_handed_on():
    context = telephony(cdr_custom_data={"order": "4711"})
    assert reader().read(context).custom_data == {"order": "4711"}


@pytest.mark.parametrize("value", [None, "x", ["x"], 7])
def test_notes_that_are_none_are_passed_over(value):
    assert reader().read(telephony(cdr_custom_data=value)).custom_data == {}
