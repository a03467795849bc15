"""What a client may write in a form of its own: it never costs the call, and what goes on is valid text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_audiohook.protocol import NULL_ID, events
from switchhook_audiohook.protocol.reading import decode, repair
from switchhook_transport_genesys.callinfo import describe
from switchhook_transport_genesys.routing import Destination, Place
from switchhook_transport_genesys.upgrade import Admitted

from ..audiohook.raw_client import MONO, ORGANIZATION, SESSION, RawClient

WHO = RawClient().opening()["participant"]
ODD = [None, True, 7, -1.5, "", "x", "\0", "x" * 20_000, [], [None], {}, {"a": {"b": []}}]
HALVES = [r"\ud800", r"\udfff", r"\udc00\ud800", r"\ud83dx", r"\uD83D\n"]


def opened_with(client, **parameters):
    """The opening, of parameters exactly as given."""
    told = client.send("open", client.opening() | parameters)
    assert [type(each) for each in told] == [events.Opening], client.received
    return told[0].parameters


def told_to_the_engine(opening):
    admitted = Admitted(ORGANIZATION, SESSION, SESSION, "main", Place(), None, "")
    return describe("leg", admitted, Destination("bank", ""), opening)


# --- open


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "name",
    [
        "participant",
        "language",
        "supportedLanguages",
        "customConfig",
        "inputVariables",
        "continuedSessions",
        "novelty",
        "organizationId",
    ],
)
def test_an_optional_parameter_of_any_form_does_not_cost_the_call(client, name, value):
    info = told_to_the_engine(opened_with(client, **{name: value}))
    assert info.conversation_id == client.opening()["conversationId"]


@pytest.mark.parametrize("value", [each for each in ODD if not isinstance(each, str)], ids=repr)
@pytest.mark.parametrize(
    ("name", "read"), [("ani", "ani"), ("aniName", "participant_name"), ("dnis", "dnis"), ("id", "")]
)
def test_an_odd_part_of_the_participant_is_unknown_and_the_rest_is_read(client, name, read, value):
    info = told_to_the_engine(opened_with(client, participant=WHO | {name: value}))
    known = {"ani": "+4915550100", "participant_name": "Kim Example", "dnis": "+4930555010"} | {read: ""}
    assert {each: getattr(info, each) for each in known if each} == {n: v for n, v in known.items() if n}


@pytest.mark.parametrize("name", ["ani", "aniName", "dnis", "id"])
def test_a_part_of_the_participant_may_be_missing(client, name):
    rest = {each: value for each, value in WHO.items() if each != name}
    assert opened_with(client, participant=rest).participant.model_dump(by_alias=True) == rest | {name: ""}


def test_a_name_of_absurd_length_is_unknown(client):
    assert opened_with(client, participant=WHO | {"aniName": "x" * 40_000}).participant.ani_name == ""


def test_what_is_no_truth_asks_for_no_languages(client):
    assert opened_with(client, supportedLanguages="yes").supported_languages is None


@pytest.mark.parametrize("odd", [None, 7, "PCMU", [], {"rate": "8000"}, {"channels": [1]}, {"format": None}])
def test_an_odd_offer_does_not_cost_the_one_beside_it(client, odd):
    client.open(media=[odd, {"type": "video", "format": "H264"}, MONO | {"codec": "x"}, odd])
    assert client.last["parameters"]["media"] == [MONO]


def test_of_thousands_of_offers_only_the_first_are_looked_at(client):
    client.open(media=[MONO, *[7] * 20_000])
    assert client.last["parameters"]["media"] == [MONO]


def test_no_usable_offer_among_odd_ones_is_no_media(client):
    assert opened_with(client, media=[None, 7]).media == ()


@pytest.mark.parametrize("conversation", [None, 7, []])
def test_a_probe_may_lack_a_conversation(client, conversation):
    opening = opened_with(client, conversationId=conversation, participant={"id": NULL_ID})
    assert (opening.is_probe, opening.conversation_id) == (True, NULL_ID)


def test_a_probe_may_lack_a_participant(client):
    assert opened_with(client, conversationId=NULL_ID, participant=None).is_probe


@pytest.mark.parametrize("media", [None, 7, "PCMU", {}])
def test_media_of_no_form_are_none_so_that_a_probe_is_still_one(client, media):
    opening = opened_with(client, conversationId=NULL_ID, media=media)
    assert (opening.is_probe, opening.media) == (True, ())


def test_a_call_without_a_conversation_is_refused(client):
    client.send("open", client.opening() | {"conversationId": None})
    assert client.session.violation == "open: conversationId: string type"


def test_variables_of_every_type_are_told_as_text(client):
    values = {"n": 7, "b": False, "f": 1.5, "none": None, "list": [1, {"a": None}], "t": "x"}
    variables = told_to_the_engine(opened_with(client, inputVariables=values)).variables
    assert variables == {"n": "7", "b": "false", "f": "1.5", "list": '[1, {"a": null}]', "t": "x"}


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_variables_that_are_no_object_are_none(client, value):
    assert told_to_the_engine(opened_with(client, inputVariables=value)).variables == {}


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
OPTIONAL = ["language", "supportedLanguages", "customConfig", "inputVariables", "continuedSessions", "new"]


@given(
    st.dictionaries(st.sampled_from(OPTIONAL), ANY),
    st.none() | st.dictionaries(st.sampled_from(["id", "ani", "aniName", "dnis", "new"]), ANY),
    st.lists(ANY, max_size=3),
)
def test_whatever_is_optional_a_call_is_opened_and_can_be_told_as_json(optional, participant, offers):
    client = RawClient()
    participant = {**participant, "id": SESSION} if participant is not None else None
    opening = opened_with(client, **optional, participant=participant, media=[*offers, MONO])
    info = told_to_the_engine(opening)
    json.dumps([info.variables, info.configuration, info.details], allow_nan=False).encode()


# --- Other messages


@pytest.mark.parametrize("value", [*ODD, "PT1M"], ids=repr)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ping", "rtt"),
        ("update", "language"),
        ("dtmf", "digit"),
        ("playback_started", "novelty"),
        ("playback_completed", "novelty"),
        ("paused", "reason"),
        ("resumed", "start"),
        ("discarded", "discarded"),
        ("error", "message"),
        ("error", "code"),
        ("error", "retryAfter"),
    ],
)
def test_an_odd_parameter_of_any_message_does_not_cost_the_call(caller, kind, name, value):
    good = {"start": "PT1S", "discarded": "PT1S", "code": 400, "message": "", "digit": "1"}
    caller.send(kind, good | {name: value})
    caller.send("ping")
    assert caller.last == caller.last | {"type": "pong", "clientseq": 3}


def test_an_error_with_an_odd_message_and_time_still_holds_us_back(caller):
    [told] = caller.send("error", {"code": 429, "message": None, "retryAfter": 2})
    assert told == events.ErrorReceived(429, "", None)


def test_a_code_of_thousands_of_digits_is_no_error(caller):
    assert isinstance(caller.send("error", {"code": 10**4000, "message": ""})[0], events.Ignored)


@pytest.mark.parametrize("language", [7, None, ["en"], {}])
def test_an_update_of_no_language_is_acknowledged(caller, language):
    assert caller.send("update", {"language": language}) == [events.Updated(None)]
    assert caller.types == ["opened", "updated"]


@pytest.mark.parametrize("span", [{}, {"start": None, "discarded": 5}, {"start": "PT1S"}])
def test_a_pause_ends_whatever_is_said_of_its_length(caller, span):
    caller.send_audio(bytes(8000))
    caller.send("paused")
    assert caller.send("resumed", span) == [events.Resumed(1.0, 0.0)]
    assert caller.send_audio(b"heard") == b"heard"


@pytest.mark.parametrize("position", ["PT0.30000000000000004S", "PT0.0S", "PT00.5S"])
def test_a_position_may_have_as_many_digits_as_a_double_is_written_with(caller, position):
    caller.send("ping", position=position)
    assert caller.types == ["opened", "pong"]


@pytest.mark.parametrize("name", ["version", "id", "type", "seq", "serverseq", "position", "parameters"])
@pytest.mark.parametrize("value", [None, True, [], 10**4000, "x"], ids=lambda value: str(type(value)))
def test_the_envelope_stays_strict(caller, name, value):
    if (name, value) != ("type", "x"):
        caller.send("ping", **{name: value})
        assert caller.session.violation.startswith((name, "id of another"))


# --- What is remarked


def test_the_first_field_that_is_not_read_is_named_without_its_value(client):
    opened_with(client, participant=WHO | {"aniName": 4711}, supportedLanguages="true")
    client.send("ping", {"rtt": "soon"})
    assert client.session.reader.unread == "open.participant.aniName"


def test_of_a_client_that_writes_as_listed_nothing_is_remarked(client):
    client.open(novelty=1, media=[MONO | {"codec": "x"}], language="es-419")
    client.send("ping", {"rtt": "PT0.1S", "novelty": 1})
    assert client.session.reader.unread == ""


# --- Text that is none


def opening_text(client, **parameters):
    """As JSON, with `@` for what is put into it as it is."""
    message = {"version": "2", "id": SESSION, "type": "open", "seq": 1, "serverseq": 0, "position": "PT0S"}
    return json.dumps(message | {"parameters": client.opening(**parameters)})


@pytest.mark.parametrize("bad", [*HALVES, r"\u0000", "\0", r"\x41", r"\u12", "\x1b", "\ud800"], ids=ascii)
def test_what_no_text_may_hold_is_replaced_in_names_and_values(client, bad):
    who = WHO | {"aniName": "@"}
    text = opening_text(client, participant=who, inputVariables={"a@": "b@"}, customConfig={"c@": ["d@"]})
    [told] = client.send_text(text.replace("@", bad))
    info = told_to_the_engine(told.parameters)
    [(name, value)] = info.variables.items()
    found = "".join([name, value, info.participant_name, json.dumps(info.configuration, ensure_ascii=False)])
    assert "\ufffd" in found
    assert not set(found.encode().decode()) & {"\0", "\x1b"}


@pytest.mark.parametrize("half", HALVES)
def test_a_configuration_in_a_string_is_mended_too(client, half):
    text = opening_text(client, customConfig='{"a": "@"}').replace("@", half.replace("\\", "\\\\"))
    [told] = client.send_text(text)
    assert "\ufffd" in told.parameters.configuration["a"].encode().decode()


def test_a_half_in_a_field_that_must_be_right_is_a_broken_rule(client):
    client.send_text(opening_text(client).replace('"open"', r'"\ud800"').replace('"2"', r'"2\ud800"'))
    assert client.session.violation_kind == "message"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_text_that_is_right_stays_as_it_is(text):
    for written in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        mended = repair(written)
        assert mended == written
        assert decode(mended) == text


@pytest.mark.parametrize("sign", ["\t", "\n", "\r", "\r\n"])
def test_a_line_end_or_tab_within_a_string_is_a_space(sign):
    assert decode(repair(f'{{{sign}"a{sign}b":{sign}1}}')) == {f"a{' ' * len(sign)}b": 1}


def test_a_byte_order_mark_in_front_is_no_part_of_a_message():
    assert decode(repair("\ufeff{}")) == {}


PIECES = st.sampled_from(["\\", "\\\\", "u", "d800", "\\ud83d", "\\ude00", "\\u0041", "\0", "é", "0"])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_string_of_escapes_is_mended_into_valid_text(inside):
    decode(repair(f'"{inside}x"')).encode()


def test_escapes_that_are_right_are_told_from_what_looks_like_them():
    assert (
        decode(repair(r'"\\ud800 \ud83d\ude00 \\\ud800 \\u0000"'))
        == "\\ud800 \N{GRINNING FACE} \\\ufffd \\u0000"
    )


# --- JSON that is legal and of no use


@pytest.mark.parametrize("number", ["1e999", "-1E+999", "1" * 400 + ".0", "[1e999]", '{"a": -1e999}'])
def test_a_number_too_large_for_any_double_becomes_no_infinity(client, number):
    text = opening_text(client, inputVariables={"n": "@", "t": "x"}, customConfig={"n": "@"})
    [told] = client.send_text(text.replace('"@"', number))
    info = told_to_the_engine(told.parameters)
    assert info.variables["t"] == "x"
    assert "nfinity" not in json.dumps([info.variables, info.configuration])


@pytest.mark.parametrize(
    "token",
    ["NaN", "Infinity", "9" * 5_000, "[" * 10_000, '{"a":' * 10_000, "[" * 10_000 + "]" * 10_000],
    ids=lambda token: token[:8],
)
@pytest.mark.parametrize("name", ["seq", "parameters", "novelty"])
def test_what_cannot_be_read_ends_with_the_protocols_own_error(caller, name, token):
    good = {"version": '"2"', "id": f'"{SESSION}"', "type": '"ping"', "seq": "2", "serverseq": "1"}
    good |= {"position": '"PT0S"', "parameters": "{}"} | {name: token}
    told = caller.send_text("{" + ",".join(f'"{key}":{value}' for key, value in good.items()) + "}")
    assert told == [events.ProtocolViolation("not JSON", "json")]


@pytest.mark.parametrize("inner", ["[" * 10_000, "[" * 150 + "]" * 150, "9" * 5_000, "NaN", "{"])
def test_a_configuration_in_a_string_that_cannot_be_read_is_none(client, inner):
    assert opened_with(client, customConfig=inner).configuration == {}


def test_of_two_members_of_one_name_the_last_counts(caller):
    text = json.dumps({"version": "2", "id": SESSION, "type": "dtmf", "seq": 9, "serverseq": 1})
    told = caller.send_text(text[:-1] + ',"position":"PT0S","seq":2,"parameters":{"digit":"1","digit":"2"}}')
    assert told == [events.DigitReceived("2")]


def test_what_we_send_is_valid_text_whatever_it_was_made_of(caller):
    caller.session.disconnect("completed", "i\ud800", {"a\udfff": "b\ud800", "n": float("nan")})
    [sent] = caller.session.data_to_send()
    assert set(json.loads(sent.encode())["parameters"]["outputVariables"]) == {"a\ufffd"}
