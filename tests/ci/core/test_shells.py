"""What zsh and fish themselves make of a line of switchhook when Tab is pressed; bash is tried without a system's help."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = "[connectors.support]\n[connectors.sales]\n"
FISH = 'switchhook completion fish | source; complete -C "$LINE"'
# A line editor in a terminal of its own: Tab, then a key that writes down the line as it stands.
ZSH = r"""
zmodload zsh/zpty
zpty editor zsh -f -i
zpty -w editor 'autoload -U compinit; compinit -u -D; source <(switchhook completion zsh)
write_down() { print -r -- "$BUFFER" > line.new && mv line.new line.txt }; zle -N write_down; bindkey "^X" write_down
print REA""DY'
zpty -r editor out '*READY*'
zpty -w -n editor "$LINE"$'\t\x18'
until [[ -e line.txt ]]; do zpty -r -t editor out; sleep 0.05; done
zpty -d editor
"""


@pytest.fixture
def asked(tmp_path):
    (tmp_path / "switchhook.toml").write_text(CONFIGURATION)

    def ask(shell, script, line):
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not installed")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "HOME": str(tmp_path), "LINE": line}
        command = [shell, "--no-config" if shell == "fish" else "-f", "-c", script]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("switchhook plug", {"plugins"}),
        ("switchhook serve --log-l", {"--log-level"}),
        ("switchhook talk --connector ", {"support", "sales"}),
        ("switchhook nothin", set()),
    ],
)
def test_fish_offers_the_words_that_fit(line, words, asked):
    assert {each.partition("\t")[0] for each in asked("fish", FISH, line).splitlines()} == words


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("switchhook plug", "switchhook plugins"),
        ("switchhook serve --log-l", "switchhook serve --log-level"),
        ("switchhook talk --connector su", "switchhook talk --connector support"),
        ("switchhook nothin", "switchhook nothin"),
    ],
)
def test_zsh_completes_the_line(line, whole, asked, tmp_path):
    asked("zsh", ZSH, line)
    assert (tmp_path / "line.txt").read_text().strip() == whole
