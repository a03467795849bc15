"""SIGUSR2: what is installed now is started on the same sockets, and takes the calls that come then."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import anyio
import anyio.abc

from ..process.handed import Handed, command
from ..process.hangups import heard
from ..state.memory import MemoryState
from .bequest import Bequest
from .inherited import Inherited
from .lending import Lender
from .line import Line

logger = logging.getLogger(__name__)

NO_SOCKETS = "SIGUSR2: the transport opens sockets of its own, and cannot hand them over; nothing has changed"


class Successor:
    """`give`: what it is handed, if there is anything. `leave` is called when it takes calls, with its
    process id: then nobody accepts here any more. It asks for what is known here, as a worker of the `lender`
    does."""

    def __init__(
        self, give: Callable[[], Handed], leave: Callable[[int], None], state: Inherited, lender: Lender
    ) -> None:
        self._give, self._leave = give, leave
        self._bequest = Bequest(state.own, lender) if isinstance(state.own, MemoryState) else None

    async def run(self) -> None:
        """Until one that has taken over is gone."""
        async with anyio.create_task_group() as asked:
            with anyio.open_signal_receiver(signal.SIGUSR2) as signals, heard(signal.SIGUSR2):
                async for _ in signals:
                    handed = self._give()
                    if not handed.sockets:
                        logger.error(NO_SOCKETS)
                    elif (process := await self._start(handed, asked)) is not None:
                        logger.info("SIGUSR2: process %d takes the calls that come from now on", process)
                        self._leave(process)
                        break

    async def _start(self, handed: Handed, asked: anyio.abc.TaskGroup) -> int | None:
        """Its process id, when it takes calls."""
        logger.info("SIGUSR2: starting what is installed now, on the same sockets")
        with ExitStack() as ours_no_more, ExitStack() as where_it_fails:
            try:
                ours, theirs = socket.socketpair()
                ours_no_more.callback(theirs.close)
                where_it_fails.callback(ours.close)
                waiting, ready = os.pipe()
                ours_no_more.callback(os.close, ready)
                where_it_fails.callback(os.close, waiting)
                before = None if self._bequest is None else theirs
                given = replace(handed, ready=ready, before=before)
                # a session of its own: what ends this server from a terminal does not end that one
                process = subprocess.Popen(  # noqa: S603, ASYNC220  # it is there at once, and outlives us
                    command(), env=given.environment(), pass_fds=given.descriptors(), start_new_session=True
                )
            except OSError as error:
                logger.error("SIGUSR2: cannot start it, nothing has changed: %s", error)  # noqa: TRY400  # the reason says it all
                return None
            where_it_fails.pop_all()
        if self._bequest is not None:
            asked.start_soon(self._bequest.run, Line(ours))
        else:
            ours.close()
        return process.pid if await _is_ready(waiting, process) else None


async def _is_ready(waiting: int, process: subprocess.Popen[bytes]) -> bool:
    """When it says so, or has ended."""
    try:
        await anyio.wait_readable(waiting)
        is_ready = os.read(waiting, 1) == b"1"
    except BaseException:  # this server was told to end
        process.terminate()
        raise
    finally:
        os.close(waiting)
    if not is_ready:
        status = process.wait()  # it has closed the pipe by its end
        logger.error("SIGUSR2: it ended before it was ready, with status %s; nothing has changed", status)
    return is_ready
