"""What the how-to pages have their readers type, typed as it stands, in a folder that has what the page speaks of."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HOW_TO = sorted((ROOT / "docs/how-to").glob("*.md"))
BLOCK = re.compile(r"^(<!-- not run: .+ -->\n)?```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPEECH = ROOT / "tests/data/speech"
LONGEST = 120  # seconds that a command may take on a busy machine


def lines(page):
    """What a reader types, without what cannot be run here."""
    text = "".join(block for marked, block in BLOCK.findall(page.read_text()) if not marked)
    return [line for line in text.splitlines() if line.startswith(("switchhook ", "pip ", "make "))]


@pytest.fixture(scope="module")
def environ():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "SWITCHHOOK_SERVER__PORT": str(port)}


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def typed(line, folder, environ, status=0):
    done = subprocess.run(
        ["sh", "-ec", line], cwd=folder, env=environ, capture_output=True, text=True, timeout=LONGEST
    )
    assert done.returncode == status, f"{line}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def served(tmp_path, environ):
    """Runs a line that serves, until the end of the test."""
    servers = []

    def serve(line):
        with (tmp_path / "serve.log").open("w+") as log:
            servers.append(
                subprocess.Popen(
                    ["sh", "-c", f"exec {line}"], cwd=tmp_path, env=environ, stdout=log, stderr=log
                )
            )
        deadline = time.monotonic() + LONGEST
        while "listening on " not in (said := (tmp_path / "serve.log").read_text()):
            assert servers[-1].poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        return said

    yield serve
    for server in servers:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) in (0, 130)


def test_each_page_with_commands_is_typed_here():
    typed = {"barge-in", "from-ibm", "genesys", "operate", "troubleshoot", "watson", "write-a-plugin"}
    assert {page.stem for page in HOW_TO if lines(page)} == typed


def test_a_connector_is_made_and_its_flow_written(tmp_path, environ):
    new, guide = lines(ROOT / "docs/how-to/genesys.md")
    assert "Bot Connector ID" in typed(new, tmp_path, environ)
    assert "wrote flow.mjs" in typed(guide, tmp_path, environ)
    assert (tmp_path / "flow.mjs").read_text()


def test_recordings_are_tried_under_policies(tmp_path, environ):
    typed("switchhook connector new support", tmp_path, environ)
    for name, sound in (("cough", "no"), ("mhm", "hello"), ("stop", "goodbye")):
        shutil.copy(SPEECH / f"human/{sound}.wav", tmp_path / f"{name}.wav")
    first, second = lines(ROOT / "docs/how-to/barge-in.md")
    printed = typed(first, tmp_path, environ)
    assert re.findall(r"^(\w+\.wav)", printed, re.MULTILINE) == ["cough.wav", "mhm.wav", "stop.wav"]
    assert "{ words = 2 }" in typed(second, tmp_path, environ)


def test_a_recorded_call_goes_again(tmp_path, environ, served):
    typed("switchhook connector new support", tmp_path, environ)
    config = tmp_path / "switchhook.toml"
    shown = '[connectors.support]\nevents = true\nunmask = ["transcripts", "digits"]\n'
    config.write_text(config.read_text().replace("[connectors.support]\n", shown))
    served("switchhook serve")
    typed("switchhook dial --connector support --dtmf 1", tmp_path, environ)
    (events,) = (tmp_path / "records").glob("events-*.jsonl")
    events.rename(tmp_path / "records/events-e160e428.jsonl")
    listing, showing, first, second = lines(ROOT / "docs/how-to/operate.md")
    assert "; the same effects as recorded" in typed(first, tmp_path, environ)
    assert "1 start" in typed(second, tmp_path, environ)
    [call] = typed(listing, tmp_path, environ).splitlines()
    shown = typed(re.sub(r"[0-9a-f-]{36}", call.split()[1], showing), tmp_path, environ)
    assert "call to support began" in " ".join(shown.split())


def test_dashboard_and_rules_are_copied(tmp_path, environ):
    page = (ROOT / "docs/how-to/operate.md").read_text()
    [copying] = re.findall(r"^cp .*$", page, re.MULTILINE)
    typed(copying, tmp_path, environ)
    assert {"dashboard.json", "alerts.yml"} <= {each.name for each in tmp_path.iterdir()}


def test_watsons_services_are_emulated(tmp_path, environ, served):
    typed("switchhook connector new bank", tmp_path, environ)
    (emulate,) = lines(ROOT / "docs/how-to/watson.md")
    assert "variables for IBM's SDK are in ibm-credentials.env" in served(emulate)
    assert "ASSISTANT_URL=" in (tmp_path / "ibm-credentials.env").read_text()


@pytest.fixture
def author(tmp_path, environ):
    """Somebody with an environment of their own, in which is what the tests' environment has. What builds a plugin
    comes from the index."""
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", env], check=True)
    (site,) = env.glob("lib/python*/site-packages")
    (site / "tests.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for name, module in (("switchhook", "switchhook"), ("pytest", "pytest"), ("mypy", "mypy")):
        script = env / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {env}/bin/python -m {module} "$@"\n')
        script.chmod(0o755)
    return {**environ, "PATH": f"{env / 'bin'}:{environ['PATH']}"}


def test_a_plugin_is_written_from_an_idea_to_a_distribution(tmp_path, author):
    page = ROOT / "docs/how-to/write-a-plugin.md"
    make, look, new, work, hear, update = blocks(page, "sh")
    script, table = blocks(page, "toml")
    (idea,) = blocks(page, "python")
    folder = tmp_path / "author"
    folder.mkdir()
    typed(make, folder, author)
    (folder / "support.toml").write_text(script)
    with (folder / "switchhook.toml").open("a") as config:
        config.write(f"\n{table}")
    (folder / "plugins").mkdir(mode=0o755)
    (folder / "plugins/spell.py").write_text(idea)
    shown = typed(look, folder, author)
    assert re.search(r"^plugins/spell.py +\[plugins\] path +handle_user_defined$", shown, re.MULTILINE)
    assert "bot     A, B, 1, 2" in shown
    assert "plugins/spell.py: Say" in shown
    assert "pip install -e '.[test]'" in typed(new, folder, author)
    shown = typed(work, folder, author)
    assert " passed" in shown
    assert "Success: no issues found" in shown
    shown = typed(hear, folder / "spelling", author)
    assert re.search(
        r"^responses/spelling +switchhook-spelling +0.1.0 +handle_user_defined$", shown, re.MULTILINE
    )
    assert "bot     A, B, 1, 2" in shown
    assert "is as it would be written now" in typed(update, folder / "spelling", author)


def test_three_commands_find_what_is_wrong(tmp_path, environ, served):
    typed("switchhook connector new support", tmp_path, environ)
    check, plugins, dial = lines(ROOT / "docs/how-to/troubleshoot.md")
    assert "nothing stands in the way of a call" in typed(check, tmp_path, environ)
    assert "transport/genesys" in typed(plugins, tmp_path, environ)
    served("switchhook serve")
    assert "on this machine makes of what was sent" in typed(dial, tmp_path, environ)


def test_who_comes_from_ibm_finds_the_same_four_values(tmp_path, environ):
    new, guide = lines(ROOT / "docs/how-to/from-ibm.md")
    four = ["API key", "Client secret", "Genesys audio connect URI", "Bot Connector ID"]
    told = typed(new, tmp_path, environ).splitlines()[:4]
    assert all(line.startswith(name) for line, name in zip(told, four, strict=True))
    assert "Base Connection URI" in typed(guide, tmp_path, environ)
