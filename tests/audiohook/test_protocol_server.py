"""The server's half against the cases of AudioHook: opening, envelopes, pings, pauses, digits, the end."""

import json

import pytest

from switchhook_audiohook.protocol import State, events

BOTH = {"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}
INTERNAL = {"type": "audio", "format": "PCMU", "channels": ["internal"], "rate": 8000}
G722 = {"type": "audio", "format": "G722", "channels": ["external"], "rate": 8000}


def violated(client):
    """One disconnect with reason error, and `closed` after `close`."""
    disconnects = [message for message in client.received if message["type"] == "disconnect"]
    assert [message["parameters"]["reason"] for message in disconnects] == ["error"]
    client.send("close", {"reason": "disconnect"})
    return client.types[-1] == "closed"


# --- Opening


def test_open_is_answered_with_the_offer_unchanged_and_not_paused(client):
    client.open()
    assert client.received == [
        {
            "version": "2",
            "id": client.session_id,
            "type": "opened",
            "seq": 1,
            "clientseq": 1,
            "parameters": {"startPaused": False, "media": [client.mono]},
        }
    ]


def test_of_the_three_offers_of_a_probe_the_caller_alone_is_taken(client):
    client.open(media=[BOTH, client.mono, INTERNAL])
    assert client.last["parameters"]["media"] == [client.mono]


def test_two_channels_are_taken_when_nothing_else_is_offered(client):
    client.open(media=[G722, INTERNAL, BOTH])
    assert client.last["parameters"]["media"] == [BOTH]


def test_of_two_channels_only_the_caller_is_heard(client):
    client.open(media=[BOTH | {"channels": ["internal", "external"]}])
    assert client.send_audio(b"iEiEiE") == b"EEE"


def test_a_field_that_a_client_adds_to_an_offer_is_not_repeated(client):
    client.open(media=[client.mono | {"codec": "x"}])
    assert client.last["parameters"]["media"] == [client.mono]


@pytest.mark.parametrize("offers", [[], [G722], [INTERNAL]])
def test_without_a_usable_offer_there_is_no_media(client, offers):
    client.open(media=offers)
    assert client.last["parameters"]["media"] == []


def test_another_organization_than_in_the_header_is_unauthorized(client):
    told = client.open(organizationId="11111111-1111-4111-8111-111111111111")
    assert told == [events.ProtocolViolation("organizationId differs from the header", "organization")]
    assert client.last["parameters"] == {"reason": "unauthorized"}


def test_a_second_open_is_ignored(caller):
    assert isinstance(caller.send("open", caller.opening())[0], events.Ignored)
    assert caller.types == ["opened"]
    assert caller.session.state is State.ACTIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"somethingNew": {"a": [1]}},
        {"language": "es-419"},
        {"language": "zh-Hans-CN"},
        {"conversationId": "01890a5d-ac96-774b-bcce-b302099a8057"},
        {"inputVariables": {}},
        {"inputVariables": None},
        {"inputVariables": {"a": "b"}},
        {"customConfig": {"a": 1}},
        {"customConfig": '{"a": 1}'},
        {"continuedSessions": [{"id": "x"}]},
        {
            "participant": {
                "id": "1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9",
                "ani": "",
                "aniName": "",
                "dnis": "x",
            }
        },
    ],
)
def test_open_is_read_leniently(client, changes):
    client.open(**changes)
    assert client.types == ["opened"]


@pytest.mark.parametrize(
    "changes", [{"media": None}, {"media": {}}, {"conversationId": None}, {"conversationId": "7"}]
)
def test_open_without_what_it_must_have_is_a_violation(client, changes):
    client.open(**changes)
    assert violated(client)


@pytest.mark.parametrize("language", ["en-us", "en_US", "en-US&model=x"])
def test_a_language_comes_as_it_is_spelt(client, language):
    [opening] = client.open(language=language)
    assert opening.parameters.language == language


def test_of_a_language_no_more_is_kept_than_a_tag_can_have(client):
    [opening] = client.open(language="q" * 10_000)
    assert len(opening.parameters.language) == 100


