"""What `load.py` tells: tables in Markdown, and a plot."""

from __future__ import annotations

import os
import platform
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Any

from process import RIVALS, percentile

Figures = dict[str, Any]

GOALS = {"listening": ("bare", 0.6), "talking": ("bare", 2.0), "talking_tls": ("bare_tls", 1.5)}
LIBRARIES = ("websockets", "uvloop", "picows", "pipecat-ai")
COUNTS = ("turns", "whole", "torn", "silent", "stale", "starved", "refused")
DELAYS = {
    "to_assistant": "final in, question out",
    "sound": "voice's first byte in, out",
    "barge_in": "interim in, `barge_in` out",
    "opening": "`open` to `opened`",
    "greeting": "`opened` to first sound",
}
SOON = 1.0  # seconds from an interim to what it has brought about


def conversed(before: Figures, after: Figures) -> Figures:
    """Counts and delays of the time between two looks."""
    was, now = before["callers"], after["callers"]
    delays = {name: now[name][len(was[name]) :] for name in ("sound", "opening", "greeting")}
    old = before["backends"]["to_assistant"]
    delays["to_assistant"] = after["backends"]["to_assistant"][len(old) :]
    delays["barge_in"] = list(_barges(after))
    return {
        **{name: now[name] - was[name] for name in COUNTS},
        "ended": now["calls"] - was["calls"],
        "errors": now["errors"][len(was["errors"]) :],
        "delays": {
            name: [percentile(each, 0.5), percentile(each, 0.99)] for name, each in delays.items() if each
        },
    }


def _barges(after: Figures) -> Iterator[float]:
    """Each `barge_in` that a caller got, since the interim of his that brought it about."""
    interims = after["backends"]["interims"]
    for who, came in after["callers"]["barges"].items():
        told = interims.get(who, [])
        for at in came:
            if (place := bisect_right(told, at)) and at - told[place - 1] < SOON:
                yield at - told[place - 1]


def compared(rounds: Sequence[Mapping[str, Figures]], names: Mapping[str, str]) -> Iterator[str]:
    yield "| server | ms of CPU per call-second | of the bare relay | quartiles | goal | callers |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind, name in names.items():
        base, goal = GOALS.get(kind, ("bare", None))
        base = base if base in names else "bare"
        cost = statistics.median(each[kind]["ms"] for each in rounds)
        callers = statistics.median(each[kind]["callers_ms"] for each in rounds)
        ratios = [each[kind]["ms"] / each[base]["ms"] for each in rounds]
        low, _, high = statistics.quantiles(ratios * 2, n=4, method="inclusive")
        against = "" if base == "bare" else " (TLS)"
        middle = f"{statistics.median(ratios):.2f}{against} | {low:.2f} to {high:.2f}"
        yield f"| {name} | {cost:.3f} | {middle} | {f'≤ {goal}' if goal else ''} | {callers:.3f} |"
    whole = [each for one in rounds for each in one.values()]
    yield f"\nframes that came through: {min(each['frames'] for each in whole):.3f} of those sent, at least"
    yield from _troubles(whole)


def _troubles(found: Sequence[Figures]) -> Iterator[str]:
    talked = [each for each in found if "turns" in each]
    if talked:
        sums = {name: sum(each[name] for each in talked) for name in COUNTS}
        yield ", ".join(f"{name} {many:,}" for name, many in sums.items())
        for error in sorted({error for each in talked for error in each["errors"]})[:5]:
            yield f"error: {error}"


def grown(steps: Sequence[Figures]) -> Iterator[str]:
    yield "| calls | ms of CPU per call-second | of a bare relay | late, p99 | MB | turns | torn, lost |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for step in steps:
        ratio, late = step["ms"] / step["bare_ms"], 1000 * step["late_p99"]
        lost = f"{step['torn']}, {step['silent']}"
        cost = f"{step['ms']:.2f} | {ratio:.2f} | {late:.0f} ms | {step['mb']:.0f}"
        yield f"| {step['calls']} | {cost} | {step['turns']} | {lost} |"
    yield "\n| calls | " + " | ".join(f"{name}, p50 and p99" for name in DELAYS.values()) + " |"
    yield "| --- |" + " --- |" * len(DELAYS)
    for step in steps:
        cells = [_cell(step["delays"].get(name)) for name in DELAYS]
        yield f"| {step['calls']} | " + " | ".join(cells) + " |"
    yield ""
    yield from _troubles(steps)


