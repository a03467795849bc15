"""The page of limits: its figures are read from the code that keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from switchhook.call import engine
from switchhook.call.conversing import performing
from switchhook.call.dialogue import bounds, keypad
from switchhook.call.dialogue.limits import Limits
from switchhook.call.listening import kept_audio, listening
from switchhook.call.record import call_record
from switchhook.contract.settings import PromptsSettings, ServerSettings
from switchhook.plugins import watchdog
from switchhook.serving.log import stream
from switchhook.serving.process import admin, descriptors
from switchhook.serving.records import files, line_writer
from switchhook.serving.state import memory, sure
from switchhook_assistant_watson import answer
from switchhook_audiohook import signature
from switchhook_audiohook.settings import LimitSettings
from switchhook_codecs import decoding
from switchhook_responses import fetching
from switchhook_responses.audio import AudioSettings
from switchhook_transport_genesys import door, leg, send_queue, server
from switchhook_websocket import entrance
from switchhook_websocket.limits import Limits as SocketLimits

HEAD = """# Limits

What comes from outside is bounded in size, number and time. The figures are those of the code; where a
setting is named, it changes the limit, and [Settings](settings.md) says what it may be. What a limit of the
door turns away is counted in the figure `limit_hits`, by its name.
"""

FIXED = "fixed"
DOOR = (LimitSettings, "[transport.limits]")
SERVER = (ServerSettings, "[server]")
AUDIO = (AudioSettings, "[plugins.audio]")
PROMPTS = (PromptsSettings, "[prompts]")


class Row(NamedTuple):
    what: str
    most: str
    beyond: str
    where: str = FIXED


def limits_page() -> str:
    return HEAD + "".join(_section(title, rows) for title, rows in SECTIONS.items())


def _section(title: str, rows: tuple[Row, ...]) -> str:
    lines = (f"| {row.what} | {row.most} | {row.beyond} | {row.where} |\n" for row in rows)
    return f"\n## {title}\n\n| what | limit | beyond it | set by |\n| --- | --- | --- | --- |\n" + "".join(
        lines
    )


def _set_by(where: tuple[type[BaseModel], str], name: str, unit: str, what: str, beyond: str) -> Row:
    """`where`: the settings, and their table."""
    model, table = where
    default = model.model_fields[name].default
    most = "none" if default is None else _figure(default, unit)
    return Row(what, most, beyond, f"`{table} {name}`")


def _figure(value: float, unit: str = "") -> str:
    return f"{value:,g} {unit}".rstrip() if value < 1 or value % 1 else f"{int(value):,} {unit}".rstrip()


def _at_the_door(name: str, unit: str, what: str, beyond: str) -> Row:
    return _set_by(DOOR, name, unit, what, beyond)


def _request() -> Iterator[Row]:
    socket, closed = SocketLimits(), "answered with 431 before anything in it is looked at"
    yield Row("upgrade request, headers and all", _figure(socket.request, "bytes"), closed)
    yield Row("headers of an upgrade request", _figure(socket.headers), closed)
    yield Row(
        "each of the two headers of a signature",
        _figure(signature.MAX_FIELD, "characters"),
        "the request is refused, and not parsed",
    )
    yield Row(
        "nonces of signed requests, in the state `memory` of all workers",
        _figure(memory.KEYS),
        "the oldest is forgotten",
    )
    yield Row(
        "wait for what `[state]` says of a request or a call",
        _figure(sure.PATIENCE, "s"),
        "as `[state] when_lost` says",
    )
    yield Row(
        "refusals that wait for their answer, for half a second each",
        _figure(door.MAX_WAITING),
        "answered at once",
    )


BEFORE_A_CALL = (
    _at_the_door(
        "waiting",
        "",
        "connections that are no WebSocket yet, at most one in "
        f"{entrance.SHARE} of the process's descriptors; counted when they are accepted, before TLS",
        "the oldest that has said nothing goes, or the slowest, or the newcomer: never a live call",
    ),
    _at_the_door(
        "per_host",
        "",
        "of them, those of one address (of a /64 network in IPv6); of a trusted proxy any number",
        "its own oldest that has said nothing goes, or the newcomer",
    ),
    _at_the_door("handshake", "s", "from a connection to its answered request, TLS included", "cut"),
    *_request(),
    Row(
        "file descriptors: raised at the start as far as the system lets",
        f"{descriptors.OF_A_CALL} a call, and {descriptors.BESIDE}",
        "`check` and the start say for how many calls they are enough; without one, the oldest connection "
        "that has said nothing gives its own",
        "`ulimit -Hn`, `LimitNOFILE=` of systemd",
    ),
)

A_CALL = (
    _set_by(
        SERVER,
        "max_calls",
        "",
        "live calls",
        "given back or refused, as `[transport] when_full` says",
    ),
    _set_by(
        SERVER,
        "max_late",
        "s",
        "how late the event loop is, or an engine on this machine behind, on average of some two seconds",
        "likewise",
    ),
    _at_the_door("per_connector", "", "live calls of one connector", "likewise"),
    _at_the_door("per_organization", "", "live calls of one Genesys organization", "likewise"),
    _set_by(
        SERVER,
        "max_call",
        "s",
        "length of a call",
        "the closing text, and it is given back",
    ),
    Row(
        "WebSockets, probes among them",
        f"{server.SOCKETS_A_CALL} times `max_calls`, and {server.MORE_SOCKETS}",
        "the newcomer is cut when it is accepted",
    ),
    _at_the_door(
        "messages", "a second", "messages of a client, twenty times as many at once", "the session ends"
    ),
    _at_the_door("bytes", "a second", "bytes of a client, ten times as many at once", "the session ends"),
    _at_the_door("message", "bytes", "one message, whole or in fragments", "the session ends"),
    _at_the_door("idle", "s", "without any message", "the session ends"),
    Row(
        "unread by the client of what was written",
        _figure(SocketLimits().stalled, "s"),
        "cut, as it does not read",
    ),
    Row(
        "waiting to be written to a client",
        f"{_figure(send_queue.MAX_AUDIO, 'bytes')} of audio, {_figure(send_queue.MAX_TEXT, 'characters')}",
        "the session ends",
    ),
    Row("caller's audio before the call is ready", _figure(leg.MAX_EARLY_AUDIO, "s"), "lost, and said"),
)

THE_CALLER = (
    Row("caller's audio kept for a recognition to open", _figure(kept_audio.KEPT, "s"), "the oldest is lost"),
    Row(
        "recognitions opened because another language or model is wanted",
        f"{listening.AT_ONCE} at once, then one in {_figure(1 / listening.OPENINGS, 's')}",
        "opened a little later, as wanted then; audio is kept meanwhile",
    ),
    Row("one transcript", _figure(bounds.TEXT, "bytes"), "cut"),
    Row("keys of one number", _figure(keypad.MOST), "the number ends"),
    Row("turns that wait for a reply to end", _figure(Limits().pending), "what comes then is dropped"),
    Row(
        "turns in a row without the caller and without a prompt that was heard",
        _figure(Limits().alone),
        "the call has failed, and is given back",
    ),
)

REPLIES = (
    Row("one text to say", _figure(bounds.TEXT, "bytes"), "cut at a word, with a remark"),
    Row("all texts of a reply", _figure(bounds.SAID, "bytes"), "not said, with a remark"),
    Row("responses of a reply", _figure(bounds.RESPONSES), "left out, with a remark"),
    Row("options of a list, and entries of other lists", _figure(bounds.OPTIONS), "the first are taken"),
    Row("actions that come of one response", _figure(performing.ACTIONS), "left out, with a fault"),
    Row("responses that stand for one another", f"{performing.DEEPEST} deep", "left out, with a fault"),
    Row("variables or notes of one action", _figure(bounds.TABLE, "characters and values"), "left out"),
    Row("one handler, for one response", _figure(performing.HANDLER, "s"), "given up, with a fault"),
    Row(
        "a reply without progress",
        _figure(Limits().reply, "s"),
        "given up; the next engine, or the failure text",
    ),
    Row(
        "failures of an engine in a row",
        _figure(engine.FAILURES),
        f"others are asked first for {_figure(engine.REST, 's')}",
    ),
    Row("a plugin that blocks all calls", _figure(watchdog.OFF_AFTER, "s"), "left out of later calls"),
    Row("answer of watsonx Assistant", _figure(answer.BODY, "bytes"), "the turn fails"),
)

SOUND = (
    _set_by(
        AUDIO,
        "max_bytes",
        "bytes",
        "a sound file that is fetched",
        "not played, with a remark",
    ),
    _set_by(AUDIO, "timeout", "s", "until it is there", "not played, with a remark"),
    _set_by(AUDIO, "cache", "bytes", "files that are kept", "the oldest goes"),
    Row("files fetched from one host at once", _figure(fetching.AT_ONE_HOST), "the next one waits"),
    Row("redirects", _figure(fetching.MOST_REDIRECTS), "not played, with a remark"),
    Row("length of a sound file, decoded", _figure(decoding.MAX_SECONDS, "s"), "not played, with a remark"),
    _set_by(PROMPTS, "memory", "MB", "prompts in memory", "the oldest goes"),
    _set_by(PROMPTS, "disk", "MB", "prompts on disk", "the oldest goes; foreign files stay"),
)

KEPT = (
    Row(
        "refusals that have a line in the records",
        f"{files.REFUSALS_A_MINUTE} a minute",
        "counted by reason, in one line with `left_out`",
    ),
    Row(
        "log lines about refusals of one reason",
        f"{_figure(door.LOG_RATE)} a second, {door.LOG_BURST} at once",
        f"counted in a line every {_figure(door.LEFT_OUT, 's')}",
    ),
    Row(
        "log lines about connections that were cut",
        f"one in {_figure(entrance.PERIOD, 's')}",
        "counted in it, by limit",
    ),
    Row(
        "log that waits for whoever reads standard error",
        _figure(stream.MOST, "bytes"),
        "lines are left out, and counted when it is read again; nobody waits for it",
    ),
    Row(
        "lines of records and events that wait for the disk",
        f"{_figure(line_writer.MOST_LINES)}, {_figure(line_writer.MOST_BYTES, 'bytes')}",
        "counted as lost; a record goes to the log; events may take half of it",
    ),
    Row("faults in the record of a call", _figure(call_record.MOST_FAULTS), "left out"),
    Row("actions in the record of a turn", _figure(call_record.MOST_ACTIONS), "left out"),
    Row("a request to the admin port", _figure(admin.PATIENCE, "s"), "cut"),
)

SECTIONS = {
    "Before a call": BEFORE_A_CALL,
    "A call and its connection": A_CALL,
    "What the caller says and keys": THE_CALLER,
    "What an assistant answers": REPLIES,
    "Sound": SOUND,
    "What is kept and logged": KEPT,
}
