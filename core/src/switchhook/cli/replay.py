"""Run a recorded call's events through the dialogue again, and show who spoke when.

A connector with `events = true` records them beside the call records. What its `unmask` does not name is
hidden in them, and the dialogue goes the same way all the same. Exit status: 0 when it does, 1 when not.

With --config and --connector the recorded caller calls the bot as it is today: assistant and handlers are
asked, speech engines are not, and what is different is shown. That needs a recording in which nothing is
hidden. It takes no time if the assistant needs no network; if it does, say --real-time.

With --scenario it is printed as a scenario file, for `switchhook try`: what the caller did, and what the bot
said then. What is hidden in the recording stays so, with a comment. A folder is all of its recordings.

example:
  switchhook replay records/events-2026-11-30-3d460f71.jsonl
  switchhook replay records --scenario > scenarios/recorded.toml
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import CONFIG, add_config_beside_connector

if TYPE_CHECKING:
    from ..call.record.replay import RecordedStep, Replay

GROUP = "look into calls"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="events-….jsonl")
    parser.add_argument("--connector", metavar="NAME", help="the bot of today")
    add_config_beside_connector(parser)
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="an input variable")
    parser.add_argument("--real-time", action="store_true", help="for assistants that are on a network")
    parser.add_argument(
        "--scenario", action="store_true", help="print it as a scenario file; FILE may be a folder"
    )


def run(arguments: argparse.Namespace) -> int:
    from ..call.record.replay import replay
    from ..contract.errors import SettingsError

    if not arguments.file.exists():
        how = "a connector with events = true records its calls, beside the call records"
        raise SettingsError(f"there is no {arguments.file}; {how}")
    if arguments.scenario:
        return _scenarios(arguments.file)
    again = replay(arguments.file)
    if arguments.config and not arguments.connector:
        raise SettingsError("expected --connector NAME with --config FILE")
    if arguments.connector:
        return _today(arguments, again)
    for line in timeline(again):
        print(line)
    return 1 if again.differences else 0


def _scenarios(path: Path) -> int:
    from ..call.record.replay import replay
    from ..contract.errors import SettingsError
    from ..tools.replay_scenario import scenario_of

    files = sorted(path.glob("events-*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise SettingsError(f"{path}: expected files named events-….jsonl, there is none")
    recorded = {file.stem: replay(file) for file in files}
    connectors = {each.connector for each in recorded.values()}
    if len(connectors) > 1:
        told = ", ".join(sorted(connectors))
        raise SettingsError(f"{path}: expected calls of one connector in a folder, got those of {told}")
    print(f'connector = "{connectors.pop()}"')
    for name, each in recorded.items():
        print(f"\n{scenario_of(each, name)}", end="")
    return 0


def _today(arguments: argparse.Namespace, recorded: Replay) -> int:
    from functools import partial

    import anyio

    from ..contract.visible import visible
    from ..serving.config.configuration import load_settings
    from ..serving.generations.app import App
    from ..tools.replay_caller import difference, replay_caller
    from ..virtual.clock import virtual_time

    config = arguments.config or CONFIG
    app = App(load_settings(config), config.parent.absolute())
    variables = dict(text.partition("=")[::2] for text in arguments.var)
    call = partial(replay_caller, app, arguments.connector, recorded, variables)
    now = anyio.run(call, **({} if arguments.real_time else virtual_time()))
    for line in timeline(now):
        print(line)
    for line in (different := difference(recorded, now)):
        print(visible(line))
    print("otherwise than recorded" if different else "as recorded")
    return 1 if different else 0


def timeline(again: Replay) -> Iterator[str]:
    from ..contract.visible import visible

    for step in again.steps:
        for who, what in (*_caller(step), *_bot(step)):
            yield f"{step.at:9.2f}  {who:9} {visible(what)}"
        if step.differs:
            now = ", ".join(type(each).__name__ for each in step.effects) or "nothing"
            then = ", ".join(step.recorded or ()) or "nothing"
            yield f"{step.at:9.2f}  DIFFERS   after {type(step.event).__name__}: {now}; then it was {then}"
    turns, differences = len(again.turns), len(again.differences)
    yield f"{turns} turns, {again.outcome or 'no end'}; " + (
        f"{differences} differences" if differences else "the same effects as recorded"
    )


def _caller(step: RecordedStep) -> Iterator[tuple[str, str]]:
    from ..call.dialogue.events import NotPerformed, Stopping
    from ..contract.leg import Closed, Digit, Paused, Resumed
    from ..contract.speech import Transcript

    match step.event:
        case Transcript(text=text, final=True) if text:
            yield "caller", text
        case Digit(key=key):
            yield "caller", f"presses {key}"
        case NotPerformed(response_type=kind, problem=problem):
            yield "bot", f"{kind} not performed: {problem}"
        case Stopping():
            yield "server", "stops"
        case Paused():
            yield "line", "pauses"
        case Resumed():
            yield "line", "goes on"
        case Closed(reason=reason):
            yield "line", reason


def _bot(step: RecordedStep) -> Iterator[tuple[str, str]]:
    from ..call.dialogue.events import End, Flush, Queue, SendTurn
    from ..contract.actions import Say

    for effect in step.effects:
        match effect:
            case SendTurn(turn=turn):
                yield "turn", f"{turn.number} {turn.kind}" + (f": {turn.text}" if turn.text else "")
            case Queue(content=Say(text=text)):
                yield "bot", text
            case Queue():
                yield "bot", "plays a file"
            case Flush():
                yield "bot", "is interrupted"
            case End(outcome=outcome, reason=reason):
                yield "end", f"{outcome}: {reason}" if reason else outcome
