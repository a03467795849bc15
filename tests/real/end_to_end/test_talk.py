"""`switchhook talk`: a bot by typing, through a pipe and in a terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

SWITCHHOOK = Path(sys.executable).parent / "switchhook"
LONGEST = 60  # seconds, on a busy machine
SCRIPT = """
[steps.greeting]
responses = ["Hello ${system_integrations.genesys_audio_connector.who}."]
[steps.menu]
phrases = ["menu"]
set = '${system_integrations.genesys_audio_connector.asked} = "menu"'
[[steps.menu.responses]]
response_type = "option"
title = "Please choose."
options = [{ label = "Hours", value = { input = { text = "hours" } } }]
[steps.hours]
phrases = ["hours"]
responses = ["Nine to five.", { response_type = "user_defined", user_defined = { odd = 1 } }]
[steps.bye]
phrases = ["bye"]
responses = ["Goodbye.", { response_type = "end_session" }]
[no_input]
responses = ["Are you there?"]
"""


@pytest.fixture
def folder(tmp_path):
    made = [SWITCHHOOK, "connector", "new", "bank", "--config", "switchhook.toml"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "bank.toml").write_text(SCRIPT)
    return tmp_path


def talk(folder, typed, *options):
    command = [SWITCHHOOK, "talk", *options]
    done = subprocess.run(command, cwd=folder, input=typed, capture_output=True, text=True, timeout=LONGEST)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_what_is_typed_is_answered_as_in_a_call(folder):
    status, lines, _ = talk(folder, "menu\n/keys 1\nbye\n", "--var", "who=Ada")
    said = [line.removeprefix("bot     ") for line in lines if line.startswith("bot ")]
    assert (status, said) == (
        0,
        ["Hello Ada.", "Please choose. 1. Hours.", "Nine to five.", "Goodbye."],
    )


def test_a_talk_ends_as_the_call_does(folder):
    _, lines, _ = talk(folder, "bye\nnobody hears this\n")
    assert lines[-2:] == ["bot     Goodbye.", "end     completed"]


def test_the_end_of_what_is_typed_hangs_up(folder):
    assert talk(folder, "menu\n")[1][-1] == "end     hung_up"


@pytest.mark.parametrize("source", ["/dev/null", "an empty file", "nothing"])
def test_where_nobody_can_type_the_call_is_hung_up(folder, source):
    (folder / "an empty file").write_text("")
    redirection = "<&-" if source == "nothing" else f"< '{source}'"
    line = f"'{SWITCHHOOK}' talk --var who=Ada {redirection}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "end     hung_up"


@pytest.mark.parametrize("given", ["who", "=Ada", ""])
def test_a_variable_without_name_or_value_is_refused(folder, given):
    status, lines, said = talk(folder, "bye\n", "--var", given)
    assert (status, lines) == (2, [])
    assert "--var: expected NAME=VALUE" in said


def test_variables_are_shown_when_they_change_and_given_back_at_the_end(folder):
    _, lines, _ = talk(folder, "menu\nbye\n", "--var", "who=Ada")
    assert "set     asked = 'menu'" in lines
    assert lines[-2:] == ["output  who = Ada", "output  asked = menu"]


def test_a_response_that_nobody_performs_is_said(folder):
    assert "remark  user_defined not performed: no plugin performs it" in talk(folder, "hours\n")[1]


def test_verbose_says_which_plugin_did_what(folder):
    lines = talk(folder, "bye\n", "-v")[1]
    assert {"turn    speech: bye", "does    responses/end_session: EndCall()"} < set(lines)


def test_json_has_a_line_for_each_thing_that_happened(folder):
    lines = [json.loads(line) for line in talk(folder, "bye\n", "--json")[1]]
    assert [line["who"] for line in lines] == ["turn", "does", "bot", "turn", "does", "bot", "does", "end"]


def test_json_has_actions_with_their_fields_whole(folder):
    lines = [json.loads(line) for line in talk(folder, "bye\n", "--json")[1]]
    actions = [(line["action"], line["fields"].get("text")) for line in lines if line["who"] == "does"]
    said = [line["text"] for line in lines if line["who"] == "bot"]
    assert [(kind, text and text.replace(" .", ".")) for kind, text in actions] == [
        *(("Say", each) for each in said),
        ("EndCall", None),
    ]


def test_a_silence_lasts_until_the_bot_has_noticed(folder):
    config = folder / "switchhook.toml"
    config.write_text(config.read_text().replace("max_silences", "post_response_timeout = 1\nmax_silences"))
    lines = talk(folder, "/silence\nbye\n")[1]
    assert lines[1:3] == ["bot     Are you there?", "bot     Goodbye."]


def test_a_script_that_is_not_there_is_a_wrong_configuration(folder):
    (folder / "bank.toml").unlink()
    status, _, said = talk(folder, "bye\n")
    assert (status, "bank.toml" in said) == (2, True)


def test_a_talk_that_failed_says_what_finds_the_cause(folder):
    config = folder / "switchhook.toml"
    model = 'use = "openai", base_url = "http://127.0.0.1:9/v1", model = "m", instructions = "Be kind."'
    text = config.read_text()
    (line,) = [each for each in text.splitlines() if each.startswith("assistant = ")]
    config.write_text(text.replace(line, f"assistant = {{ {model} }}"))
    status, _, said = talk(folder, "hello\n")
    assert (status, "switchhook check --config switchhook.toml" in said) == (1, True)


def test_without_a_configuration_it_says_which_file_it_looked_for(tmp_path):
    status, _, said = talk(tmp_path, "hello\n")
    assert (status, "switchhook.toml" in said, "--config" in said) == (2, True, True)


def test_a_connector_has_to_be_named_where_there_are_several(folder):
    subprocess.run(
        [SWITCHHOOK, "connector", "new", "shop", "--config", "switchhook.toml"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    status, _, said = talk(folder, "hello\n")
    assert (status, "say --connector NAME; known: bank, shop" in said) == (2, True)


class Terminal:
    def __init__(self, folder):
        self.printed = ""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execv(SWITCHHOOK, ["switchhook", "talk"])

    def until(self, text):
        deadline = time.monotonic() + LONGEST
        while text not in self.printed:
            assert time.monotonic() < deadline, self.printed
            if select.select([self._fd], [], [], 0.1)[0]:
                self.printed += os.read(self._fd, 4096).decode()
        self.printed = self.printed.partition(text)[2]

    def type(self, text):
        os.write(self._fd, text.encode())

    def status(self):
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def test_in_a_terminal_the_talk_begins_anew_when_its_script_changes(folder):
    terminal = Terminal(folder)
    terminal.until("Hello")
    (folder / "bank.toml").write_text(SCRIPT.replace("Hello", "Good day"))
    terminal.until("bank.toml has changed: the talk begins anew")
    terminal.until("Good day")
    (folder / "bank.toml").write_text("[steps")
    terminal.until("not valid TOML")
    (folder / "bank.toml").write_text(SCRIPT)
    terminal.until("Hello")
    terminal.type("bye\n")
    terminal.until("completed")
    assert terminal.status() == 0


PLUGIN = """
from switchhook import Say, hookimpl

