"""A picture of a terminal: what is shown was said by `switchhook talk`, in a folder that was made for it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape

TYPED = ("what can you do", "/keys 1", "goodbye")
HEIGHT, TOP = 22, 48
COLOURS = {"$": "#9ece6a", ">": "#e0af68", "bot": "#7dcfff", "end": "#bb9af7"}
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>A talk with a bot in a terminal</title>
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
    return FRAME.format(width=width, height=TOP + HEIGHT * len(shown), lines=lines)


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