@pytest.mark.parametrize("language", ["", None, 7, ["en-US"]])
def test_a_language_that_is_no_text_is_none(client, language):
    [opening] = client.open(language=language)
    assert opening.parameters.language is None


def test_input_variables_become_strings(client):
    [opening] = client.open(inputVariables={"a": True, "b": 7, "c": None, "d": {"e": "ü"}})
    assert opening.parameters.input_variables == {"a": "true", "b": "7", "d": '{"e": "ü"}'}


@pytest.mark.parametrize(
    ("changes", "probe"),
    [
        ({}, False),
        ({"conversationId": "00000000-0000-0000-0000-000000000000"}, True),
        ({"participant": {"id": "00000000-0000-0000-0000-000000000000"}}, True),
    ],
)
def test_a_null_id_makes_a_probe(client, changes, probe):
    [opening] = client.open(**changes)
    assert opening.parameters.is_probe is probe


def test_close_before_opened_is_answered_with_closed_alone(client):
    client.send("open", client.opening())
    client.send("close", {"reason": "end"})
    assert client.types == ["closed"]


def test_a_ping_before_open_is_answered(client):
    client.send("ping")
    assert client.types == ["pong"]


# --- Envelopes


@pytest.mark.parametrize("seq", [0, 1, 3, 2**60])
def test_a_sequence_number_that_is_not_the_next_is_a_violation(caller, seq):
    caller.send("ping", seq=seq)
    assert violated(caller)


@pytest.mark.parametrize(
    "envelope",
    [
        {"serverseq": 2},
        {"id": "11111111-1111-4111-8111-111111111111"},
        {"version": "1"},
        {"version": 2},
        {"position": None},
        {"position": "PT1."},
        {"position": "PT1M"},
        {"position": "PT-1S"},
        {"position": "PT99999999S"},
        {"parameters": None},
        {"parameters": []},
        {"seq": 2.0},
        {"seq": True},
        {"type": ""},
        {"type": "x" * 65},
    ],
)
def test_a_malformed_envelope_is_a_violation(caller, envelope):
    caller.send("ping", **envelope)
    assert violated(caller)


@pytest.mark.parametrize("position", ["PT.5S", "PT0S", "PT1.25S"])
def test_positions_may_have_fractions_and_no_whole_part(caller, position):
    caller.send("ping", position=position)
    assert caller.types == ["opened", "pong"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        '"open"',
        "null",
        "[" * 20_000,
        '{"a":' * 20_000,
        "1" * 10_000,
        '{"seq":NaN}',
        '{"type":"\\ud800"}',
        "\ud800",
        "\0",
        '"' + "ü" * 40_000 + '"',
    ],
)
def test_what_is_no_json_object_of_bounded_size_and_depth_is_a_violation(caller, text):
    caller.send_text(text)
    assert violated(caller)


def test_the_reason_of_a_violation_repeats_nothing_that_was_sent(caller):
    caller.send("ping", position="secret", version="secret", seq="secret")
    assert "secret" not in json.dumps(caller.received)


def test_an_unknown_type_counts_and_is_ignored(caller):
    caller.send("novelty", {"a": 1})
    caller.send("ping")
    assert caller.last["clientseq"] == 3
    assert caller.session.violation == ""


def test_after_a_violation_ten_more_cause_no_second_disconnect(caller):
    for _ in range(11):
        caller.send("ping", seq=99, version="1")
    assert caller.types == ["opened", "disconnect"]


def test_numbers_run_without_gap_and_acknowledgements_do_not_fall(caller):
    for digit in "123#":
        caller.send("dtmf", {"digit": digit})
        caller.send("ping")
        caller.session.barge_in()
        caller.session.bot_turn_response("match")
    caller.send("update", {"language": "es-US"})
    caller.session.disconnect("completed")
    caller.read()
    caller.send("close", {"reason": "disconnect"})
    assert [message["seq"] for message in caller.received] == list(range(1, len(caller.received) + 1))
    acknowledged = [message["clientseq"] for message in caller.received]
    assert acknowledged == sorted(acknowledged)


