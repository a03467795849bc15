"""One call as a page: one file, which loads nothing from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any

from ..contract.visible import visible
from .sound_peaks import Side, sides
from .story_picture import STYLE, picture

MOST_EVENTS = 100_000
FACTS = [
    *("id", "conversation_id", "correlation_id", "connector", "started", "language", "ani", "dnis"),
    *("seconds", "outcome", "reason", "closed", "caller_audio", "gaps", "paused", "noise", "prompt_audio"),
    "recordings",
]
STAGES = ("recognition", "assistant", "synthesis", "total")
LOOK = """
body { font: 14px/1.5 system-ui, sans-serif; color: #222; margin: 2rem; max-width: 75rem }
.picture { overflow-x: auto; border: 1px solid #ddd } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
td.seconds { text-align: right; font-variant-numeric: tabular-nums }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def story_page(
    record: Mapping[str, Any], events: Iterable[Mapping[str, Any]] = (), wav: bytes = b"", note: str = ""
) -> str:
    """`record`: the call record; `events`: the lines of its event file; `wav`: its recording, the caller left
    and the bot right. Both may be missing: the picture has less in it, and `note` says why. Raises ValueError
    for a WAV file that cannot be read."""
    heard: Sequence[Side] = sides(wav) if wav else ()
    kept = list(islice(events, MOST_EVENTS))
    title = f"Call {_text(record.get('conversation_id') or record.get('id'))}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{title}</title><style>{LOOK}{STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        f'<div class="picture">{picture(record, kept, heard)}</div>',
        *([f"<p>{_text(note)}</p>"] if note else []),
        *_facts(record),
        *_turns(record),
        *_listed("Faults", record.get("faults"), ("at", "source", "hook", "error", "line", "engine")),
        *_listed("Not performed", record.get("not_performed"), ("turn", "type", "problem")),
        *_values("Input variables", record.get("input_variables")),
        *_values("Output variables", record.get("output_variables")),
        *_values("Noted by the assistant", record.get("custom_data")),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _text(value: object) -> str:
    """For the page: nothing in it is markup, and what cannot be seen is shown."""
    if value is None:
        return ""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return escape(visible(shown, lines=True))


def _facts(record: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>What came of it</h2><table>"
    for name in FACTS:
        if record.get(name) not in (None, "", 0.0, []):
            yield f"<tr><th>{name.replace('_', ' ')}</th><td>{_text(record[name])}</td></tr>"
    yield "</table>"


def _turns(record: Mapping[str, Any]) -> Iterator[str]:
    heads = ["", "at", "what", "the caller", "the bot", "interrupted", *STAGES]
    yield "<h2>Turn by turn</h2><table><tr>" + "".join(f"<th>{each}</th>" for each in heads) + "</tr>"
    for turn in _tables(record.get("turns")):
        said, cut, latency = turn.get("said"), turn.get("barge_in"), turn.get("latency")
        spoken = "<br>".join(map(_text, said)) if isinstance(said, list) else ""
        after = f"after {_text(cut.get('heard'))} s" if isinstance(cut, Mapping) else ""
        times = latency if isinstance(latency, Mapping) else {}
        cells = [_text(turn.get(name)) for name in ("number", "at", "kind", "text")]
        yield "<tr>" + "".join(f"<td>{each}</td>" for each in (*cells, spoken, after))
        yield "".join(f'<td class="seconds">{_text(times.get(stage))}</td>' for stage in STAGES) + "</tr>"
    yield "</table>"


def _listed(title: str, value: object, names: Sequence[str]) -> Iterator[str]:
    if not (rows := _tables(value)):
        return
    yield f"<h2>{title}</h2><table><tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_text(row.get(name))}</td>" for name in names) + "</tr>"
    yield "</table>"


def _values(title: str, value: object) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        return
    yield f"<h2>{title}</h2><table>"
    for name, each in value.items():
        yield f"<tr><th>{_text(str(name))}</th><td>{_text(each)}</td></tr>"
    yield "</table>"


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
