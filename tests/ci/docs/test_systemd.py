"""The recipe of a systemd unit: what systemd says of it, and whether its times fit those of the server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from switchhook import ServerSettings
from switchhook.serving.ending import CLOSING, LAST_WORDS
from switchhook.serving.process.sockets import BACKLOG

RECIPES = Path(__file__).parents[3] / "docs/how-to/recipes"
UNIT, SOCKET = RECIPES / "switchhook.service", RECIPES / "switchhook.socket"


def setting(name):
    """What the unit says last."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)[-1]


@pytest.mark.parametrize("workers", [1, 3])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path, workers):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = [tmp_path / UNIT.name, tmp_path / SOCKET.name]
    units[0].write_text(UNIT.read_text().replace("/opt/switchhook/bin/switchhook", "/bin/true"))
    units[1].write_text(socket_for(workers))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    found = [line for line in done.stderr.splitlines() if "switchhook" in line]
    if systemd() < 253:  # as the unit says itself
        found = [line for line in found if not line.endswith("service type, ignoring: notify-reload")]
    assert (done.returncode, found) == (0, [])


def socket_for(workers):
    """As the file says itself."""
    text = SOCKET.read_text()
    return re.sub(r"^#(?=\w+=)", "", text, flags=re.MULTILINE) if workers > 1 else text


def test_the_socket_is_where_the_server_would_listen_once_for_each_worker():
    there = f"ListenStream={ServerSettings().host}:{ServerSettings().port}"
    assert [socket_for(workers).splitlines().count(there) for workers in (1, 3)] == [1, 3]
    assert f"Backlog={BACKLOG}" in SOCKET.read_text().splitlines()


def systemd():
    said = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True).stdout
    return int(said.split()[1])


def test_a_systemd_that_does_not_know_reloading_still_hears_that_the_server_is_ready():
    types = re.findall(r"^Type=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert types == ["notify", "notify-reload"]


def test_the_unit_waits_longer_than_the_server_takes_to_end():
    settings = ServerSettings()
    assert setting("TimeoutStopSec") == "16min"
    assert settings.notice + settings.drain + LAST_WORDS + CLOSING < 16 * 60


def test_the_unit_kills_no_engine_before_the_last_call_has_ended():
    assert setting("KillMode") == "mixed"