# --- Pings


def test_a_pong_acknowledges_its_ping_even_when_more_was_read(client):
    client.open()
    session, texts = client.session, []
    for seq, kind in ((2, "ping"), (3, "dtmf"), (4, "ping")):
        envelope = {"version": "2", "id": client.session_id, "seq": seq, "serverseq": 1, "position": "PT0S"}
        session.receive_text(json.dumps(envelope | {"type": kind, "parameters": {"digit": "5"}}))
    session.barge_in()
    texts = [json.loads(text) for text in session.data_to_send()]
    assert [(text["type"], text["clientseq"]) for text in texts] == [("pong", 2), ("pong", 4), ("event", 4)]


def test_the_round_trip_of_a_ping_is_kept(caller):
    assert caller.send("ping", {"rtt": "PT0.084S"}) == [events.RoundTrip(0.084)]


def test_a_ping_with_a_wrong_parameter_is_answered_all_the_same(caller):
    caller.send("ping", {"rtt": "soon"})
    assert caller.types == ["opened", "pong"]


def test_a_ping_while_closing_is_answered_before_closed(caller):
    for seq, kind in ((2, "close"), (3, "ping")):
        envelope = {"version": "2", "id": caller.session_id, "seq": seq, "serverseq": 1, "position": "PT0S"}
        caller.session.receive_text(json.dumps(envelope | {"type": kind, "parameters": {}}))
    caller.read()
    assert caller.types == ["opened", "pong", "closed"]


# --- Audio, pauses and gaps


@pytest.mark.parametrize("size", [1600, 160, 1, 4000, 64_000])
def test_frames_of_any_size_are_heard_and_counted(caller, size):
    assert caller.send_audio(b"x" * size) == b"x" * size
    assert caller.session.position == size / 8000


def test_an_empty_frame_is_nothing(caller):
    assert caller.send_audio(b"") == b""
    assert caller.types == ["opened"]


def test_half_a_sample_of_two_channels_is_a_violation(client):
    client.open(media=[BOTH])
    assert client.send_audio(b"abc") == b""
    assert violated(client)


def test_audio_before_opened_is_a_violation(client):
    client.send_audio(b"x" * 160)
    assert violated(client)


def test_audio_after_close_is_dropped(caller):
    caller.send("close", {"reason": "end"})
    assert caller.send_audio(b"x" * 160) == b""
    assert caller.types == ["opened", "closed"]


def test_pause_is_sent_and_audio_counts_until_paused(caller):
    caller.session.pause()
    caller.read()
    assert caller.last["type"] == "pause"
    assert caller.send_audio(b"xx") == b"xx"
    assert caller.send("paused") == [events.Paused()]
    assert caller.session.state is State.PAUSED
    assert caller.send_audio(b"in flight") == b""


def test_paused_again_is_no_error(caller):
    caller.send("paused")
    caller.send("paused")
    assert caller.session.state is State.PAUSED
    assert caller.types == ["opened"]


def own_pauses(caller, *kinds):
    """What each means, the client's own pauses told from ours; None: a message of ours."""
    meanings = []
    for kind in kinds:
        if kind in ("pause", "resume"):
            getattr(caller.session, kind)()
            caller.read()
            assert caller.last["type"] == kind
        elif kind == "paused":
            meanings += [event.own for event in caller.send(kind)]
        else:
            meanings += [type(event) for event in caller.send(kind, {"start": "PT0S", "discarded": "PT0S"})]
    return meanings


R = events.Resumed


@pytest.mark.parametrize(
    ("kinds", "meanings"),
    [
        (["paused"], [True]),
        (["paused", "paused", "resumed", "paused"], [True, True, R, True]),
        (["pause", "paused"], [False]),
        (["pause", "paused", "resume", "resumed", "paused"], [False, R, True]),
        (["pause", "paused", "paused"], [False, True]),
        (["pause", "paused", "resume", "paused", "resumed"], [False, True, R]),
        (["paused", "pause", "paused", "resume", "paused", "resumed"], [True, False, True, R]),
        (["paused", "pause", "resumed", "paused"], [True, R, False]),  # they crossed
        (["pause", "resume", "resumed", "paused"], [R, True]),  # one answer to both
        (["pause", "resume", "paused", "resumed", "paused"], [False, R, True]),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value[0], str) else "",
)
def test_a_pause_of_the_clients_own_is_told_from_ours(caller, kinds, meanings):
    assert own_pauses(caller, *kinds) == meanings


