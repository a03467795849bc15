"""One call as SVG: both waveforms, prompts, interruptions, keys, faults, and how long each answer took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ..contract.visible import visible
from .sound_peaks import A_SECOND, Side

LEFT, RIGHT = 90.0, 20.0
CALLER, BOT, NOTES = 130.0, 270.0, 30.0  # middle of each lane, from the top
TALL, HEIGHT = 50.0, 380.0  # half a lane, and all of it
NARROWEST, A_PIXEL = 1000.0, 15.0  # pixels in all, and for a second
LONGEST = 4 * 3600.0  # seconds that are drawn
MOST = 5000  # marks
SHOWN = 60  # characters of a text
STYLE = """
svg text { font: 12px system-ui, sans-serif; fill: #333 } svg .small { font-size: 10px; fill: #666 }
.caller { fill: #2a6f97 } .bot { fill: #b56576 } .prompt { fill: #b56576; opacity: .25 }
.mark { stroke: #d00000; stroke-width: 1.5 } .key { fill: #2b9348 } .fault { fill: #d00000 }
.late { stroke: #f48c06; stroke-width: 6 } .grid { stroke: #ddd }
"""

Table = Mapping[str, Any]


def number(value: object) -> float:
    """What is none counts as 0: records may come from anywhere."""
    return float(value) if isinstance(value, int | float) and 0 <= value < LONGEST else 0.0


def picture(record: Table, events: Sequence[Table], sound: Sequence[Side]) -> str:
    """`sound`: the caller's, then the bot's, where the call was recorded."""
    seconds = max(number(record.get("seconds")), *(len(side.peaks) / A_SECOND for side in sound), 1.0)
    width = max(NARROWEST, LEFT + RIGHT + A_PIXEL * seconds)
    scale = (width - LEFT - RIGHT) / seconds
    parts = [*_frame(seconds, scale, width), *_prompts(events, seconds, scale)]
    for side, middle, kind in zip(sound, (CALLER, BOT), ("caller", "bot"), strict=False):
        parts += _wave(side.peaks, scale, middle, kind)
    parts += [*_turns(record, scale), *_keys(events, scale), *_faults(record, scale)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{HEIGHT:g}">\n'
        f"<title>The call from its answer to its end</title>\n{chr(10).join(parts)}\n</svg>"
    )


def _x(at: object, scale: float) -> float:
    return LEFT + number(at) * scale


def _frame(seconds: float, scale: float, width: float) -> Iterator[str]:
    for name, y in (("caller", CALLER), ("bot", BOT)):
        yield f'<text x="10" y="{y + 4:g}">{name}</text>'
        yield f'<line class="grid" x1="{LEFT:g}" x2="{width - RIGHT:g}" y1="{y:g}" y2="{y:g}"/>'
    for second in range(0, int(seconds) + 1, 5):
        x = _x(second, scale)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="70" y2="342"/>'
        yield f'<text class="small" x="{x:.1f}" y="355" text-anchor="middle">{second} s</text>'


def _wave(peaks: Sequence[float], scale: float, middle: float, kind: str) -> Iterator[str]:
    if not peaks:
        return
    xs = [_x(place / A_SECOND, scale) for place in range(len(peaks))]
    top = [f"{x:.1f},{middle - TALL * peak:.1f}" for x, peak in zip(xs, peaks, strict=True)]
    low = [f"{x:.1f},{middle + TALL * peak:.1f}" for x, peak in zip(xs, peaks, strict=True)]
    yield f'<polygon class="{kind}" points="{" ".join([*top, *reversed(low)])}"/>'


def _prompts(events: Iterable[Table], seconds: float, scale: float) -> Iterator[str]:
    """From when each began to when it was over, or cut off."""
    began: dict[object, float] = {}
    for event in events:
        at, kind, prompt = number(event.get("time")), event.get("type"), str(event.get("prompt"))
        if kind == "PromptStarted" and len(began) < MOST:
            began[prompt] = at
        elif kind == "PromptFinished" and prompt in began:
            yield _prompt(began.pop(prompt), at, scale)
        elif kind == "Effects" and "Flush" in (event.get("names") or ()):
            for begin in began.values():
                yield _prompt(begin, at, scale)
            began.clear()
    for begin in began.values():
        yield _prompt(begin, seconds, scale)


def _prompt(begin: float, end: float, scale: float) -> str:
    x, width = _x(begin, scale), max(1.0, (end - begin) * scale)
    return f'<rect class="prompt" x="{x:.1f}" y="{BOT - TALL:g}" width="{width:.1f}" height="{2 * TALL:g}"/>'


def _turns(record: Table, scale: float) -> Iterator[str]:
    """What was heard, when it was sent; an orange bar for as long as the answer took; interruptions."""
    for row, turn in enumerate(_tables(record.get("turns"))):
        x, latency, cut = _x(turn.get("at"), scale), turn.get("latency"), turn.get("barge_in")
        text = str(turn.get("text") or turn.get("kind") or "")
        y = NOTES + 16 * (row % 3)
        yield f'<text x="{x:.1f}" y="{y:g}">{shown(text)}</text>'
        if total := number(latency.get("total")) if isinstance(latency, Mapping) else 0.0:
            end = x + total * scale
            yield f'<line class="late" x1="{x:.1f}" x2="{end:.1f}" y1="200" y2="200"/>'
            yield f'<text class="small" x="{end + 4:.1f}" y="204">{total:.2f} s</text>'
        if isinstance(cut, Mapping):
            at = _x(cut.get("at"), scale)
            yield f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="75" y2="320"/>'
            yield f'<text x="{at + 4:.1f}" y="82">barge-in</text>'


def _keys(events: Iterable[Table], scale: float) -> Iterator[str]:
    for event in events:
        if event.get("type") == "Digit":
            x = _x(event.get("time"), scale)
            yield f'<circle class="key" cx="{x:.1f}" cy="{CALLER:g}" r="7"><title>a key</title></circle>'


def _faults(record: Table, scale: float) -> Iterator[str]:
    for fault in _tables(record.get("faults")):
        x, said = _x(fault.get("at"), scale), f"{fault.get('source')}: {fault.get('error')}"
        points = f"{x:.1f},318 {x - 6:.1f},330 {x + 6:.1f},330"
        yield f'<polygon class="fault" points="{points}"><title>{shown(said)}</title></polygon>'


def _tables(value: object) -> list[Table]:
    given = value if isinstance(value, list) else []
    return [each for each in given[:MOST] if isinstance(each, Mapping)]


def shown(text: str) -> str:
    """For a picture: short, nothing in it is markup, and what cannot be seen is."""
    return escape(visible(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"))
