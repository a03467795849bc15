"""That the suite is fair: to servers that die, and to servers that do a thing in another way that is known."""

import argparse
import base64
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager

import anyio
import pytest
from websockets.asyncio.server import serve

from switchhook_conformance import command, pulse
from switchhook_conformance.case import OURS, REFERENCE, Case, all_cases
from switchhook_conformance.profile import Profile
from switchhook_conformance.runner import run
from switchhook_conformance.scorecard import as_json, table
from switchhook_conformance.tables import wrong_message

CASES = {case.id: case for case in all_cases()}
SECRET = base64.b64encode(b"secret").decode()


# --- A server that dies


class Mortal:
    """Answers open, ping and close. `deadly`: what it dies of; `restarts`: seconds until it is back."""

    def __init__(self, deadly, restarts=None):
        self.deadly, self.restarts = deadly, restarts
        self._died = anyio.Event()

    async def run(self, *, task_status):
        server = await serve(self._session, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        task_status.started(f"ws://127.0.0.1:{port}/bot")
        async with server:
            await self._died.wait()
        if self.restarts is not None:
            await anyio.sleep(self.restarts)
            self.deadly = "nothing any more"
            async with serve(self._session, "127.0.0.1", port):
                await anyio.sleep_forever()

    async def _session(self, socket):
        sent = 0
        async for text in socket:
            if text == self.deadly:
                self._died.set()
                socket.transport.abort()
                return
            message = json.loads(text)
            kind = {"open": "opened", "ping": "pong", "close": "closed"}.get(message["type"])
            if kind:
                sent += 1
                envelope = {"version": "2", "id": message["id"], "type": kind, "seq": sent}
                parameters = {"media": message["parameters"]["media"]} if kind == "opened" else {}
                envelope |= {"clientseq": message["seq"], "parameters": parameters}
                await socket.send(json.dumps(envelope))


def a_case(name, text="", **more):
    """Opens a session, says that, and is content."""

    async def content(bench):
        async with bench.connect() as wire:
            await wire.opened()
            if text:
                await wire.send_raw(text)
                await wire.gone(within=3)

    return Case(name, "something holds", "nobody", content, **more)


@asynccontextmanager
async def dying(deadly, **more):
    async with anyio.create_task_group() as group:
        url = await group.start(Mortal(deadly, **more).run)
        yield Profile(url=url, api_key="key")
        group.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(pulse, "BACK_WITHIN", 0.6)
    monkeypatch.setattr(pulse, "AGAIN", 0.05)


FOUR = [a_case("X01"), a_case("X02", "poison"), a_case("X03"), a_case("X04", needs=("second_key",))]


async def tried(cases, profile):
    return await run(cases, profile, long=False, tell=lambda result: None)


@pytest.mark.anyio
async def test_the_case_that_kills_a_server_is_named_and_the_rest_is_not_run():
    async with dying("poison") as profile:
        results = await tried(FOUR, profile)
    assert [result.state for result in results] == ["passed", "failed", "not run", "not run"]
    assert [result.killed for result in results] == [False, True, False, False]
    assert "the next connection was not answered" in results[1].why
    assert results[2].why == "the server has not answered since X02"
    assert results[3].why == "the profile lacks second_key"


@pytest.mark.anyio
async def test_the_scorecards_name_the_case_that_killed_it():
    async with dying("poison") as profile:
        results = await tried(FOUR, profile)
    assert "after X02 the server did not answer: the 1 cases behind it were not run" in table(results)
    card = json.loads(as_json(results, profile.url))
    assert card["killed_by"] == ["X02"]
    assert card["totals"] == {"passed": 1, "failed": 1, "not run": 2}


@pytest.mark.anyio
async def test_a_server_that_is_started_again_is_tried_on():
    async with dying("poison", restarts=0.2) as profile:
        results = await tried(FOUR[:3], profile)
    assert [result.state for result in results] == ["passed", "failed", "passed"]
    assert "after X02 the server did not answer: it answered again later" in table(results)


@pytest.mark.anyio
async def test_nobody_there_from_the_start_is_no_case_that_killed():
    profile = Profile(url="ws://127.0.0.1:9/", api_key="key")
    results = await tried([a_case("X01"), a_case("X02")], profile)
    assert [(result.state, result.killed) for result in results] == [("failed", False), ("not run", False)]
    assert results[1].why == "nobody answers at ws://127.0.0.1:9/"


@pytest.mark.anyio
async def test_a_server_that_lives_is_killed_by_nobody():
    async with dying("nothing") as profile:
        results = await tried([a_case("X01"), a_case("X03")], profile)
    assert json.loads(as_json(results, profile.url))["killed_by"] == []
    assert "did not answer" not in table(results)


@pytest.mark.anyio
async def test_a_server_that_is_told_to_stop_is_not_killed():
    async with dying("poison") as profile:
        stopping = profile.model_copy(update={"drain": "true"})
        [result] = await tried([a_case("L02", "poison", needs=("drain",))], stopping)
    assert (result.state, result.killed) == ("passed", False)


@pytest.mark.anyio
async def test_clients_are_tried_also_when_a_server_is_dead():
    async def content(bench):
        """All is well."""

    async with dying("poison") as profile:
        client = Case("M01", "something holds", "nobody", content, kind="client")
        results = await tried([*FOUR[:2], client], profile)
    assert results[2].state == "passed"


MORTAL = """
import asyncio, json, os
from websockets.asyncio.server import serve

async def session(socket):
    sent = 0
    async for text in socket:
        try:
            message = json.loads(text)
        except ValueError:
            os._exit(1)
        if message["type"] == "open":
            sent += 1
            envelope = {"version": "2", "id": message["id"], "type": "opened", "seq": sent, "clientseq": 1}
            await socket.send(json.dumps(envelope | {"parameters": {"media": message["parameters"]["media"]}}))

async def main():
    async with serve(session, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_the_command_says_which_case_ended_the_process(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with subprocess.Popen([sys.executable, "-c", MORTAL], stdout=subprocess.PIPE, env=os.environ) as server:
        url = f"ws://127.0.0.1:{int(server.stdout.readline())}/"
        card = tmp_path / "card.json"
        asked = [url, "--api-key", "key", "--only", "E05,E07,E09,K01", "--json", str(card)]
        assert command.run(parser.parse_args(asked)) == 1
        server.kill()
    out = capsys.readouterr().out
    assert "E05  failed" in out
    assert "K01  not run    0.00 s" in out
    assert "(the server has not answered since E05)" in out
    assert json.loads(card.read_text())["totals"] == {"passed": 0, "failed": 1, "not run": 3}


# --- A server that does it in the other known way


class Otherwise:
    """As the AudioHook reference implementation where that is not what the suite recommends: it looks at signatures
    after the upgrade, opens without media, counts no message that is malformed, ends the session for an error or a
    close of no form, and knows no `update`. `bad`: whether signatures are."""

    def __init__(self, bad=False):
        self.bad, self.sent, self.read, self.ended = bad, 0, 0, False

    async def session(self, socket):
        self.socket = socket
        async for text in socket:
            if isinstance(text, str):
                await self._take(json.loads(text))

    async def _take(self, message):
        form = message.get("version") == "2" and message.get("position", "").startswith("PT")
        if not form or not isinstance(message.get("parameters"), dict) or message["seq"] != self.read + 1:
            await self._end(message, "error")
            return
        self.read = message["seq"]
        parameters = message["parameters"]
        match message["type"]:
            case "open" if self.bad:
                await self._end(message, "unauthorized")
            case "open":
                await self._send(message, "opened", {"media": parameters["media"][:1], "startPaused": False})
            case "ping":
                await self._send(message, "pong", {})
            case "error" if not isinstance(parameters.get("code"), int):
                await self._end(message, "error")
            case "discarded" | "resumed" if not str(parameters.get("discarded")).startswith("PT"):
                await self._end(message, "error")
            case "close" if parameters["reason"] == "novelty":
                await self._end(message, "error")
            case "close":
                await self._send(message, "closed", {})

    async def _end(self, message, reason):
        if not self.ended:
            self.ended = True
            await self._send(message, "disconnect", {"reason": reason})

    async def _send(self, message, kind, parameters):
        self.sent += 1
        envelope = {
            "version": "2",
            "id": message["id"],
            "type": kind,
            "seq": self.sent,
            "clientseq": self.read,
        }
        await self.socket.send(json.dumps(envelope | {"parameters": parameters}))


async def verdict_of(name, **more):
    async def session(socket):
        await Otherwise(**more).session(socket)

    async with serve(session, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
        [result] = await tried([CASES[name]], Profile(url=url, api_key="key", client_secret=SECRET))
    return result


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["O01", "O05", "O10", "E01", "E04", "E11", "R04", "S07", "S11", "C01"])
async def test_the_other_known_way_is_taken(name):
    result = await verdict_of(name)
    assert (result.state, result.why) == ("passed", "")


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["A03", "A04", "A06", "A07"])
async def test_a_refusal_after_the_upgrade_is_one(name):
    result = await verdict_of(name, bad=True)
    assert (result.state, result.why) == ("passed", "")


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["A01", "A02", "A15"])
async def test_who_is_refused_after_the_upgrade_was_not_let_in(name):
    assert (await verdict_of(name, bad=True)).state == "failed"


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["A03", "A04", "A06", "A08", "A10"])
async def test_who_is_let_in_without_a_look_is_found_out(name):
    assert (await verdict_of(name)).state == "failed"


OPENED = {"version": "2", "id": "x", "type": "opened", "seq": 1, "clientseq": 1}


def test_a_medium_that_was_offered_may_be_copied_with_what_was_in_it_and_nothing_may_be_added():
    offer = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000, "novelty": 1}
    answer = OPENED | {"parameters": {"media": [offer]}}
    assert wrong_message(answer, [offer]) == ""
    assert wrong_message(answer, [{**offer, "novelty": 2}])
    assert wrong_message(OPENED | {"parameters": {"media": [offer, offer]}}, [offer])


@pytest.mark.parametrize("name", ["O05", "E01", "E04", "R04", "C01", "M02", "S11", "A10"])
def test_what_the_reference_implementation_fails_is_our_own_advice(name):
    assert CASES[name].source == OURS


@pytest.mark.parametrize("name", ["D12", "X01", "X04", "C02", "E12"])
def test_what_the_reference_implementation_has_not_is_not_ascribed_to_it(name):
    assert REFERENCE not in CASES[name].source
