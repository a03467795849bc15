"""The spool: what another version, another user or a broken disk has left there keeps nothing else."""

import json
import logging

import pytest

from switchhook.serving.records import seldom, spool_log
from switchhook.serving.records.seldom import Seldom
from switchhook.serving.records.spool_log import abandoned

from .spools import call, kill, records, spool_in, taken_over


def left_with(tmp_path, *lines):
    """A log of a process that was killed, with these lines among its own."""
    spool = spool_in(tmp_path)
    spool.grew(call("live", turns=2))
    path = spool.log.path(1)
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in lines)
    spool.end(call("ended"))
    kill(spool)
    return taken_over(tmp_path)


ODD = [
    b'{"growing":{"record_id":"odd"},"turns":[{}]}',
    b'{"growing":{"record_id":"odd"},"turns":[7,null,{"number":"one"}]}',
    b'{"growing":{"record_id":"odd"},"turns":[{"number":1}]}',
    b'{"ended":7}',
    b'{"ended":null}',
    b'{"has":"sink","segment":"one","offset":0}',
    b"[]",
    b"\0" * 50,
    b"\xff\xfe",
]


@pytest.mark.parametrize("line", ODD)
def test_a_line_of_an_odd_form_costs_no_other(tmp_path, line):
    found = {each["record_id"]: each["outcome"] for each in records(left_with(tmp_path, line))}
    assert found.pop("odd", "interrupted") == "interrupted"
    assert found == {"live": "interrupted", "ended": ""}


def test_a_call_of_an_odd_form_keeps_the_turns_that_it_has(tmp_path):
    line = {"growing": {"record_id": "odd"}, "turns": [{"number": 2}, {}, {"number": 1}]}
    [odd] = [
        each for each in records(left_with(tmp_path, json.dumps(line).encode())) if each["record_id"] == "odd"
    ]
    assert odd["turns"] == [{"number": 1}, {"number": 2}]


def test_a_log_that_may_not_be_taken_over_keeps_no_other(tmp_path, monkeypatch):
    spools = [spool_in(tmp_path), spool_in(tmp_path)]
    names = sorted(spool.log.name for spool in spools)
    for spool in spools:
        kill(spool)
    claim = spool_log._claim

    def refused(path):
        if path.stem == names[0]:
            raise PermissionError(13, "Permission denied")
        return claim(path)

    monkeypatch.setattr(spool_log, "_claim", refused)
    told = []
    [log] = abandoned(tmp_path, lambda name, error: told.append((name, error.strerror)))
    assert log.name == names[1]
    assert told == [(names[0], "Permission denied")]
    log.release()


# --- saying so


def test_the_same_is_said_once_in_a_while(caplog, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(seldom.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    said = Seldom()
    for _ in range(3):
        said.error("cannot clear %s", "a")
        said.error("cannot clear %s", "b")
        now[0] += 5
    assert caplog.messages == ["cannot clear a", "cannot clear b"]
    now[0] += seldom.AGAIN
    said.error("cannot clear %s", "a")
    assert caplog.messages[2:] == ["cannot clear a"]
    assert {each.levelno for each in caplog.records} == {logging.ERROR}