def test_the_confirmation_of_a_paused_start_is_no_pause_of_the_clients_own(client):
    told = client.send("open", client.opening())
    client.session.opened(told[0].parameters.media[0], start_paused=True)
    client.read()
    assert client.send("paused") == [events.Paused(own=False)]
    assert client.send("paused") == [events.Paused(own=True)]


def test_what_a_client_owes_is_bounded(caller):
    for _ in range(100):
        for wish in (caller.session.pause, caller.session.resume):
            caller.now += 10
            wish()
            caller.read()
    assert sum(event.own for _ in range(100) for event in caller.send("paused")) >= 90


def test_a_pause_is_over_however_the_client_says_what_is_missing(caller):
    caller.send("paused")
    assert caller.send("resumed", {"start": "yesterday"}) == [events.Resumed(0.0, 0.0)]
    assert caller.send_audio(b"x" * 80) == b"x" * 80


def test_resumed_moves_the_timeline(caller):
    caller.send("paused")
    told = caller.send("resumed", {"start": "PT10S", "discarded": "PT5S"})
    assert told == [events.Resumed(10.0, 5.0)]
    assert (caller.session.state, caller.session.position) == (State.ACTIVE, 15.0)


def test_discarded_before_the_first_frame_moves_the_timeline(caller):
    assert caller.send("discarded", {"start": "PT0S", "discarded": "PT0.4S"}) == [events.Discarded(0.0, 0.4)]
    caller.send_audio(b"x" * 800)
    assert caller.session.position == 0.5


@pytest.mark.parametrize("kind", ["resumed", "discarded"])
def test_a_gap_of_no_length_that_can_be_read_is_ignored(caller, kind):
    assert isinstance(caller.send(kind, {"start": "PT1S"})[0], events.Ignored)
    assert caller.types == ["opened"]


def test_our_audio_flows_in_a_pause(caller):
    caller.send("paused")
    assert caller.session.takes_audio


def test_an_update_is_acknowledged(caller):
    assert caller.send("update", {"language": "es-US", "other": 1}) == [events.Updated("es-US")]
    assert caller.types == ["opened", "updated"]


# --- Digits, playback, errors, events


def test_digits_come_in_order(caller):
    digits = [caller.send("dtmf", {"digit": digit})[0].digit for digit in "12*#aD"]
    assert digits == ["1", "2", "*", "#", "A", "D"]


@pytest.mark.parametrize("digit", ["", "12", "E", " ", None, "1\n", "\u0661", 12, -1, 0.5, True, 1e99])
def test_what_is_no_key_is_ignored(caller, digit):
    assert isinstance(caller.send("dtmf", {"digit": digit})[0], events.Ignored)
    assert caller.types == ["opened"]


def test_playback_is_told_also_after_our_disconnect(caller):
    assert caller.send("playback_started") == [events.PlaybackStarted()]
    caller.session.disconnect("completed")
    caller.read()
    assert caller.send("playback_completed") == [events.PlaybackCompleted()]


@pytest.mark.parametrize(("code", "retry"), [(429, "PT1.5S"), (429, None), (500, None), (9999, None)])
def test_an_error_is_told_and_not_answered(caller, code, retry):
    parameters = {"code": code, "message": "slow down"} | ({"retryAfter": retry} if retry else {})
    [told] = caller.send("error", parameters)
    assert (told.code, told.retry_after) == (code, 1.5 if retry else None)
    assert caller.types == ["opened"]


