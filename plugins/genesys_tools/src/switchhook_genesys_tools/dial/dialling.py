"""What the command does once it is understood: one call shown live, or many and a summary."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TextIO

import anyio

from switchhook import codec_for, painted, visible

from . import hearing, report
from .client import call
from .plan import Plan
from .turns import Manners
from .voice import LINE, prepare

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncIterator, Callable, Mapping

    from .caller import Event
    from .plan import CallResult, Target


APART = 0.1  # seconds between the calls of --calls


async def dial(target: Target, variables: Mapping[str, str], arguments: Namespace) -> int:
    """The exit status."""
    plan = Plan(
        steps=await prepare(
            arguments.script.items,
            arguments.voice,
            arguments.language or target.language or "en-US",
            lambda text: _say(text, arguments),
        ),
        variables=variables,
        language=arguments.language,
        manners=_manners(arguments.linger),
        timeout=arguments.timeout,
        probe=arguments.probe,
        show_digits=arguments.show_digits,
    )
    results: list[CallResult] = []
    async with _interruptible() as hang_up, anyio.create_task_group() as tasks:
        for number in range(arguments.calls):
            if number:  # calls do not come in step: else all callers would say the same word at once
                await anyio.sleep(APART)
            tasks.start_soon(_place, plan, target, hang_up, results, _screen(arguments))
    if len(results) < arguments.calls:
        _complain("left before the calls had ended")
        return 1
    if arguments.calls > 1:
        return _many(results, arguments)
    status = _one(results[0], arguments)
    if arguments.hear:
        async for text in hearing.report(plan, results[0], target):
            _say(text, arguments)
    return status


def _manners(linger: float | None) -> Manners:
    return Manners() if linger is None else Manners(patience=linger, settled=linger)


async def _place(
    plan: Plan,
    target: Target,
    hang_up: anyio.Event,
    results: list[CallResult],
    observe: Callable[[Event], None],
) -> None:
    results.append(await call(plan, target, observe=observe, hang_up=hang_up))


def _screen(arguments: Namespace) -> Callable[[Event], None]:
    stream = sys.stderr if arguments.json else sys.stdout

    def show(event: Event) -> None:
        text = visible(report.line(event, show_digits=arguments.show_digits))
        print(painted(text, report.colour(event), stream), file=stream, flush=True)

    return show if arguments.calls == 1 else lambda _: None


@asynccontextmanager
async def _interruptible() -> AsyncIterator[anyio.Event]:
    """Ctrl-C hangs up, a second one leaves at once."""
    hang_up = anyio.Event()

    async def listen() -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                if hang_up.is_set():
                    tasks.cancel_scope.cancel()
                hang_up.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        yield hang_up
        tasks.cancel_scope.cancel()


def _one(result: CallResult, arguments: Namespace) -> int:
    for text in report.closing(result):
        _say(text, arguments)
    if result.events:
        files = report.save(result, arguments.output, codec_for(LINE))
        _say("files: " + ", ".join(str(file) for file in files), arguments)
    if arguments.json:
        _print(json.dumps(report.summary(result)), sys.stdout)
    if not result.ok:
        _complain(f"{result.ending}: {result.detail}" if result.detail else result.ending)
    return 0 if result.ok else 1


def _many(results: list[CallResult], arguments: Namespace) -> int:
    codec = codec_for(LINE)
    for number, result in enumerate(results, 1):
        report.save(result, arguments.output / f"call-{number:04}", codec)
    figures = report.together(results)
    for text in report.table(figures):
        _say(text, arguments)
    _say(f"files: {arguments.output}/call-0001 and on", arguments)
    if arguments.json:
        _print(json.dumps(figures), sys.stdout)
    failed = [result for result in results if not result.ok]
    if failed:
        _complain(
            f"{len(failed)} of {len(results)} calls failed, the first: {failed[0].ending}: {failed[0].detail}"
        )
    return 1 if failed else 0


def _say(text: str, arguments: Namespace) -> None:
    _print(text, sys.stderr if arguments.json else sys.stdout)


def _complain(text: str) -> None:
    _print(f"switchhook dial: {text}", sys.stderr)


def _print(text: str, stream: TextIO) -> None:
    print(visible(text), file=stream, flush=True)
