"""What holds whatever a client sends, in whatever order."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_audiohook.protocol import ServerSession, choose, events, format_duration, parse_duration
from switchhook_audiohook.protocol.variables import those_that_fit

SESSION = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
ORGANIZATION = "5f0f6a1e-3c1b-4a52-9b0e-7d5a1a1f2c33"
OPEN = {
    "organizationId": ORGANIZATION,
    "conversationId": SESSION,
    "participant": {"id": SESSION},
    "media": [{"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}],
}
# Section by section, the fields that a server's message may have.
PARAMETERS = {
    "opened": {"media", "startPaused"},
    "pong": set(),
    "pause": set(),
    "resume": set(),
    "updated": set(),
    "event": {"entities"},
    "disconnect": {"reason", "info", "outputVariables"},
    "closed": set(),
}
ENVELOPE = {"version", "id", "type", "seq", "clientseq", "parameters"}

CALLS = ["dtmf", "update", "paused", "resumed", "discarded", "playback_started", "playback_completed"]
types = st.sampled_from(["open", "ping", "close", "error", "novelty", *CALLS])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
good_parameters = st.sampled_from(
    [
        {},
        OPEN,
        {"digit": "5"},
        {"start": "PT1S", "discarded": "PT0.5S"},
        {"language": "de-DE"},
        {"reason": "end"},
        {"code": 429, "message": "x", "retryAfter": "PT1S"},
        {"rtt": "PT0.1S"},
    ]
)
wrong = st.sampled_from(["seq", "serverseq", "id", "version", "position", "parameters", "type"])
sent = st.tuples(types, good_parameters | values, st.none() | st.tuples(wrong, values))
said = st.sampled_from(["opened", "barge_in", "bot_turn_response", "pause", "resume", "disconnect", "tick"])
raw = st.tuples(st.just("raw"), st.text(max_size=20))
steps = st.lists(sent | said | raw | st.binary(max_size=5), max_size=30)


def play(script):
    """Every message that the session sends, in order."""
    now = [0.0]
    session = ServerSession(SESSION, ORGANIZATION, lambda: now[0])
    seq, written = 0, []
    for step in script:
        match step:
            case bytes():
                session.receive_audio(step)
            case str():
                _say(session, step, now)
            case ("raw", text):
                session.receive_text(text)
            case (kind, parameters, fault):
                seq += 1
                message = {"version": "2", "id": SESSION, "type": kind, "seq": seq, "serverseq": 0}
                message |= {"position": "PT0S", "parameters": parameters}
                if fault:
                    message[fault[0]] = fault[1]
                for event in session.receive_text(json.dumps(message)):
                    if isinstance(event, events.Opening):
                        session.opened(choose(event.parameters.media))
        written += [json.loads(text) for text in session.data_to_send()]
    return written


def _say(session, what, now):
    match what:
        case "opened":
            session.opened(None)
        case "bot_turn_response":
            session.bot_turn_response("match", "hi")
        case "disconnect":
            session.disconnect("completed", "bye", {"a": "b"})
        case "tick":
            now[0] += 3
            session.tick()
        case _:
            getattr(session, what)()


@settings(max_examples=300, deadline=None)
@given(steps, st.booleans())
def test_whatever_comes_the_answers_keep_to_the_protocol(script, opened):
    written = play([("open", OPEN, None), *script] if opened else script)
    kinds = [message["type"] for message in written]
    assert [message["seq"] for message in written] == list(range(1, len(written) + 1))
    acknowledged = [message["clientseq"] for message in written]
    assert acknowledged == sorted(acknowledged)
    assert all(kinds.count(kind) <= 1 for kind in ("opened", "disconnect", "closed"))
    assert "closed" not in kinds[:-1]
    after = kinds[kinds.index("disconnect") + 1 :] if "disconnect" in kinds else []
    assert set(after) <= {"pong", "closed"}
    for message in written:
        assert set(message) == ENVELOPE
        assert set(message["parameters"]) <= PARAMETERS[message["type"]]


@given(st.floats(min_value=0, max_value=86_400))
def test_a_duration_survives_being_written(seconds):
    assert abs(parse_duration(format_duration(seconds)) - seconds) < 1e-9 + seconds * 1e-12


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=50), max_size=10), st.integers(0, 600))
def test_variables_that_fit_are_kept_whole_within_the_limit(variables, limit):
    kept, left_out = those_that_fit(variables, limit)
    assert {name: variables[name] for name in kept} == kept
    assert sorted([*kept, *left_out]) == sorted(variables)
    assert not kept or len(json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")) <= limit