def test_a_turn_response_has_only_what_is_known(caller):
    caller.session.bot_turn_response("match", "Which one?", 0.92)
    caller.session.bot_turn_response("no_input", "", float("nan"))
    caller.read()
    entities = [message["parameters"]["entities"] for message in caller.received[1:]]
    data = {"disposition": "match", "text": "Which one?", "confidence": 0.92}
    assert entities[0] == [{"type": "bot_turn_response", "data": data}]
    assert entities[1] == [{"type": "bot_turn_response", "data": {"disposition": "no_input"}}]


@pytest.mark.parametrize("text", ["\0" * 100_000, "🙂" * 100_000, "\udcff" * 100_000, '"' * 100_000])
def test_a_turn_response_stays_within_a_message(caller, text):
    caller.session.bot_turn_response("match", text)
    [sent] = caller.session.data_to_send()
    assert len(sent.encode()) <= 64_000


# --- The end


def test_a_disconnect_carries_strings(caller):
    variables = {"a": True, "b": 7, "c": None, "d": {"e": [1]}, "f": "x"}
    caller.session.disconnect("completed", "handed over", variables)
    caller.read()
    assert caller.last["parameters"] == {
        "reason": "completed",
        "info": "handed over",
        "outputVariables": {"a": "true", "b": "7", "d": '{"e": [1]}', "f": "x"},
    }


def test_asked_twice_it_disconnects_once(caller):
    caller.session.disconnect("completed")
    caller.session.disconnect("error", "again")
    caller.read()
    assert caller.types == ["opened", "disconnect"]


def test_variables_that_do_not_fit_are_left_out_longest_first(caller):
    variables = {"long": "ü" * 30_000, "short": "s", "longer": "x" * 70_000}
    assert caller.session.disconnect("completed", "done", variables) == ["longer"]
    [sent] = caller.session.data_to_send()
    parameters = json.loads(sent)["parameters"]
    assert set(parameters["outputVariables"]) == {"long", "short"}
    assert parameters["info"] == "done; 1 output variables were too long to send"
    assert len(sent.encode()) <= 64_000


def test_nothing_but_pongs_and_closed_follows_a_disconnect(caller):
    caller.session.disconnect("completed")
    caller.session.barge_in()
    caller.session.bot_turn_response("match")
    caller.session.pause()
    caller.session.resume()
    assert not caller.session.takes_audio
    caller.read()
    caller.send("ping")
    caller.send("close", {"reason": "disconnect"})
    assert caller.types == ["opened", "disconnect", "pong", "closed"]


@pytest.mark.parametrize("parameters", [{"reason": r} for r in ("end", "error", "reconnect", "x", 7)] + [{}])
def test_any_close_is_answered(caller, parameters):
    [told] = caller.send("close", parameters)
    assert isinstance(told, events.CloseReceived)
    assert caller.last == {
        "version": "2",
        "id": caller.session_id,
        "type": "closed",
        "seq": 2,
        "clientseq": 2,
        "parameters": {},
    }


def test_a_second_close_is_not_answered(caller):
    caller.send("close", {"reason": "end"})
    assert caller.send("close", {"reason": "end"}) == []
    assert caller.types == ["opened", "closed"]


# --- Time


@pytest.mark.parametrize(
    ("reach", "seconds", "awaited", "code"),
    [
        (lambda client: None, 10.0, "open", 1008),
        (lambda client: client.open(), 30.0, "message", 1001),
        (lambda client: (client.open(), client.session.disconnect("completed")), 10.0, "close", 1000),
        (lambda client: (client.open(), client.send("close")), 5.0, "socket", 1000),
    ],
)
def test_each_state_waits_only_so_long(client, reach, seconds, awaited, code):
    reach(client)
    assert client.session.deadline() == client.now + seconds
    client.now += seconds - 0.01
    assert client.session.tick() == []
    client.now += 0.01
    assert client.session.tick() == [events.TimedOut(awaited, code)]


def test_audio_alone_shows_that_the_client_lives(caller):
    caller.now += 29
    caller.send_audio(b"x")
    assert caller.session.deadline() == caller.now + 30


