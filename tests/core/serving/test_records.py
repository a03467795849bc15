"""The call record, and the file that refusals go to."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallRecord
from switchhook.contract.records import TurnRecord, utc_now
from switchhook.serving.records.files import MOST_REASONS, REFUSALS_A_MINUTE, RefusalFile
from switchhook.serving.records.line_writer import LineWriter

TODAY = "2026-03-01T12:00:00.000+00:00"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.files.utc_now", lambda: TODAY)


def record(**given):
    return CallRecord(id="leg-1", connector="support", started=TODAY, record_id="r-1", **given)


def refusals(directory):
    return RefusalFile(directory, LineWriter(directory))


def lines(directory):
    return [
        json.loads(line)
        for file in sorted(directory.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


# --- a line


def test_a_record_is_one_line_of_json():
    given = record(turns=[TurnRecord(1, "start", 0.0, said=["hello\nthere"])])
    assert "\n" not in given.line()
    assert json.loads(given.line())["turns"][0]["said"] == ["hello\nthere"]


def test_a_record_says_its_schema_and_kind():
    said = json.loads(record().line())
    assert (said["schema"], said["kind"]) == (1, "call")


def test_a_record_has_all_its_fields():
    assert set(json.loads(record().line())) == {field.name for field in fields(CallRecord)}


@pytest.mark.parametrize("model", [CallRecord, TurnRecord])
def test_each_field_of_a_record_is_explained(model):
    hints = get_type_hints(model, include_extras=True)
    assert [name for name, hint in hints.items() if not hint.__metadata__[0]] == []


def test_two_records_have_different_ids():
    one, other = (CallRecord(id="leg-1", connector="support", started=TODAY) for _ in range(2))
    assert one.record_id != other.record_id


def test_a_value_that_is_no_json_does_not_lose_the_record():
    given = record(output_variables={"when": datetime(2026, 3, 1, tzinfo=UTC)})
    assert json.loads(given.line())["output_variables"] == {"when": "2026-03-01 00:00:00+00:00"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4), st.text())
def test_what_a_record_holds_is_read_back(variables, reason):
    said = json.loads(record(output_variables=variables, reason=reason).line())
    assert (said["output_variables"], said["reason"]) == (variables, reason)


def test_the_time_is_utc(monkeypatch):
    monkeypatch.undo()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", utc_now())


# --- refusals


def test_a_refusal_is_a_short_line_with_what_is_known(tmp_path):
    refusals(tmp_path).refusal("wrong key", {"peer": "10.0.0.1", "path": "/x"})
    assert lines(tmp_path) == [
        {"schema": 1, "kind": "refused", "at": TODAY, "reason": "wrong key", "peer": "10.0.0.1", "path": "/x"}
    ]


def test_details_that_are_no_json_are_spelled(tmp_path):
    refusals(tmp_path).refusal("wrong key", {"peer": b"x"})
    assert lines(tmp_path)[0]["peer"] == "b'x'"


def test_refusals_are_bounded_in_a_minute(tmp_path):
    file = refusals(tmp_path)
    for _ in range(REFUSALS_A_MINUTE + 10):
        file.refusal("wrong key", {})
    assert len(lines(tmp_path)) == REFUSALS_A_MINUTE


def test_the_next_minute_has_room_again(tmp_path, monkeypatch):
    file = refusals(tmp_path)
    for _ in range(REFUSALS_A_MINUTE + 10):
        file.refusal("wrong key", {})
    monkeypatch.setattr("switchhook.serving.records.files.utc_now", lambda: TODAY.replace("12:00", "12:01"))
    file.refusal("too many calls", {})
    assert lines(tmp_path)[-1]["reason"] == "too many calls"


def refuse(file, count, reason="wrong key"):
    for _ in range(count):
        file.refusal(reason, {})


def test_refusals_that_are_left_out_are_counted_by_reason_when_their_minute_is_over(tmp_path, monkeypatch):
    file = refusals(tmp_path)
    refuse(file, REFUSALS_A_MINUTE + 10)
    refuse(file, 1, "too many calls")
    file.count_left_out()
    assert len(lines(tmp_path)) == REFUSALS_A_MINUTE
    later = TODAY.replace("12:00", "12:01")
    monkeypatch.setattr("switchhook.serving.records.files.utc_now", lambda: later)
    for _ in range(2):
        file.count_left_out()
    counted = {"wrong key": 10, "too many calls": 1}
    assert lines(tmp_path)[REFUSALS_A_MINUTE:] == [
        {"schema": 1, "kind": "refused", "at": later, "left_out": counted}
    ]


def test_refusals_that_are_left_out_are_counted_at_the_end_too(tmp_path):
    file = refusals(tmp_path)
    refuse(file, REFUSALS_A_MINUTE + 3)
    file.count_left_out(at_once=True)
    assert lines(tmp_path)[-1]["left_out"] == {"wrong key": 3}


def test_without_a_directory_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refusals(None).refusal("no", {})
    assert list(tmp_path.iterdir()) == []


def test_reasons_of_refusals_that_are_left_out_are_bounded(tmp_path):
    file = refusals(tmp_path)
    refuse(file, REFUSALS_A_MINUTE)
    for number in range(MOST_REASONS + 10):
        refuse(file, 1, f"reason {number}")
    file.count_left_out(at_once=True)
    counted = lines(tmp_path)[-1]["left_out"]
    assert (len(counted), counted["others"]) == (MOST_REASONS + 1, 10)
