"""What is written of a call full of secrets, and how a server ends."""

import base64
import http.client
import os
import re
import secrets
import signal
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from switchhook_genesys_tools.dial import CallerStep, Keys, Manners

BOT = """
[steps.welcome]
responses = ["Hello ${system_integrations.genesys_audio_connector.user_name}, this is a welcome with the word watermelon in it. Please wait until I have said all of it."]
next = ["last_call"]
[steps.last_call]
phrases = ["information about your last call"]
responses = ["Fine."]
[no_input]
responses = ["Goodbye.", { response_type = "end_session" }]
[fallback]
responses = ["What?"]
"""


@pytest.fixture
def bot(tmp_path, a_server):
    with a_server(
        tmp_path, BOT, 'post_response_timeout = "3s"'
    ) as running:  # the usual seven seconds say no more
        yield running


def test_nothing_a_caller_said_or_keyed_or_brought_is_written(bot, clip):
    steps = (CallerStep(clip("info_last_call"), interrupt=True), CallerStep(Keys("73914682")))
    result = bot.dial(*steps, variables={"user_name": "Rumpelstiltskin", "account": "DE89370400440532013000"})
    record = bot.record_of(result)
    written = bot.log() + "".join(file.read_text() for file in (bot.folder / "records").rglob("*.jsonl"))
    marked = ["Rumpelstiltskin", "DE8937040044", "watermelon", "last call", "73914682", "15550100", "e2e-key"]
    marked.append((bot.folder / "secret").read_text())
    assert [turn["kind"] for turn in record["turns"]][:3] == ["start", "speech", "digits"]
    assert [secret for secret in marked if secret.lower() in written.lower()] == []


def in_a_call(bot, act, *, after=2.0):
    """Dials, does `act` in the middle of the greeting, and gives the result."""
    results = []
    stays = Manners(settled=20.0)  # for the bot's goodbye
    patient = {"variables": {"user_name": "Kim"}, "manners": stays}
    caller = threading.Thread(target=lambda: results.append(bot.dial(**patient)))
    timer = threading.Timer(after, act)
    caller.start()
    timer.start()
    caller.join(timeout=40)
    timer.join()
    return results[0]


def test_ctrl_c_lets_the_prompt_be_heard_and_gives_the_call_back(bot):
    result = in_a_call(bot, lambda: bot.process.send_signal(signal.SIGINT))
    assert (result.ending, result.variables["switchhook_outcome"]) == ("completed", "stopped")
    assert "cut" not in [event.kind for event in result.events]
    assert bot.process.wait(timeout=20) == 0


def test_a_second_ctrl_c_gives_the_call_back_at_once(bot):
    def twice():
        bot.process.send_signal(signal.SIGINT)
        bot.process.send_signal(signal.SIGINT)

    result = in_a_call(bot, twice)
    assert (result.ending, result.variables["switchhook_outcome"]) == ("completed", "stopped")
    assert result.seconds < 8


def test_sigterm_lets_the_call_go_on_to_its_own_end(bot):
    result = in_a_call(bot, lambda: bot.process.send_signal(signal.SIGTERM))
    assert result.ending == "completed"
    assert "switchhook_outcome" not in result.variables
    assert bot.process.wait(timeout=20) == 0


def test_sigterm_is_told_to_balancers_while_calls_are_still_taken(bot):
    def status_of(path):
        asked = http.client.HTTPConnection(bot.url.split("/")[2], timeout=5)
        asked.request("GET", path)
        return asked.getresponse().status

    def end():
        seen.append(status_of("/readyz"))
        bot.process.send_signal(signal.SIGTERM)
        until(lambda: status_of("/readyz") == 503)
        seen.append(status_of("/livez"))
        results.append(in_a_call(bot, lambda: None))

    seen, results = [], []
    in_a_call(bot, end)
    assert seen == [200, 200]
    assert (results[0].ending, "switchhook_outcome" in results[0].variables) == ("completed", False)
    assert bot.process.wait(timeout=20) == 0


# --- SIGHUP


def test_sighup_reads_keys_and_connectors_again_and_the_call_goes_on_to_its_own_end(bot):
    def rotate():
        bot.secret = secrets.token_bytes(32)
        (bot.folder / "secret").write_text(base64.b64encode(bot.secret).decode())
        bot.process.send_signal(signal.SIGHUP)
        until(lambda: "is applied after" in bot.log())

    before = bot.secret
    result = in_a_call(bot, rotate)
    assert (result.ending, "switchhook_outcome" in result.variables) == ("completed", False)
    assert in_a_call(bot, lambda: None).ending == "completed"
    assert "401" in bot.dial(secret=before).detail
    assert bot.process.poll() is None