def test_a_lost_connection_has_no_deadline(caller):
    caller.session.connection_lost()
    assert caller.session.deadline() is None
    assert caller.session.tick() == []


# --- What may wait


def wish(caller, *wishes):
    for one in wishes:
        getattr(caller.session, one)()
    caller.read()


def test_of_many_wishes_at_once_four_are_sent_and_later_the_last(caller):
    wish(caller, *["pause", "resume"] * 3, "pause")
    assert caller.types.count("pause") + caller.types.count("resume") == 4
    caller.now = caller.session.deadline()
    caller.session.tick()
    caller.read()
    assert caller.types[-1] == "pause"


def test_a_wish_that_is_fulfilled_already_is_not_sent(caller):
    wish(caller, "pause", "pause")
    wish(caller, "pause")
    assert caller.types.count("pause") == 1


def test_reports_wait_when_they_come_too_fast_and_pongs_do_not(caller):
    for _ in range(40):
        caller.session.bot_turn_response("match")
    caller.read()
    sent = caller.types.count("event")
    assert sent <= 20
    caller.send("ping")
    assert caller.types[-1] == "pong"
    assert caller.types.count("event") == sent


def test_what_waits_is_sent_in_its_time(caller):
    for _ in range(30):
        caller.session.bot_turn_response("match")
        caller.read()
    sent = caller.types.count("event")
    caller.now = caller.session.deadline()
    assert caller.session.tick() == []
    caller.read()
    assert caller.types.count("event") == sent + 1


def test_after_a_429_reports_wait_as_long_as_they_should(caller):
    caller.send("error", {"code": 429, "message": "slow", "retryAfter": "PT2S"})
    caller.session.bot_turn_response("match")
    caller.read()
    assert "event" not in caller.types
    caller.now += 2
    caller.session.tick()
    caller.read()
    assert caller.types[-1] == "event"


def test_a_429_that_asks_for_less_time_ends_no_longer_wait(caller):
    caller.send("error", {"code": 429, "message": "slow", "retryAfter": "PT5S"})
    caller.send("error", {"code": 429, "message": "slow"})
    caller.session.bot_turn_response("match")
    caller.now += 4.9
    caller.session.tick()
    caller.read()
    assert "event" not in caller.types


def test_a_session_may_start_paused(client):
    told = client.send("open", client.opening())
    client.session.opened(told[0].parameters.media[0], start_paused=True)
    client.read()
    assert client.last["parameters"]["startPaused"] is True
    client.send("paused")
    client.session.resume()
    client.read()
    assert client.last["type"] == "resume"


@pytest.mark.parametrize(
    ("given", "configuration"),
    [({"a": 1}, {"a": 1}), ('{"a": 1}', {"a": 1}), (None, {}), ("[1]", {}), ("{", {}), (7, {})],
)
def test_a_configuration_is_an_object_or_json_of_one(client, given, configuration):
    told = client.send("open", client.opening(customConfig=given))
    assert told[0].parameters.configuration == configuration


# --- L16, where a client offers nothing else


LINEAR = {"type": "audio", "format": "L16", "channels": ["external"], "rate": 8000}


def test_linear_samples_are_taken_where_nothing_else_is_offered(client):
    client.open(media=[LINEAR])
    assert client.last["parameters"]["media"] == [LINEAR]
    assert client.send_audio(b"ab" * 800) == b"ab" * 800
    assert client.session.position == 0.1


def test_mu_law_goes_before_linear_samples(client):
    client.open(media=[LINEAR, client.mono])
    assert client.last["parameters"]["media"] == [client.mono]


def test_of_two_linear_channels_only_the_caller_is_heard(client):
    client.open(media=[LINEAR | {"channels": ["internal", "external"]}])
    assert client.send_audio(b"aabbccdd") == b"bbdd"


@pytest.mark.parametrize(("channels", "size"), [(["external"], 3), (["external", "internal"], 6)])
def test_half_a_linear_sample_is_a_violation(client, channels, size):
    client.open(media=[LINEAR | {"channels": channels}])
    client.send_audio(bytes(size))
    assert client.last["type"] == "disconnect"
