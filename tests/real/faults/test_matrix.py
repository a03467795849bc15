"""The Watson plugins against failing services and networks: the table of docs/faults.md."""

import logging
import re
from pathlib import Path

import pytest

from switchhook_testing_watson import Fault

from . import clock
from .calls import Row, all_placed

NETWORK = ("refused", "reset", "slow", "silent")
STATUSES = (401, 404, 429, 503)
HEADERS = {429: {"Retry-After": "1"}}
HTTP = {
    "reset before the answer": Fault("reset", phase="first"),
    "reset within the answer": Fault("reset", phase="middle"),
    "reset before its end": Fault("reset", phase="end"),
    "silent before the answer": Fault("hang", phase="first"),
    "silent within the answer": Fault("hang", phase="middle"),
    "garbage": Fault("garbage", phase="first"),
    "another content type": Fault("wrong_type", phase="first"),
    "slow bytes": Fault("slow", phase="first", rate=400),
}
SOCKET = {
    "reset before the upgrade": Fault("reset", phase="connect"),
    "silent before the upgrade": Fault("hang", phase="connect"),
    "reset before the first result": Fault("reset", phase="first"),
    "reset within the audio": Fault("reset", phase="middle", after=30_000),
    "silent within the audio": Fault("hang", phase="middle", after=30_000),
    "mute within the audio, pings answered": Fault("mute", phase="middle", after=30_000),
    "reset before the final result": Fault("reset", phase="end"),
    "silent before the final result": Fault("hang", phase="end"),
    "closed within the audio": Fault("close", 1011, phase="middle", after=30_000),
    "error within the audio": Fault("status", phase="middle", after=30_000),
    "garbage": Fault("garbage", phase="middle", after=30_000),
    "another content type": Fault("wrong_type", phase="middle", after=30_000),
}


def rows(backend, named):
    network = [(f"network {name}", name) for name in NETWORK]
    statuses = [
        (f"status {status}", Fault("status", status, phase="connect", headers=HEADERS.get(status, {})))
        for status in STATUSES
    ]
    for name, fault in [*network, *statuses, *named.items()]:
        for lasting in (False, True):
            yield Row(backend, name, fault, lasting)


# of noise instead of speech nobody but the caller can tell
AUDIO = {name: fault for name, fault in HTTP.items() if name != "garbage"}
ROWS = [*rows("assistant", HTTP), *rows("tts", AUDIO), *rows("stt", SOCKET)]


# an answer that cannot be read may have been acted on: the turn is not sent again
WAIT = "the waiting text"
ENDING = {"assistant, garbage, once"}
PAGE = Path(__file__).parents[3] / "docs/faults.md"
TITLES = {
    "assistant": "watsonx Assistant, from the turn after the greeting on",
    "tts": "Text to Speech, from the turn after the greeting on",
    "stt": "Speech to Text, from the beginning of the call on",
}
HEAD = (
    "| fault | once: heard | outcome | longest wait | for good: heard | outcome | longest wait |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


@pytest.fixture(scope="module")
def results():
    logging.disable(logging.WARNING)  # of faults there are many
    try:
        return clock.run(all_placed, ROWS)
    finally:
        logging.disable(logging.NOTSET)


def cells(result, waits):
    reason = f": {result.reason.partition(':')[0]}" if result.reason else ""
    heard = [kind for kind in dict.fromkeys(result.heard) if waits or kind != WAIT]
    waited = f"{result.waited:.1f} s" if waits else ""
    return f"{', '.join(heard) or 'nothing'} | {result.outcome}{reason} | {waited}"


def tables(results, *, waits):
    """As docs/faults.md has them; `waits`: also what differs a little from run to run."""
    for backend, title in TITLES.items():
        yield from ("", f"## {title}", "", *HEAD)
        for name in dict.fromkeys(row.name for row in ROWS if row.backend == backend):
            both = [results[f"{backend}, {name}, {how}"] for how in ("once", "for good")]
            yield f"| {name} | {' | '.join(cells(each, waits) for each in both)} |"


def bare(line):
    """A line of the page without what differs."""
    return re.sub(r"[0-9.]+ s \|", " |", line).replace(f", {WAIT}", "").replace(f"{WAIT}, ", "")


@pytest.mark.parametrize("row", [row for row in ROWS if not row.lasting], ids=lambda row: row.id)
def test_a_call_outlives_what_happens_once(results, row):
    result = results[row.id]
    if row.id in ENDING:
        assert result.outcome == "failed"
    else:
        assert result.outcome == "hung_up"
        assert result.missing == 0


@pytest.mark.parametrize("row", [row for row in ROWS if row.lasting], ids=lambda row: row.id)
def test_what_lasts_is_said_or_covered(results, row):
    result = results[row.id]
    assert result.heard
    assert result.outcome != "failed" or result.heard[-1] == "the failure text"


def test_every_call_has_an_outcome(results):
    assert {result.outcome for result in results.values()} <= {"failed", "hung_up"}


def test_the_page_says_so(results, request):
    if request.config.getoption("--write-faults"):
        intro = PAGE.read_text().split("\n## ")[0]
        PAGE.write_text(intro + "\n".join(tables(results, waits=True)) + "\n")
    written = [bare(line) for line in PAGE.read_text().split("\n") if line.startswith(("## ", "| "))]
    assert written == [line for line in tables(results, waits=False) if line]
