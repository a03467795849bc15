"""Pictures of a terminal: what is shown was said by `switchhook talk`, in a folder that was made for it, and
by `switchhook try`, of the demo's bank with a fault in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

TYPED = ("what can you do", "/keys 1", "goodbye")
HEIGHT, TOP = 22, 48
COLUMNS = 100
TRIED = {"$": "#9ece6a", "ok": "#9ece6a", "FAIL": "#f7768e", "EXPECTED": "#f7768e", "GOT": "#f7768e"}
COLOURS = {"$": "#9ece6a", ">": "#e0af68", "bot": "#7dcfff", "end": "#bb9af7"}
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>{title}</title>
<rect width="{width}" height="{height}" rx="8" fill="#1a1b26"/>
<circle cx="20" cy="18" r="6" fill="#f7768e"/><circle cx="40" cy="18" r="6" fill="#e0af68"/>
<circle cx="60" cy="18" r="6" fill="#9ece6a"/>
<g font-family="ui-monospace, monospace" font-size="14" fill="#c0caf5" xml:space="preserve">
{lines}</g></svg>
"""


def talk_picture() -> str:
    shown = list(talked())
    lines = "".join(_line(TOP + HEIGHT * n, *line) for n, line in enumerate(shown))
    width = 40 + int(8.5 * max(len(mark) + 1 + len(said) for mark, said in shown))
    title = "A talk with a bot in a terminal"
    return FRAME.format(title=title, width=width, height=TOP + HEIGHT * len(shown), lines=lines)


def trial_picture() -> str:
    shown = [part for line in tried() for part in _wrapped(line)]
    lines = "".join(_painted(TOP + HEIGHT * n, line) for n, line in enumerate(shown))
    width = 40 + int(8.5 * max(map(len, shown)))
    title = "Scenarios in a terminal: one goes otherwise than expected"
    return FRAME.format(title=title, width=width, height=TOP + HEIGHT * len(shown), lines=lines)


def _wrapped(line: str) -> list[str]:
    """The talk stands to the right of who speaks."""
    inside = " " * (len(line) - len(line.lstrip()) + 10)
    return textwrap.wrap(line, COLUMNS, subsequent_indent=inside, drop_whitespace=False) or [""]


def _painted(y: int, line: str) -> str:
    found = next((colour for begins, colour in TRIED.items() if line.strip().startswith(begins)), None)
    fill = f' fill="{found}"' if found else ""
    return f'<text x="16" y="{y}"{fill}>{escape(line)}</text>\n'


def tried() -> Iterator[str]:
    """What is typed, and what is printed but for the time that it took."""
    demo = Path(__file__).parents[1] / "demo"
    with tempfile.TemporaryDirectory() as folder:
        for file in ("switchhook.toml", "bank.toml"):
            text = (demo / file).read_text("utf-8").replace("from nine to five", "from nine to six")
            (Path(folder) / file).write_text(text, "utf-8")
        (Path(folder) / "scenarios").mkdir()
        scenarios = (demo / "scenarios/bank.toml").read_text("utf-8")
        (Path(folder) / "scenarios/bank.toml").write_text(scenarios, "utf-8")
        typed = ["try", "scenarios", "--only", "caller", "--seed", "1"]
        command = [sys.executable, "-m", "switchhook", *typed]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        yield "$ switchhook try scenarios"
        *lines, end = done.stdout.splitlines()
        yield from lines
        yield end.partition(";")[0]


def _line(y: int, mark: str, said: str) -> str:
    coloured = f'<tspan fill="{COLOURS[mark.strip()]}">{escape(mark)}</tspan>'
    return f'<text x="16" y="{y}">{coloured} {escape(said)}</text>\n'


def talked() -> Iterator[tuple[str, str]]:
    """Each line as its mark and the rest. A line is typed when the bot has spoken."""
    switchhook = (sys.executable, "-m", "switchhook")
    with tempfile.TemporaryDirectory() as folder:
        new = ("connector", "new", "support")
        subprocess.run([*switchhook, *new], cwd=folder, check=True, capture_output=True)
        yield "$", f"switchhook {' '.join(new)}"
        talk = [*switchhook, "talk", "--connector", "support"]
        yield "$", "switchhook talk --connector support"
        pipe = subprocess.PIPE
        with subprocess.Popen(talk, cwd=folder, stdin=pipe, stdout=pipe, text=True) as process:
            waiting = list(TYPED)
            for line in process.stdout or ():
                mark, said = line[:7].strip(), line[8:].rstrip()
                yield mark.ljust(3), said
                if mark == "bot" and waiting:
                    typed = waiting.pop(0)
                    print(typed, file=process.stdin, flush=True)
                    yield ">  ", typed