def _cell(delays: Sequence[float] | None) -> str:
    return " and ".join(f"{1000 * each:.1f}" for each in delays) + " ms" if delays else "none"


def look(found: Figures) -> str:
    shown = {name: found[name] for name in ("tasks", "descriptors", *COUNTS, "ended")}
    return f"{found['at']:.0f} s: {found['mb']:.1f} MB, " + ", ".join(f"{n} {v}" for n, v in shown.items())


def soaked(looks: Sequence[Figures]) -> Iterator[str]:
    """How things stand at the end, and whether memory grew in the second half."""
    late = looks[len(looks) // 2 :]
    if len(late) > 1:
        times, mb = [each["at"] for each in late], [each["mb"] for each in late]
        slope = statistics.linear_regression(times, mb).slope * 3600
        yield f"memory in the second half: {slope:+.1f} MB an hour"
    for name in ("descriptors", "tasks"):
        yield f"{name}: {looks[0][name]} at first, {looks[-1][name]} at last"
    yield f"frames that came through: {looks[-1]['frames']:.5f} of those sent"
    yield f"calls that ended: {looks[-1]['ended']}"
    yield from _troubles(looks[-1:])


# --- The plot

TITLE = "CPU time, lateness and memory against the number of calls"
WIDTH, HEIGHT, LEFT, TOP = 640, 150, 60, 26
PANELS = (
    ("ms", "ms of CPU per call-second", 1.0),
    ("late_p99", "event loop late, p99, ms", 1000.0),
    ("mb", "memory, MB", 1.0),
)


def drawn(steps: Sequence[Figures]) -> str:
    """Three panels above each other, calls from left to right."""
    most, rows = max(each["calls"] for each in steps), []
    for row, (name, title, scale) in enumerate(PANELS):
        values = [each[name] * scale for each in steps]
        top, floor = max(values) or 1.0, row * HEIGHT + HEIGHT - 24
        room = HEIGHT - TOP - 24

        def at(calls: int, value: float, floor: int = floor, top: float = top, room: int = room) -> str:
            across = LEFT + (WIDTH - LEFT - 20) * calls / most
            return f"{across:.1f},{floor - room * value / top:.1f}"

        points = [at(each["calls"], value) for each, value in zip(steps, values, strict=True)]
        rows.append(f'<text x="{LEFT}" y="{row * HEIGHT + 16}">{title}</text>')
        rows.append(f'<path d="M{LEFT},{floor - room}V{floor}H{WIDTH - 20}" class="axis"/>')
        highest = f"{top:,.0f}" if top >= 100 else f"{top:.3g}"
        rows.append(f'<text x="{LEFT - 6}" y="{floor - room + 4}" class="end">{highest}</text>')
        rows.append(f'<polyline points="{" ".join(points)}" class="line"/>')
        for point, each in zip(points, steps, strict=True):
            x, y = point.split(",")
            rows.append(f'<circle cx="{x}" cy="{y}" r="3"/>')
            rows.append(f'<text x="{x}" y="{floor + 14}" class="middle">{each["calls"]}</text>')
    size = f'viewBox="0 0 {WIDTH} {HEIGHT * len(PANELS)}"'
    style = (
        "text{font:12px sans-serif;fill:#444}.end{text-anchor:end}.middle{text-anchor:middle}"
        ".axis{stroke:#999;fill:none}.line{stroke:#0a62a9;stroke-width:2;fill:none}circle{fill:#0a62a9}"
    )
    body = "\n".join(rows)
    top = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n<title>{TITLE}</title>'
    return f"{top}\n<style>{style}</style>\n{body}\n</svg>\n"


# --- The machine


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "load": os.getloadavg()[0],
        **{name: found for name in LIBRARIES if (found := _version(name))},
    }


def machine_line(found: Mapping[str, Any]) -> str:
    libraries = ", ".join(f"{name} {found[name]}" for name in LIBRARIES if name in found)
    where = f"{found['cores']} cores of {found['cpu']}, load {found['load']:.1f} at the end"
    return f"Python {found['python']}, {libraries}; {where}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        found = distributions(name=name, path=[str(RIVALS)])
        return next((each.version for each in found), "")


def _cpu() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "an unknown CPU")
