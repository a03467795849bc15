"""The Dockerfile: its own steps, run in a plain folder, make a server that answers calls as a container would."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from switchhook import ServerSettings
from switchhook.contract.settings import AdminSettings
from switchhook.serving.ending import CLOSING, LAST_WORDS

from .dockerfile import Image, instructions

ROOT = Path(__file__).parents[3]
DOCKERFILE = ROOT / "Dockerfile"
PAGE = ROOT / "docs/how-to/restart.md"
CONFIGURATION = "/etc/switchhook/switchhook.toml"
LONGEST = 120  # seconds that a step may take on a busy machine


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Made as the user who runs the tests: the image's own needs an engine."""
    swapped = {"10001": str(os.getuid()), "9090": free_port(), "8443": free_port()}
    folder = tmp_path_factory.mktemp("image")
    yield Image(folder / "root", ROOT, swapped).build()
    shutil.rmtree(folder)  # half a gigabyte


def run(image, *command):
    done = subprocess.run(
        [image.here(each) for each in command],
        cwd=image.here(image.workdir),
        env=environ(image),
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environ(image):
    """As `docker run --env` adds to it: a port that is free here."""
    return {**image.environ(), "SWITCHHOOK_SERVER__PORT": image.swapped["8443"]}


def healthy(image):
    """Also where the environment names a proxy, which would know nothing of the container's own ports."""
    env = {**environ(image), "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(image.command("HEALTHCHECK"), env=env, capture_output=True, timeout=30)
    return done.returncode == 0


def ready(image):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{image.swapped['8443']}/readyz", timeout=10) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="module")
def container(image):
    """Runs, with a configuration that the image itself has made, until it is stopped as an engine stops it."""
    folder = Path(image.here("/etc/switchhook"))
    folder.mkdir()
    (new,) = re.findall(r"(switchhook connector new .*?)$", PAGE.read_text(), re.MULTILINE)
    run(image, *new.split())
    (change,) = re.findall(r"^sudo (sed .*) config/switchhook.toml$", PAGE.read_text(), re.MULTILINE)
    subprocess.run(["sh", "-ec", f"{image.here(change)} {folder / 'switchhook.toml'}"], check=True)
    with (image.root / "log").open("w") as log:
        server = subprocess.Popen(
            image.command("CMD"), cwd=image.here(image.workdir), env=environ(image), stderr=log
        )
    try:
        deadline = time.monotonic() + LONGEST
        while not healthy(image):
            assert server.poll() is None, (image.root / "log").read_text()
            assert time.monotonic() < deadline, (image.root / "log").read_text()
        yield server
    finally:
        server.kill()
        server.wait()


def test_every_step_of_the_image_runs_in_a_plain_folder(image):
    said = [text for name, text in instructions(DOCKERFILE.read_text()) if name == "RUN"]
    assert image.ran == said
    assert len(said) >= 2


def test_only_what_is_copied_reaches_the_image(image):
    assert not Path(image.here("/checkout")).exists()
    assert Path(image.here("/opt/switchhook/bin/switchhook")).exists()


def test_the_image_lets_in_no_configuration_and_no_secret(tmp_path):
    """What lies in the root of a checkout and is not named stays outside."""
    (tmp_path / "Dockerfile").write_text("FROM python:3\nWORKDIR /checkout\nCOPY . .\n")
    (tmp_path / ".dockerignore").write_text((ROOT / ".dockerignore").read_text())
    for name in ("switchhook.toml", "secrets", "records", "Makefile"):
        (tmp_path / name).write_text("")
    (tmp_path / "core/__pycache__").mkdir(parents=True)
    (tmp_path / "core/there").write_text("")
    made = Image(tmp_path / "root", tmp_path, {}).build()
    inside = {
        str(each.relative_to(made.here("/checkout"))) for each in Path(made.here("/checkout")).rglob("*")
    }
    assert inside == {"Makefile", "core", "core/there"}


def test_the_container_is_healthy_ready_and_takes_a_call(image, container):
    assert ready(image) == 200
    dial = ("switchhook", "dial", "--connector", "support", "--config", CONFIGURATION)
    configured = set(Path(image.here("/etc/switchhook")).rglob("*"))
    said = run(image, *dial, "--dtmf", "1")
    assert "ended: hung up: all was said" in said
    deadline, there = time.monotonic() + 10, Path(image.here("/var/lib/switchhook/records"))
    while not (found := [file for file in there.glob("calls-*.jsonl") if file.read_text()]):
        assert time.monotonic() < deadline
    (records,) = found
    assert json.loads(records.read_text())["outcome"] == "hung_up"
    assert set(Path(image.here("/etc/switchhook")).rglob("*")) == configured  # it is mounted read-only


def test_a_container_that_is_told_to_stop_ends_its_call_first(image, container):
    dial = [image.here(each) for each in ("/opt/switchhook/bin/switchhook", "dial", "--connector", "support")]
    full = [*dial, "--config", image.here(CONFIGURATION), "--dtmf", "1"]
    with subprocess.Popen(
        full, cwd=image.root, env=environ(image), stdout=subprocess.PIPE, text=True
    ) as call:
        while "bot " not in (line := call.stdout.readline()):
            assert line, "the call has ended"
        container.send_signal(getattr(signal, image.settings["STOPSIGNAL"]))
        deadline = time.monotonic() + 10
        while ready(image) == 200:
            assert time.monotonic() < deadline
        assert healthy(image)  # or it would be killed for draining
        assert "ended: hung up: all was said" in call.communicate(timeout=LONGEST)[0]
    assert container.wait(timeout=60) == 0


def test_nobody_is_root_in_the_image(image):
    user, _, group = image.settings["USER"].partition(":")
    assert user == group
    assert int(user) > 0  # a number, which whoever runs it can see is not root's


def test_the_image_publishes_the_port_of_the_server_and_asks_that_of_its_admin(image):
    assert image.settings["EXPOSE"] == str(ServerSettings().port)
    assert f":{AdminSettings().port}/livez" in image.settings["HEALTHCHECK"]


def test_a_server_is_given_longer_to_load_its_models_than_to_answer(image):
    assert (image.settings["start-period"], image.settings["retries"]) == ("5m", "3")


def test_the_page_waits_longer_than_the_server_takes_to_end():
    settings, text = ServerSettings(), PAGE.read_text()
    waits = [
        int(each) for each in re.findall(r"(?:--stop-timeout |terminationGracePeriodSeconds: )(\d+)", text)
    ]
    waits += [60 * int(each) for each in re.findall(r"stop_grace_period: (\d+)m", text)]
    assert len(waits) >= 2
    assert settings.notice + settings.drain + LAST_WORDS + CLOSING < min(waits)


def test_the_page_mounts_what_the_image_reads_and_writes(image):
    mounted = set(re.findall(r"--volume \S+?:(/[\w/]+)", PAGE.read_text()))
    command = json.loads(image.settings["CMD"])
    assert mounted == {str(Path(command[-1]).parent), image.workdir}
