"""The first call of the README and that of the tutorial, placed as the pages say: line by line, from wheels, with a
server in a terminal of its own. Switchhook comes from wheels that `make wheels` makes in a copy of this checkout, and
what it needs from the environment that runs the tests.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
README, TUTORIAL = ROOT / "README.md", ROOT / "docs/tutorial.md"
OURS = ("switchhook", "_editable_impl_switchhook", "__editable__")
LONGEST = 120  # seconds that a command may take on a busy machine


def blocks(page, heading, language="sh"):
    """The examples of a section."""
    section = page.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def lines(page, *headings):
    """What a reader types."""
    text = "".join(block for heading in headings for block in blocks(page, heading))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


class Reader:
    """Types lines in a folder. One that serves has a terminal of its own, and the next is typed when it listens."""

    def __init__(self, folder, environ):
        self.folder, self.environ = folder, environ
        self.printed, self.statuses = {}, {}
        self._servers = []

    def type(self, line):
        if line.startswith("switchhook serve"):
            self._serve(line)
            return
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=os.environ if line.startswith("make") else self.environ,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        self.printed[line], self.statuses[line] = done.stdout, done.returncode
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}{self._log()}"

    def _serve(self, line):
        with (self.folder / "serve.log").open("w") as log:
            server = subprocess.Popen(
                ["sh", "-c", f"exec {line}"], cwd=self.folder, env=self.environ, stderr=log
            )
        self._servers.append((line, server))
        deadline = time.monotonic() + LONGEST
        while "listening on " not in self._log():
            assert server.poll() is None, self._log()
            assert time.monotonic() < deadline, self._log()
            time.sleep(0.1)

    def _log(self):
        file = self.folder / "serve.log"
        return file.read_text() if file.exists() else ""

    def stop(self):
        """Ctrl-C in the other terminal."""
        for line, server in self._servers:
            server.send_signal(signal.SIGINT)
            self.statuses[line] = server.wait(timeout=30)

    @property
    def call(self):
        """What `dial` printed."""
        return next(text for line, text in self.printed.items() if line.startswith("switchhook dial"))

    @property
    def said(self):
        return re.findall(r"^ *[\d.]+  bot     » (.*)$", self.call, re.MULTILINE)

    @property
    def record(self):
        (file,) = (self.folder / "records").glob("calls-*.jsonl")
        (line,) = file.read_text().splitlines()
        return json.loads(line)

    @property
    def summary(self):
        return json.loads((self.folder / "dial-output/summary.json").read_text())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """A new virtual environment, and no index."""
    folder = tmp_path_factory.mktemp("reader")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    (folder / "needed").mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(OURS) and entry.suffix != ".pth":
            (folder / "needed" / entry.name).symlink_to(entry)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SWITCHHOOK_", "PIP_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {
        **inherited,
        "PATH": f"{folder / 'env/bin'}:/usr/bin:/bin",
        "PYTHONPATH": str(folder / "needed"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }


@contextmanager
def reading(folder, environ, typed):
    # the port that the configuration names may be taken where tests run
    reader = Reader(folder, {**environ, "SWITCHHOOK_SERVER__PORT": str(free_port())})
    try:
        for line in typed:
            reader.type(line)
    finally:
        reader.stop()
    yield reader


@pytest.fixture(scope="module")
def readme(tmp_path_factory, environ):
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("core", "plugins", "docs", "release"):
        shutil.copytree(ROOT / name, checkout / name)
    pages = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
    for name in ("Makefile", "LICENSE", "constraints.txt", *pages):
        shutil.copy(ROOT / name, checkout)
    with reading(checkout, environ, lines(README, "A bot of your own")) as reader:
        yield reader


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory, environ, readme):
    """In the environment that was made for the README: its own is made of the same line."""
    folder, (script,) = (
        tmp_path_factory.mktemp("tutorial"),
        blocks(TUTORIAL, "3. Say something of your own", "toml"),
    )

    def typed():
        yield from lines(TUTORIAL, "2. Make a connector")
        (folder / "support.toml").write_text(script)
        yield from lines(TUTORIAL, "3. Say something of your own")
        yield from lines(TUTORIAL, "4. Look before you leap", "5. Answer and call")

    with reading(folder, environ, typed()) as reader:
        yield reader


@pytest.fixture(scope="module")
def plugin(tutorial):
    """The reader of the tutorial has written the plugin. What builds it comes from the tests' environment."""
    shutil.copytree(ROOT / "docs/example_plugins/acme_weather", tutorial.folder / "acme_weather")
    offline = {**tutorial.environ, "PIP_NO_BUILD_ISOLATION": "false"}  # which is how pip spells: no isolation
    reader = Reader(tutorial.folder, offline)
    (talk,) = (line for line in lines(TUTORIAL, "3. Say something of your own") if "switchhook talk" in line)
    for line in (*lines(TUTORIAL, "6. A plugin"), talk):
        reader.type(line)
    return reader


