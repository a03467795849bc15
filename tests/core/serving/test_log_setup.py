"""Log lines: who they are for, and which call they belong to."""

import json
import logging
from datetime import datetime, timedelta

import pytest

from switchhook.serving.log.setup import call_ids, name_worker, set_up


@pytest.fixture
def lines(capsys):
    """Sets logging up as `serve` does; gives the lines that were written."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()

    def lines(form, level="info"):
        set_up(form, level)
        yield logging.getLogger("switchhook.test")
        yield capsys.readouterr().err.splitlines()

    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def _in_a_call():
    token = call_ids.set(("conversation-1", "correlation-1"))
    yield
    call_ids.reset(token)


def test_a_human_reads_time_level_and_message(lines):
    log = lines("human")
    next(log).info("call to %s started", "support")
    [line] = next(log)
    assert line[2] == line[5] == ":"
    assert line[12:] == " info    call to support started"


@pytest.mark.usefixtures("_in_a_call")
def test_a_line_of_a_call_carries_its_ids(lines):
    log = lines("human")
    next(log).warning("late")
    assert next(log)[0].endswith(" warning late [conversation-1 correlation-1]")


def test_a_machine_reads_json(lines):
    log = lines("json")
    next(log).info("call to %s started", "süd")
    [line] = next(log)
    said = json.loads(line)
    assert datetime.fromisoformat(said.pop("time")).utcoffset() == timedelta(0)
    assert said == {"level": "info", "logger": "switchhook.test", "message": "call to süd started"}


@pytest.mark.usefixtures("_in_a_call")
def test_json_of_a_call_carries_its_ids(lines):
    log = lines("json")
    next(log).info("late")
    said = json.loads(next(log)[0])
    assert (said["conversation_id"], said["correlation_id"]) == ("conversation-1", "correlation-1")


@pytest.mark.usefixtures("_in_a_call")
def test_a_line_of_one_of_several_workers_names_it(lines):
    log = lines("human")
    logger = next(log)
    name_worker(0)
    logger.warning("late")
    assert next(log)[0].endswith(" warning worker 0: late [conversation-1 correlation-1]")


def test_json_of_one_of_several_workers_names_it_and_of_one_process_none(lines):
    log = lines("json")
    logger = next(log)
    logger.info("alone")
    name_worker(2)
    logger.info("with others")
    assert [json.loads(line).get("worker") for line in next(log)] == [None, 2]


def test_an_exception_in_json_stays_in_its_line(lines):
    log = lines("json")
    logger = next(log)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logger.exception("broken")
    [line] = next(log)
    assert "ZeroDivisionError" in json.loads(line)["exception"]


@pytest.mark.parametrize("form", ["human", "json"])
def test_the_text_of_an_exception_is_not_said(lines, form):
    log = lines(form, "debug")
    logger = next(log)
    try:
        try:
            raise ValueError("watermelon")
        except ValueError as error:
            raise ExceptionGroup("watermelon", [KeyError("watermelon")]) from error
    except ExceptionGroup:
        logger.exception("broken")
    said = "\n".join(next(log))
    assert "watermelon" not in said
    assert "ValueError" in said
    assert "KeyError" in said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Task exception was never retrieved\nfuture: <Task KeyError('melon')>",
            "Task exception was never retrieved",
        ),
        ("Exception in callback fail('melon', 1) at x.py:7\nhandle: <Handle>", "Exception in callback fail"),
    ],
)
def test_what_asyncio_quotes_is_not_said(lines, said, kept):
    log = lines("json")
    next(log)
    logging.getLogger("asyncio").error(said)
    assert json.loads(next(log)[0])["message"] == kept


def test_the_level_is_kept(lines):
    log = lines("human", "warning")
    next(log).info("not shown")
    assert next(log) == []


@pytest.mark.parametrize("library", ["websockets.server", "aiohttp.client", "urllib3.connectionpool"])
def test_what_a_library_says_of_what_it_sends_is_not_logged(lines, library):
    log = lines("human", "debug")
    next(log)
    logging.getLogger(library).debug("> TEXT my account is 4111")
    assert next(log) == []