def test_sighup_with_a_bad_file_changes_nothing_and_says_so(bot):
    def break_it():
        file = bot.folder / "switchhook.toml"
        file.write_text(file.read_text().replace("[connectors.bot]", "[connectors.bot]\nprot = 1"))
        bot.process.send_signal(signal.SIGHUP)
        until(lambda: "is not applied" in bot.log())

    result = in_a_call(bot, break_it)
    assert (result.ending, "switchhook_outcome" in result.variables) == ("completed", False)
    assert "connectors.bot.prot: unknown key" in bot.log()
    assert in_a_call(bot, lambda: None).ending == "completed"


def test_sighup_does_not_hurry_a_server_that_stops(bot):
    def stop_and_hang_up():
        bot.process.send_signal(signal.SIGTERM)
        # of two that wait, Python sees SIGHUP first
        until(lambda: "SIGTERM: not ready any more" in bot.log())
        bot.process.send_signal(signal.SIGHUP)

    result = in_a_call(bot, stop_and_hang_up)
    assert "switchhook_outcome" not in result.variables
    said = "SIGHUP: the server ends, and reads nothing again"
    assert (bot.process.wait(timeout=20), bot.log().count(said)) == (0, 1)


def test_sighup_while_models_are_loaded_ends_nothing_and_is_heard_after_it(tmp_path, a_server):
    def hang_up(process):
        """As soon as Python has begun."""
        until(lambda: is_held_back(process.pid, signal.SIGHUP))
        process.send_signal(signal.SIGHUP)

    with a_server(tmp_path, BOT, at_start=hang_up) as running:
        until(lambda: "is applied after" in running.log())
    assert "SIGHUP" not in running.log().partition("listening on ")[0]


def test_a_configuration_that_cannot_be_read_to_its_end_keeps_no_server_from_ending(bot):
    def hang_up():
        (bot.folder / "switchhook.toml").unlink()
        os.mkfifo(bot.folder / "switchhook.toml")
        bot.process.send_signal(signal.SIGHUP)
        until(lambda: "SIGHUP: reading " in bot.log())
        bot.process.send_signal(signal.SIGTERM)

    result = in_a_call(bot, hang_up)
    assert "switchhook_outcome" not in result.variables
    assert bot.process.wait(timeout=20) == 0


# --- systemd


def test_systemd_is_told_of_the_life_of_a_server(tmp_path, a_server, monkeypatch):
    told = []

    def listen(there):
        while (line := there.recv(4096).decode().partition("\n")[0]) != "over":
            told.append(line)

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(path := str(tmp_path / "notify"))
        listening = threading.Thread(target=listen, args=(there,))
        listening.start()
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with a_server(tmp_path, BOT) as running:
            until(lambda: told.count("WATCHDOG=1") > 2)
            running.process.send_signal(signal.SIGHUP)
            until(lambda: told.count("READY=1") == 2)
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(timeout=20) == 0
        there.connect(path)
        there.send(b"over")
        listening.join()
    assert [line for line in told if line != "WATCHDOG=1"] == [
        "READY=1",
        "RELOADING=1",
        "READY=1",
        "STOPPING=1",
    ]
    assert told[-1] == "WATCHDOG=1"  # also while it ends


def is_held_back(pid, number):
    [mask] = re.findall(r"^SigBlk:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


# --- a disk that hangs


def test_a_disk_that_hangs_keeps_no_call_and_no_server_from_ending(tmp_path, a_server):
    (tmp_path / "records").mkdir()
    for day in (datetime.now(UTC), datetime.now(UTC) + timedelta(days=1)):
        os.mkfifo(tmp_path / "records" / f"calls-{day:%Y-%m-%d}.jsonl")
    with a_server(tmp_path, BOT) as running:
        result = in_a_call(running, lambda: None)
        running.process.send_signal(signal.SIGINT)
        status = running.process.wait(timeout=20)
    assert ("switchhook_outcome" in result.variables, status) == (False, 0)
    spooled = "".join(file.read_text() for file in (tmp_path / "records/spool").glob("*.jsonl"))
    assert '{"ended":{"id":' in spooled  # and waits there for the next start
    assert f'"conversation_id":"{result.conversation_id}"' in spooled


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
