"""What a server was handed when it was started: sockets, by systemd, by the server before it, or by the
supervisor whose worker it is."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from ...contract.errors import StartError
from ...contract.settings import Settings

VARIABLE = "SWITCHHOOK_HANDED"
SYSTEMD = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
FIRST = 3  # descriptor of those that systemd hands
NOTIFYING = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@dataclass(frozen=True, slots=True)
class Handed:
    """`line`: to the supervisor, whose worker number `slot` of `workers` this is. `ready`: a descriptor where
    the server before waits for a byte, and then takes no more calls. `before`: a line to that server, which
    knows of its calls. `in_order`: those sockets that have one address stand in the order in which they began
    to listen."""

    sockets: Sequence[socket.socket] = ()
    admin: socket.socket | None = None
    line: socket.socket | None = None
    ready: int | None = None
    before: socket.socket | None = None
    slot: int = 0
    workers: int = 1
    in_order: bool = False

    def environment(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Of a process to which this is handed. A worker tells systemd nothing."""
        table: dict[str, object] = {"slot": self.slot, "workers": self.workers, "ready": self.ready}
        table["in_order"] = self.in_order
        table["sockets"] = [each.fileno() for each in self.sockets]
        table["admin"] = None if self.admin is None else self.admin.fileno()
        table["line"] = None if self.line is None else self.line.fileno()
        table["before"] = None if self.before is None else self.before.fileno()
        left_out = {*SYSTEMD, "WATCHDOG_PID"} if self.line is None else {*SYSTEMD, *NOTIFYING}
        given = {name: value for name, value in environ.items() if name not in left_out}
        return {**given, VARIABLE: json.dumps(table)}

    def share(self, settings: Settings) -> Settings:
        """Those of one worker: the supervisor has the admin port."""
        return settings.model_copy(update={"admin": None})

    def descriptors(self) -> list[int]:
        return [each.fileno() for each in self._all()] + ([] if self.ready is None else [self.ready])

    def tell_ready(self) -> None:
        """Once. That the server before is gone already is no matter."""
        if self.ready is not None:
            try:
                os.write(self.ready, b"1")
            except BrokenPipeError:
                pass
            finally:
                os.close(self.ready)

    def _all(self) -> Iterator[socket.socket]:
        yield from self.sockets
        yield from (each for each in (self.admin, self.line, self.before) if each is not None)


def take(environ: MutableMapping[str, str] = os.environ) -> Handed:
    """Out of the environment: what this process starts inherits nothing of it. Raises StartError."""
    text = environ.pop(VARIABLE, "")
    systemd = {name: environ.pop(name, "") for name in SYSTEMD}
    try:
        return _of_ours(json.loads(text)) if text else _of_systemd(systemd)
    except (ValueError, KeyError, TypeError, OSError) as error:
        what = VARIABLE if text else "LISTEN_FDS"
        raise StartError(f"the sockets that {what} names are not there: {error}; start without it") from None


def _of_ours(table: dict[str, object]) -> Handed:
    descriptors = table["sockets"]
    if not isinstance(descriptors, list):
        raise TypeError("expected a list of sockets")
    ready = table["ready"]
    if isinstance(ready, int):
        os.set_inheritable(ready, False)
    return Handed(
        sockets=[_socket(each) for each in descriptors],
        admin=None if table["admin"] is None else _socket(table["admin"]),
        line=None if table["line"] is None else _socket(table["line"]),
        ready=ready if isinstance(ready, int) else None,
        before=None
        if table.get("before") is None
        else _socket(table["before"]),  # another version may have none
        slot=int(str(table["slot"])),
        workers=int(str(table["workers"])),
        in_order=table.get("in_order") is True,
    )


def _of_systemd(said: Mapping[str, str]) -> Handed:
    """See sd_listen_fds(3). One that is named `admin` is for `[admin]`, the others are for calls. Those of
    one unit have one name, and stand in the order of its file, in which they are opened."""
    if not said["LISTEN_FDS"] or said["LISTEN_PID"] != str(os.getpid()):
        return Handed()
    names = said["LISTEN_FDNAMES"].split(":")
    admin, others, of = None, [], set()
    for at in range(int(said["LISTEN_FDS"])):
        found = _socket(FIRST + at)
        if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise ValueError(f"descriptor {FIRST + at} does not listen for connections")
        if names[at : at + 1] == ["admin"]:
            admin = found
        else:
            others.append(found)
            of.update(names[at : at + 1])
    return Handed(sockets=others, admin=admin, in_order=len(of) == 1)


def _socket(descriptor: object) -> socket.socket:
    if not isinstance(descriptor, int) or not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise ValueError(f"descriptor {descriptor} is no socket")
    os.set_inheritable(descriptor, False)
    found = socket.socket(fileno=descriptor)
    found.setblocking(False)
    return found


def command() -> list[str]:
    """What started this process, to start what is installed now in the same way."""
    program = sys.argv[0]
    if os.access(program, os.X_OK) and not program.endswith(".py"):
        return [program, *sys.argv[1:]]
    return [sys.executable, *sys.orig_argv[1:]]