def test_the_readme_has_the_commands_of_a_first_call():
    assert [line.split()[:2] for line in lines(README, "A bot of your own")] == [
        ["make", "wheels"],
        ["pip", "install"],
        ["switchhook", "connector"],
        ["switchhook", "serve"],
        ["switchhook", "dial"],
    ]


def test_each_command_of_the_readme_ends_well(readme):
    assert readme.statuses == dict.fromkeys(lines(README, "A bot of your own"), 0)


def test_the_bot_of_the_readme_says_what_it_can_do_and_takes_the_key(readme):
    assert readme.said == [
        "Hello, this is the automatic assistant. How can I help you?",
        "Please choose. 1. Opening hours. 2. Speak to an agent.",
        "We are open from nine to five, Monday to Friday. Is there anything else?",
    ]


def test_the_caller_of_the_readme_hangs_up_when_all_is_said(readme):
    assert "ended: hung up: all was said" in readme.call
    assert (readme.record["outcome"], readme.summary["ending"]) == ("hung_up", "hung_up")


def test_the_call_of_the_readme_takes_less_than_half_a_minute(readme):
    assert readme.summary["seconds"] < 30


def test_the_server_heard_a_question_and_a_key(readme):
    assert [turn["kind"] for turn in readme.record["turns"]] == ["start", "speech", "digits"]


def test_the_tutorial_installs_what_the_readme_installs():
    (install,) = (line for line in lines(TUTORIAL, "1. Install") if line.startswith("pip "))
    _, same, *_ = lines(README, "A bot of your own")
    assert install.replace("CHECKOUT/", "") == same.partition("  #")[0]


def test_each_command_of_the_tutorial_ends_well(tutorial):
    assert set(tutorial.statuses.values()) == {0}
    assert {line.split()[1] for line in tutorial.statuses} == {
        "connector",
        "'what",  # … are your opening hours …' | switchhook talk
        "check",
        "serve",
        "dial",
    }


def test_what_is_typed_in_the_tutorial_is_answered_as_in_its_call(tutorial):
    (typed,) = (text for line, text in tutorial.printed.items() if "switchhook talk" in line)
    said = [line.removeprefix("bot     ") for line in typed.splitlines() if line.startswith("bot ")]
    assert said == tutorial.said


def test_the_bot_of_the_tutorial_says_what_its_reader_wrote(tutorial):
    assert tutorial.said == ["Hello Kim, how can I help?", "From nine to five.", "Thank you for calling."]


def test_the_call_of_the_tutorial_brings_its_variable(tutorial):
    assert "ended: completed" in tutorial.call
    assert tutorial.summary["output_variables"]["topic"] == "hours"


def test_the_plugin_of_the_tutorial_is_installed_and_has_a_word_in_it(plugin):
    listed = next(text for line, text in plugin.printed.items() if line == "switchhook plugins")
    assert re.search(r"^responses/weather +acme-weather +1\.0 +handle_user_defined$", listed, re.MULTILINE)
    assert any("It will stay dry." in text for text in plugin.printed.values())


def test_the_record_of_the_tutorial_says_that_the_weather_was_not_performed(tutorial):
    (missing,) = tutorial.record["not_performed"]
    assert missing["type"] == "user_defined"