@hookimpl
def handle_user_defined(response):
    return Say("Odd it is.")
"""


@pytest.fixture
def plugin(folder):
    """A file that is a plugin."""
    (folder / "plugins").mkdir(mode=0o755)
    with (folder / "switchhook.toml").open("a") as config:
        config.write('\n[plugins]\npath = "plugins"\n')
    file = folder / "plugins/odd.py"
    file.write_text(PLUGIN)
    file.chmod(0o644)
    return file


def test_a_file_in_the_folder_of_plugins_has_a_word_in_it(folder, plugin):
    lines = talk(folder, "hours\nbye\n", "-v")[1]
    assert {"bot     Odd it is.", "does    plugins/odd.py: Say"} <= set(lines)


def test_check_lists_it(folder, plugin):
    done = subprocess.run([SWITCHHOOK, "check"], cwd=folder, capture_output=True, text=True, timeout=LONGEST)
    (line,) = (line for line in done.stdout.splitlines() if "loaded and fitting" in line)
    assert "plugins/odd.py" in line


def test_in_a_terminal_the_talk_begins_anew_when_such_a_file_changes(folder, plugin):
    terminal = Terminal(folder)
    terminal.until("Hello")
    plugin.write_text("def")
    terminal.until("odd.py has changed: the talk begins anew")
    terminal.until("plugins/odd.py (from [plugins] path): importing it failed: SyntaxError")
    plugin.write_text(PLUGIN.replace("Odd", "Even"))
    terminal.until("Hello")
    terminal.type("hours\n")
    terminal.until("Even it is.")
    terminal.type("bye\n")
    terminal.until("completed")
    assert terminal.status() == 0


def test_in_a_terminal_the_talk_begins_anew_when_such_a_file_comes(folder, plugin):
    terminal = Terminal(folder)
    terminal.until("Hello")
    (folder / "plugins/other.py").write_text(PLUGIN)
    (folder / "plugins/other.py").chmod(0o644)
    terminal.until("other.py has changed: the talk begins anew")
    terminal.until("Hello")
    terminal.type("bye\n")
    terminal.until("completed")
    assert terminal.status() == 0
