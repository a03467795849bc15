"""Draws a call as SVG: both waveforms, prompts, barge-in, keys, latencies."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from switchhook import Codec
from switchhook_genesys_tools.dial import CallResult

WIDTH, LEFT, RIGHT = 1200.0, 90.0, 20.0
CALLER, BOT, NOTES = 130.0, 270.0, 30.0  # middle of each lane, from the top
TALL = 50.0  # half a lane
HEIGHT = 380.0
RATE = 8000
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 } .small { font-size: 10px; fill: #666 }
.caller { fill: #2a6f97 } .bot { fill: #b56576 } .mark { stroke: #d00000; stroke-width: 1.5 }
.key { fill: #2b9348 } .late { stroke: #f48c06; stroke-width: 6 } .grid { stroke: #ddd }
"""


def draw(result: CallResult, record: dict[str, Any], codec: Codec) -> str:
    """`record` is the server's: it says what was heard and how long each stage took."""
    scale = (WIDTH - LEFT - RIGHT) / max(result.seconds, 1.0)
    parts = [
        *_frame(result.seconds, scale),
        *_wave(_loudness(b"".join(result.caller), codec), result.origin, scale, CALLER, "caller"),
    ]
    for segment in result.bot:
        parts += _wave(_loudness(bytes(segment.audio), codec), segment.at, scale, BOT, "bot")
    parts += [*_events(result, scale), *_latencies(result, scale), *_heard(record, result, scale)]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'font-family="sans-serif"><style>{STYLE}</style>\n'
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="white"/>\n{body}\n</svg>\n'
    )


def _x(at: float, scale: float) -> float:
    return LEFT + at * scale


def _frame(seconds: float, scale: float) -> Iterator[str]:
    for name, y in (("caller", CALLER), ("bot", BOT)):
        yield f'<text x="10" y="{y + 4:g}">{name}</text>'
        yield f'<line class="grid" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:g}" y2="{y:g}"/>'
    for second in range(0, int(seconds) + 1, 5):
        x = _x(second, scale)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="70" y2="342"/>'
        yield f'<text class="small" x="{x:.1f}" y="355" text-anchor="middle">{second} s</text>'


def _loudness(wire: bytes, codec: Codec) -> list[float]:
    """The peak of each 50 ms, 0 to 1."""
    samples = array("h", codec.decode(wire))
    step = RATE // 20
    return [max(map(abs, samples[i : i + step]), default=0) / 32768 for i in range(0, len(samples), step)]


def _wave(peaks: Sequence[float], at: float, scale: float, middle: float, kind: str) -> Iterator[str]:
    if not peaks:
        return
    top = [f"{_x(at + i / 20, scale):.1f},{middle - TALL * peak:.1f}" for i, peak in enumerate(peaks)]
    low = [f"{_x(at + i / 20, scale):.1f},{middle + TALL * peak:.1f}" for i, peak in enumerate(peaks)]
    yield f'<polygon class="{kind}" points="{" ".join([*top, *reversed(low)])}"/>'


def _events(result: CallResult, scale: float) -> Iterator[str]:
    row = 0
    for event in result.events:
        x = _x(event.at, scale)
        if event.kind == "barge_in":
            yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="75" y2="320"/>'
            yield f'<text x="{x + 4:.1f}" y="82">barge-in</text>'
        elif event.kind == "key":
            yield f'<circle class="key" cx="{x:.1f}" cy="{CALLER:g}" r="7"/>'
            yield f'<text class="small" x="{x + 10:.1f}" y="{CALLER - 10:g}">key</text>'
        elif event.kind == "bot":
            text, row = event.text if len(event.text) < 70 else event.text[:68] + "…", row + 1
            y = BOT + TALL + 4 + 13 * (row % 2)
            yield f'<text class="small" x="{x:.1f}" y="{y:g}">{escape(text)}</text>'


def _latencies(result: CallResult, scale: float) -> Iterator[str]:
    """An orange bar from the end of the caller's words to the bot's first sound."""
    begins = [event.at for event in result.events if event.kind == "bot_started" and event.text]
    for begin, latency in zip(begins, result.latencies, strict=False):
        if latency.seconds is not None and latency.seconds > 0:
            start, end = _x(begin - latency.seconds, scale), _x(begin, scale)
            yield f'<line class="late" x1="{start:.1f}" x2="{end:.1f}" y1="200" y2="200"/>'
            yield f'<text class="small" x="{end + 4:.1f}" y="204">{latency.seconds:.2f} s</text>'


def _heard(record: dict[str, Any], result: CallResult, scale: float) -> Iterator[str]:
    opened = next((event.at for event in result.events if event.kind == "opened"), 0.0)
    for row, turn in enumerate(turn for turn in record["turns"] if turn["kind"] == "speech"):
        x = _x(opened + turn["at"], scale)
        y = NOTES + 16 * (row % 3)
        yield f'<text x="{x:.1f}" y="{y:g}" text-anchor="middle">{escape(turn["text"])}</text>'
    end = f"{record['outcome']} after {record['seconds']:.1f} s"
    yield f'<text class="small" x="10" y="374">{escape(end)}</text>'
