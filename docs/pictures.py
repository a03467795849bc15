"""The pictures of the pages, as SVG: a call step by step, a flow in Genesys, the house.

They are drawn here and committed: what draws diagrams in a browser would be loaded from elsewhere.
The house is drawn from what `make lint` holds and what the plugins' entry points say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STYLE = """text { font: 13px system-ui, sans-serif; fill: #222; text-anchor: middle }
.small { font-size: 11px; fill: #555 } .left { text-anchor: start }
.box { fill: #eef2f7; stroke: #5b7089 } .own { fill: #fdf3e1; stroke: #b8862d }
.line { stroke: #5b7089; fill: none; marker-end: url(#end) } .dashed { stroke-dasharray: 5 4 }
.life { stroke: #ccd5df }"""
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>{title}</title>
<style>{style}</style>
<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0L8 4L0 8z" fill="#5b7089"/></marker></defs>
<rect width="{width}" height="{height}" fill="white"/>
"""


def picture(title: str, width: int, height: int, parts: Iterable[str]) -> str:
    head = HEAD.format(title=escape(title), width=width, height=height, style=STYLE)
    return head + "".join(f"{part}\n" for part in parts) + "</svg>\n"


def text(x: int, y: int, said: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(said)}</text>'


def box(place: tuple[int, int, int, int], said: str, kind: str = "box") -> str:
    """`place` is left, top, width and height; a line of text for each of `said` stands in the middle."""
    x, y, width, height = place
    lines = said.split("\n")
    top = y + height // 2 + 5 - 8 * (len(lines) - 1)
    words = "".join(text(x + width // 2, top + 16 * n, line) for n, line in enumerate(lines))
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>{words}'


def line(points: Sequence[tuple[int, int]], *, dashed: bool = False) -> str:
    way = "L".join(f"{x} {y}" for x, y in points)
    return f'<path class="line{" dashed" if dashed else ""}" d="M{way}"/>'


WHO = ("Genesys", "transport", "call", "dialogue", "speech", "assistant")
STEPS = (  # from, to, what; `<` before what comes back
    ("GT", "signed upgrade, open"),
    ("TG", "opened, at once"),
    ("TC", "leg"),
    ("CD", "Opened"),
    ("DC", "<SendTurn 1, no text"),
    ("CA", "turn 1"),
    ("AC", '<text "Hello, you reached …"'),
    ("CD", "ActionDue(Say)"),
    ("DC", "<Queue"),
    ("CS", "synthesise"),
    ("CG", "audio, paced"),
    ("GC", "caller's audio, 200 ms frames"),
    ("CS", "feed"),
    ("SC", '<interim "my bal"'),
    ("CD", "Transcript"),
    ("DC", "<Flush"),
    ("CG", "barge_in, own queue dropped"),
    ("SC", '<final "my balance"'),
    ("CA", "turn 2"),
    ("AC", "<text, end_session, variables"),
    ("CG", "audio"),
    ("GC", "playback_completed"),
    ("DC", "<End"),
    ("CG", "disconnect (output variables)"),
)


def call_picture() -> str:
    places = {who[0].upper(): 90 + 180 * n for n, who in enumerate(WHO)}
    height = 70 + 30 * len(STEPS)
    parts = [box((x - 60, 12, 120, 30), who) for x, who in zip(places.values(), WHO, strict=True)]
    parts += [f'<path class="life" d="M{x} 42V{height - 15}"/>' for x in places.values()]
    for n, (way, said) in enumerate(STEPS):
        y, one, other = 76 + 30 * n, places[way[0]], places[way[1]]
        parts.append(line(((one, y), (other, y)), dashed=said.startswith("<")))
        parts.append(text((one + other) // 2, y - 5, said.removeprefix("<"), "small"))
    return picture("One call, step by step", 1080, height, parts)


def flow_picture() -> str:
    parts = [
        box((10, 75, 110, 40), "inbound call"),
        box((180, 70, 150, 50), "Call Audio\nConnector", "own"),
        box((165, 5, 180, 34), "inputs: Call.Ani, …"),
        box((470, 70, 160, 50), "outputs: what did\nthe bot find out?"),
        box((790, 10, 170, 40), "a queue with people"),
        box((790, 75, 170, 40), "the flow goes on"),
        box((790, 140, 170, 40), "disconnect"),
        box((165, 205, 180, 40), "Switchhook", "own"),
        line(((120, 95), (180, 95))),
        line(((255, 39), (255, 70)), dashed=True),
        line(((330, 95), (470, 95))),
        text(425, 110, "success", "small"),
        line(((330, 80), (400, 80), (400, 25), (790, 25)), dashed=True),
        text(590, 19, "failure: errorType, errorMessage", "small"),
        line(((630, 85), (710, 85), (710, 40), (790, 40))),
        text(655, 66, 'transfer = "true"', "small"),
        line(((630, 95), (790, 95))),
        text(742, 109, "intent = billing", "small"),
        line(((630, 108), (690, 108), (690, 160), (790, 160))),
        text(740, 154, "done", "small"),
        line(((245, 120), (245, 205))),
        line(((265, 205), (265, 120))),
        text(275, 167, "the caller's audio, and the bot's", "small left"),
    ]
    return picture("A flow in Genesys Cloud that asks a bot", 970, 260, parts)


FLOOR = {  # of core: what stands there
    "cli": "the commands",
    "testing": "what tests of plugins use",
    "tools": "what is done with recordings",
    "serving": "a server: calls admitted, records kept",
    "virtual": "legs and engines in memory",
    "call": "one call",
    "plugins": "how plugins are found, guarded, asked",
    "contract": "what a plugin's author may read",
    "speakable": "from texts to words",
}
PUBLIC = "all that a plugin imports of switchhook: its public names"
CALL = ("listening", "conversing", "speaking", "record")


def house_picture() -> str:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(each["layers"] for each in contracts if each["id"] == "floors")
    parts, y = [text(290, 22, "core: nothing points up"), text(830, 22, "plugins: a distribution each")], 36
    for floor in floors:
        rooms = floor.split(" | ")
        width, height = 540 // len(rooms), 106 if floor == "call" else 44
        for n, room in enumerate(rooms):
            said = f"{room}\n{FLOOR[room]}" if floor != "call" else ""
            parts.append(box((20 + n * width, y, width - 6, height), said))
        if floor == "call":
            parts.append(text(287, y + 18, f"call: {FLOOR['call']}"))
            parts += [box((32 + n * 130, y + 28, 122, 32), room) for n, room in enumerate(CALL)]
            parts.append(
                box((32, y + 66, 512, 32), "dialogue: who speaks when, without sockets or clock", "own")
            )
        y += height + 8
    parts.append(box((580, 36, 40, y - 44), "", "own"))
    parts.append(f'<g transform="rotate(-90 605 {y // 2 + 14})">{text(605, y // 2 + 14, PUBLIC)}</g>')
    parts += list(_plugins(y))
    return picture("The house: core's floors, and the plugins beside them", 1010, y + 10, parts)


def _plugins(bottom: int) -> Iterable[str]:
    found: dict[str, int] = {}
    for path in ROOT.glob("plugins/*/pyproject.toml"):
        for group in tomllib.loads(path.read_text())["project"].get("entry-points", {}):
            kind = group.removeprefix("switchhook.")
            found[kind] = found.get(kind, 0) + 1
    height = (bottom - 36) // len(found)
    for n, kind in enumerate(sorted(found)):
        y = 36 + n * height
        yield box((680, y, 300, height - 8), KINDS.get(kind, kind))
        yield line(((680, y + height // 2 - 4), (620, y + height // 2 - 4)))


KINDS = {
    "assistant": "assistants",
    "codec": "codecs and readers of sound files",
    "commands": "commands",
    "extension": "listeners, figures, checks",
    "record_sink": "where records go",
    "responses": "handlers of responses",
    "caller": "simulated callers",
    "pytest11": "fixtures and tests for pytest",
    "stt": "speech to text",
    "tts": "text to speech",
    "transport": "transports: the caller's side",
}
