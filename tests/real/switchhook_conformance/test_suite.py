"""The suite itself: that it finds what is wrong, and says what it did not run."""

import json
import re
import sys
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import serve

from switchhook import SettingsError
from switchhook_conformance import command
from switchhook_conformance.case import Case, all_cases
from switchhook_conformance.profile import EXAMPLE, Profile
from switchhook_conformance.runner import run
from switchhook_conformance.tables import wrong_message
from switchhook_conformance.verdict import Failed
from switchhook_conformance.watch import Watch

from .conftest import side_by_side

PONG = {"version": "2", "id": "x", "type": "pong", "seq": 1, "clientseq": 1, "parameters": {}}
OPENED = PONG | {"type": "opened", "parameters": {"media": [], "startPaused": False}}


def test_every_case_has_a_rule_and_a_source():
    for case in all_cases():
        assert re.fullmatch(r"[A-Z]\d\d", case.id)
        assert len(case.rule) > 10
        assert case.source


def test_every_need_is_a_field_of_the_profile():
    needs = {need for case in all_cases() for need in case.needs if not need.startswith("bot:")}
    assert needs <= set(Profile.model_fields)


def test_a_message_as_the_tables_have_it_is_right():
    assert wrong_message(PONG) == ""
    assert wrong_message(OPENED) == ""


@pytest.mark.parametrize(
    "message",
    [
        [],
        PONG | {"position": "PT0S"},
        PONG | {"parameters": {"a": 1}},
        PONG | {"seq": "1"},
        PONG | {"type": "error"},
        {name: value for name, value in PONG.items() if name != "clientseq"},
        OPENED | {"parameters": {"media": [{"type": "audio"}]}},
        PONG | {"type": "disconnect", "parameters": {"reason": "normal"}},
        PONG | {"type": "disconnect", "parameters": {"reason": "completed", "outputVariables": {"a": 1}}},
        PONG | {"type": "event", "parameters": {"entities": []}},
        PONG | {"type": "event", "parameters": {"entities": [{"type": "barge_in", "data": {"a": 1}}]}},
    ],
)
def test_a_message_that_production_would_refuse_is_wrong(message):
    assert wrong_message(message)


def test_more_messages_than_genesys_takes_are_seen():
    texts = Watch("a session")._texts
    assert all(texts.spend(0.0) for _ in range(26))
    assert not texts.spend(0.0)
    assert texts.spend(1.0)


def a_case(verdict, **more):
    async def run(bench):
        if isinstance(verdict, Exception):
            raise verdict

    return Case("X01", "something holds", "nobody", run, **more)


BARE = Profile(url="ws://127.0.0.1:9/", api_key="key")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("case", "state", "why"),
    [
        (a_case(None), "passed", ""),
        (a_case(Failed("this", "that")), "failed", "expected this, got that"),
        (a_case(ExceptionGroup("", [Failed("this", "that")])), "failed", "expected this, got that"),
        (a_case(ConnectionRefusedError("no")), "failed", "expected a connection, got no"),
        (a_case(None, needs=("second_key",)), "not run", "the profile lacks second_key"),
        (a_case(None, needs=("bot:echo",)), "not run", "the profile lacks bot:echo"),
        (a_case(None, needs=("client",)), "not run", "the profile lacks client"),
        (a_case(None, long=True), "not run", "takes long; say --long"),
    ],
)
async def test_a_case_has_its_verdict(case, state, why):
    [result] = await run([case], BARE, long=False, tell=lambda result: None)
    assert (result.state, result.why) == (state, why)


def main(monkeypatch, *arguments):
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def test_the_command_prints_a_scorecard_and_writes_it(server, tmp_path, monkeypatch, capsys):
    file = tmp_path / "card.json"
    profile = str(server / "profile.toml")
    assert main(monkeypatch, "--profile", profile, "--only", "O01,K04", "--json", str(file)) == 0
    card = json.loads(file.read_text())
    assert card["totals"] == {"passed": 1, "failed": 0, "not run": 1}
    assert "O01  passed" in capsys.readouterr().out


def test_a_server_that_is_not_there_fails(monkeypatch, capsys):
    assert main(monkeypatch, "ws://127.0.0.1:9/", "--api-key", "key", "--only", "O01") == 1
    assert "expected a connection" in capsys.readouterr().out


def test_nothing_run_is_no_success(monkeypatch, capsys):
    assert main(monkeypatch, "ws://127.0.0.1:9/", "--api-key", "key", "--only", "A05") == 2


