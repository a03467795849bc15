"""How calls are shown, and what is kept of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from .caller import GREETING
from .recorder import MASK, masked_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from switchhook import Codec

    from .caller import Event
    from .plan import CallResult

WORDS = {
    "connected": ("call", "connected"),
    "opened": ("call", "opened"),
    "bot": ("bot", "»"),
    "bot_started": ("bot", "begins to speak"),
    "bot_finished": ("bot", "is silent"),
    "caller_started": ("caller", "says"),
    "caller_finished": ("caller", "is silent"),
    "key": ("caller", "presses"),
    "silent": ("caller", "says nothing"),
    "waits": ("caller", "stays on the line: no answer yet to"),
    "barge_in": ("bot", "was interrupted:"),
    "pause": ("bot", "pauses the caller's audio"),
    "resume": ("bot", "resumes the caller's audio"),
    "cut": ("call", "was cut:"),
    "excess": ("FAULT", ""),
    "violation": ("FAULT", ""),
    "ended": ("call", "ended:"),
}
SAID_ALREADY = ("caller_finished",)  # their text was shown when they began


def line(event: Event, *, show_digits: bool) -> str:
    who, what = WORDS[event.kind]
    text = "" if event.kind in SAID_ALREADY else event.text
    if event.kind == "key" and not show_digits:
        text = MASK
    if event.kind == "caller_started":
        text = f'"{text}"'
    return f"{event.at:8.2f}  {who:<6}  {' '.join(part for part in (what, text) if part)}"


def colour(event: Event) -> Literal["cyan", "red"] | None:
    who, _ = WORDS[event.kind]
    return "red" if who == "FAULT" else "cyan" if event.kind == "bot" else None


def summary(result: CallResult) -> dict[str, Any]:
    """The result for machines, with secret variables masked."""
    return {
        "ending": result.ending,
        "ok": result.ok,
        "detail": result.detail,
        "conversation_id": result.conversation_id,
        "seconds": round(result.seconds, 3),
        "opened_after": _rounded(result.opened_after),
        "latencies": [{"turn": each.turn, "seconds": _rounded(each.seconds)} for each in result.latencies],
        "output_variables": masked_variables(result.variables),
        "excess_messages": {kind: limit.excess for kind, limit in result.limits.items()},
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def closing(result: CallResult) -> Iterator[str]:
    """The end of a report on one call."""
    if result.variables:
        yield "output variables"
        yield from (f"  {name} = {value}" for name, value in sorted(result.variables.items()))
    if result.latencies:
        yield "latencies, from the end of what the caller said to the bot's first audio"
        for each in result.latencies:
            seconds = "no answer" if each.seconds is None else f"{each.seconds:.2f} s"
            yield f"  {seconds:>9}  {each.turn}"
    for kind, limit in result.limits.items():
        if limit.excess:
            allowed = f"{limit.rate:g} a second, {limit.burst} at once"
            yield f"{limit.excess} {kind} messages more than Genesys allows: {allowed}"


def save(result: CallResult, directory: Path, codec: Codec) -> list[Path]:
    """The files that were written: recording, messages and summary."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = [directory / "messages.jsonl", directory / "summary.json"]
    result.messages.write(files[0])
    files[1].write_text(json.dumps(summary(result), indent=2) + "\n", "utf-8")
    if result.caller:
        files.insert(0, directory / "call.wav")
        files[0].write_bytes(result.recording(codec))
    return files


def together(results: Sequence[CallResult]) -> dict[str, Any]:
    """The figures of many calls together."""
    endings: dict[str, int] = {}
    for result in results:
        endings[result.ending] = endings.get(result.ending, 0) + 1
    latencies = [each for result in results for each in result.latencies]
    turns = [each.seconds for each in latencies if each.turn != GREETING]
    return {
        "calls": len(results),
        "ok": sum(result.ok for result in results),
        "endings": endings,
        "opened_after": percentiles([result.opened_after for result in results]),
        "greeting": percentiles([each.seconds for each in latencies if each.turn == GREETING]),
        "turns": percentiles(turns),
        "unanswered_turns": turns.count(None),
        "excess_messages": sum(limit.excess for result in results for limit in result.limits.values()),
    }


def percentiles(values: Sequence[float | None]) -> dict[str, float]:
    """By nearest rank, in seconds."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {}
    ranks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(known[max(0, -int(-rank * len(known) // 1) - 1)], 3) for name, rank in ranks.items()}


def table(figures: dict[str, Any]) -> Iterator[str]:
    endings = ", ".join(f"{count} {ending}" for ending, count in sorted(figures["endings"].items()))
    yield f"{figures['calls']} calls: {endings}"
    for name in ("opened_after", "greeting", "turns"):
        if figures[name]:
            ranks = "  ".join(f"{rank} {value:.3f} s" for rank, value in figures[name].items())
            yield f"  {name.replace('_', ' '):<13} {ranks}"
    if figures["unanswered_turns"]:
        yield f"  {figures['unanswered_turns']} turns without an answer"
    if figures["excess_messages"]:
        yield f"  {figures['excess_messages']} messages more than Genesys allows"
