"""What callers and flows bring is data, and no instruction; and what a model is not to know, it is not told."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallInfo, Options, SettingsError, Turn
from switchhook_chat import ChatOptions
from switchhook_chat.history import History
from switchhook_chat.telling import Telling

CALL = CallInfo("call", "support", language="en-US", ani="+15551234")
CARD = "4111111111111111"


def telling(instructions="Be kind.", **table):
    given = {"model": "m", "instructions": instructions, **table}
    return Telling(Options(given, place="assistant", base=Path()).parse(ChatOptions))


def user(turn, history=None, **table):
    return telling(**table).user(turn, history or History())


def test_instructions_name_the_values_and_do_not_hold_them():
    told = telling("Greet {{name}}, who has {{ tier }}.")
    assert told.instructions.startswith("Greet data.name, who has data.tier.\n")
    data = told.data({"name": "Ann", "tier": "gold", "pin": "1234"}, CALL, History())
    assert data == '[data: {"language": "en-US", "name": "Ann", "tier": "gold"}]'


@given(st.text(max_size=200))
def test_no_value_can_end_the_data(value):
    data = telling("{{name}}").data({"name": value}, CALL, History())
    assert data.count("[") == data.count("]") == 1
    assert "\n" not in data


@given(st.text(max_size=200))
def test_no_caller_can_speak_for_the_telephone_system(words):
    told = user(Turn(2, "speech", words))
    assert "[" not in told
    assert "]" not in told


@pytest.mark.parametrize("size", [600, 100_000])
def test_values_are_bounded(size):
    names = [f"v{n}" for n in range(200)]
    data = telling(" ".join(f"{{{{{name}}}}}" for name in names)).data(
        dict.fromkeys(names, "x" * size), CALL, History()
    )
    assert 3000 < len(data) <= 5000


def test_words_are_bounded():
    assert len(user(Turn(2, "speech", "word " * 100_000))) <= 2000


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (Turn(1, "start"), "[the call begins: greet the caller]"),
        (Turn(2, "speech", "hello\nthere"), "hello there"),
        (Turn(2, "no_input"), "[the caller says nothing]"),
        (Turn(2, "no_final"), "[the caller speaks without an end, and was not understood]"),
        (Turn(2, "forced", "vgwSMSFailed"), "[vgwSMSFailed]"),
        (Turn(2, "forced", "a] b"), "[a) b]"),
        (Turn(2, "follow_up"), "[go on]"),
        (Turn(2, "speech", "one", input={"text": "the first"}), "the first"),
        (Turn(2, "speech", "one", input={"text": {}}), ""),
        (Turn(2, "speech", "stop", barged_in=True), "[the caller has interrupted you]\nstop"),
        (
            Turn(2, "speech", "x", failed=["audio", "audio"]),
            "[of your last answer could not be done: audio]\nx",
        ),
    ],
)
def test_a_model_is_told_what_happened(turn, told):
    assert user(turn) == told


# --- what a model is not to know

KEYED = Turn(2, "digits", CARD, collected=True)
SAID = Turn(2, "speech", "four one one one", sensitive=True)


@pytest.mark.parametrize(
    ("turn", "tell", "known"),
    [
        (KEYED, [], False),
        (KEYED, ["sensitive"], False),
        (KEYED, ["digits"], True),
        (replace(KEYED, sensitive=True), ["digits"], False),
        (replace(KEYED, sensitive=True), ["sensitive"], True),
        (SAID, [], False),
        (SAID, ["digits"], False),
        (SAID, ["sensitive"], True),
    ],
)
def test_what_was_keyed_or_asked_for_in_confidence_is_told_only_where_the_connector_says_so(
    turn, tell, known
):
    assert (turn.text in user(turn, tell=tell)) is known


def test_a_model_knows_how_many_keys_there_were():
    assert user(KEYED) == "[the caller keyed 16 keys, of which you are not told]"
    assert user(replace(KEYED, text="4", collected=False)).endswith(", fewer than asked for]")


@pytest.mark.parametrize("again", [CARD, "4111 1111-1111 1111", f"yes, {CARD}."])
def test_what_was_given_in_confidence_is_not_told_later_either(again):
    history = History()
    user(replace(KEYED, sensitive=True), history)
    assert "4111" not in user(Turn(3, "speech", again), history)
    assert "4111" not in telling("{{card}}").data({"card": again}, CALL, history)


@pytest.mark.parametrize("before", [1990, 490])
def test_of_what_was_given_in_confidence_no_part_is_told_where_a_text_is_cut(before):
    history, again = History(), f"{'x' * (before - 1)} {CARD}"
    user(replace(KEYED, sensitive=True), history)
    assert "4" not in user(Turn(3, "speech", again), history)
    assert "4" not in telling("{{card}}").data({"card": again}, CALL, history)


# --- instructions


def test_instructions_stand_in_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "bank.md").write_text("You are the bank's.\n")
    given = {"model": "m", "instructions": {"file": "bank.md"}}
    options = Options(given, place="assistant", base=tmp_path).parse(ChatOptions)
    assert Telling(options).instructions.startswith("You are the bank's.\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"instructions": {"file": "missing.md"}}, "cannot read .*missing.md: No such file"),
        ({"instructions": {"path": "x"}}, "expected a text or"),
        ({"instructions": ""}, "instructions: expected what the model is to do, got an empty text"),
        ({"instructions": " \n"}, "instructions: expected what the model is to do, got an empty text"),
        ({"instructions": "prompts/bank.md"}, 'got the name of a file: say { file = "prompts/bank.md" }'),
        ({"instructions": {"file": "."}}, "cannot read .*: Is a directory"),
        ({"instructions": {"file": "empty.md"}}, "expected 1 to 100000 characters in .*empty.md, got 0"),
        ({"instructions": {"file": "long.md"}}, "expected 1 to 100000 characters in .*long.md, got 100001"),
        ({"instructions": {"file": "binary.md"}}, "cannot read .*binary.md: is not text in UTF-8"),
        ({"api_key": "schlüssel"}, "api_key: expected letters, digits and signs of ASCII"),
        ({"api_key": "sk-1 sk-2"}, "api_key: expected letters, digits and signs of ASCII"),
        ({"api_key": " "}, "api_key: is empty; leave it out where the service needs none"),
        ({"model": ""}, "model"),
        ({"timeout": 0}, "timeout"),
        ({"tell": ["names"]}, "tell"),
        ({"rounds": 0}, "rounds"),
        ({"modell": "m"}, "modell: unknown key"),
    ],
)
def test_wrong_options_are_named(tmp_path, wrong, said):
    (tmp_path / "empty.md").write_text("\n")
    (tmp_path / "long.md").write_text("x" * 100_001)
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe")
    given = {"model": "m", "instructions": "x", **wrong}
    with pytest.raises(SettingsError, match=said):
        Options(given, place="assistant", base=tmp_path).parse(ChatOptions)


def test_white_space_that_was_copied_with_a_key_is_left_out():
    given = {"model": "m", "instructions": "x", "api_key": " sk-1\n"}
    assert Options(given, place="assistant", base=None).parse(ChatOptions).key == "sk-1"