def test_the_example_profile_is_one(monkeypatch, capsys, tmp_path):
    import tomllib

    from switchhook import Options

    assert main(monkeypatch, "--example-profile") == 0
    assert capsys.readouterr().out == EXAMPLE
    (tmp_path / "client-secret").write_text("c2VjcmV0")
    (tmp_path / "next-secret").write_text("c2VjcmV0")
    lines = [re.sub(r"^# (\w+ = )", r"\1", line) for line in EXAMPLE.splitlines()]
    table = tomllib.loads("\n".join(lines))
    assert Options(table, place="profile", base=tmp_path).parse(Profile).open_key == "lab"


def test_neither_a_server_nor_a_client_is_no_suite(monkeypatch):
    with pytest.raises(SettingsError, match="expected URL, --client COMMAND"):
        main(monkeypatch, "--only", "O01")


IDS = """
A01-A15 O01-O17 P01-P05 E01-E12 K01-K04 S01-S10 D01-D11 B01-B05 T01-T03 R01-R05 X01-X07 C01-C07 L01-L03
M01-M11
"""


def test_no_case_of_the_plan_is_missing():
    planned = set()
    for span in IDS.split():
        first, last = span.split("-")
        planned |= {f"{first[0]}{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1)}
    assert len(planned) == 115
    assert planned - {case.id for case in all_cases()} == set()


# --- A client that does all of it wrong

DEAF = """
import asyncio, json, sys
from websockets.asyncio.client import connect

async def call():
    async with connect(sys.argv[1], compression=None) as socket:
        ids = {"version": "2", "id": "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e", "position": "PT0S", "serverseq": 0}
        media = [{"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}]
        await socket.send(json.dumps(ids | {"type": "open", "seq": 1, "parameters": {"media": media}}))
        await socket.send(json.dumps(ids | {"type": "ping", "seq": 2, "parameters": {}}))
        await asyncio.sleep(20)

asyncio.run(call())
"""


OF_CLIENTS = [case for case in all_cases() if case.kind == "client"]


@pytest.fixture(scope="module")
def deaf(tmp_path_factory):
    """What a client that hears nothing comes to."""
    file = tmp_path_factory.mktemp("deaf") / "deaf.py"
    file.write_text(DEAF)
    profile = Profile(client=f"{sys.executable} {file} {{url}}")
    return side_by_side(*((case, profile) for case in OF_CLIENTS))


@pytest.mark.parametrize("case", OF_CLIENTS, ids=lambda case: case.id)
def test_what_a_deaf_client_does_not_do_is_found(case, deaf):
    assert deaf[case.id].state == "failed"
    assert "a call within" not in deaf[case.id].why


@pytest.mark.anyio
async def test_a_client_that_never_calls_is_said_not_to(monkeypatch):
    monkeypatch.setattr("switchhook_conformance.double.CALLED_WITHIN", 0.2)
    profile = Profile(client=f"{sys.executable} -c pass")
    [result] = await run(
        [case for case in all_cases() if case.id == "M06"], profile, long=False, tell=lambda result: None
    )
    assert result.why == "expected a call within 0.2 s, got none"


# --- A server that does much of it wrong


@asynccontextmanager
async def a_bad_server():
    """Lets everybody in, adds fields, numbers wrongly, acknowledges the wrong ping, forgets to close."""

    async def session(socket):
        sent = 0
        async for text in socket:
            if isinstance(text, bytes):
                continue
            try:
                message = json.loads(text)
            except ValueError:
                continue
            answers = {
                "open": ("opened", {"media": message["parameters"].get("media", []), "codec": "x"}),
                "ping": ("pong", {}),
            }
            if message["type"] in answers:
                kind, parameters = answers[message["type"]]
                sent += 1
                envelope = {"version": "2", "id": message["id"], "type": kind, "seq": sent}
                await socket.send(json.dumps({**envelope, "clientseq": 0, "parameters": parameters}))

    async with serve(session, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"


WRONG = "A03 A04 A06 A08 A10 O01 O02 O05 O06 O16 P01 E01 E05 K01 K05 S07 D03 R03 C01 C04"


@pytest.mark.anyio
@pytest.mark.parametrize("name", WRONG.split())
async def test_what_a_bad_server_does_wrong_is_found(name, monkeypatch):
    monkeypatch.setattr("switchhook_conformance.wire.PATIENCE", 0.2)
    async with a_bad_server() as url:
        profile = Profile(url=url, api_key="key", client_secret="c2VjcmV0")
        cases = [case for case in all_cases() if case.id == name]
        [result] = await run(cases, profile, long=False, tell=lambda result: None)
    assert result.state == "failed"
    assert result.why.startswith("expected ")
