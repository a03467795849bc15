"""Which socket the kernel puts a new connection into: by a program that chooses at random, with weights. The
program remembers nothing from one connection to the next, so it is replaced whenever calls come or go."""

from __future__ import annotations

import ctypes
import errno
import logging
import socket
import struct
import sys
from collections.abc import Sequence
from itertools import accumulate

import anyio

from ..process.sockets import Sockets, by_address, listen
from .balance import Balance

logger = logging.getLogger(__name__)

ATTACH = 51  # SO_ATTACH_REUSEPORT_CBPF, which Python has no name for
STEP = struct.Struct("=HBBI")  # struct sock_filter
LOAD, JUMP_FROM, RETURN = 0x20, 0x35, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JGE|BPF_K, BPF_RET|BPF_K
RANDOM = 0xFFFFF000 + 56  # SKF_AD_OFF + SKF_AD_RANDOM: 32 bits
NONE = 0xFFFFFFFF  # no such socket: then the kernel takes one by its hash
WAITING = struct.Struct("=24xI")  # of struct tcp_info: `tcpi_unacked`, which a socket that listens has for it
PERIOD = 1.0  # seconds

NOT_TOLD = "calls go to the workers as the kernel's hash has it: %s"
NOT_LINUX = "this system cannot be told more"
NOT_KNOWN = "sockets that were handed on stand in an order that is not known"


def program(weights: Sequence[float]) -> bytes:
    """Chooses a socket by its index, in the order in which they began to listen."""
    total = sum(weights)
    if not total:
        return STEP.pack(RETURN, 0, 0, NONE)
    chosen = [at for at, weight in enumerate(weights) if weight]
    ends = [round(end / total * 2**32) for end in accumulate(weights[at] for at in chosen)]
    steps = [(LOAD, 0, 0, RANDOM)]
    for at, end in zip(chosen[:-1], ends, strict=False):
        steps += [(JUMP_FROM, 1, 0, min(end, NONE)), (RETURN, 0, 0, at)]
    steps.append((RETURN, 0, 0, chosen[-1]))
    return b"".join(STEP.pack(*step) for step in steps)


class Slot:
    """Of one worker after the other: its sockets, and what it tells of its calls."""

    def __init__(self, number: int, sockets: Sockets, steering: Steering) -> None:
        self.number, self.sockets, self._steering = number, sockets, steering

    def moved(self, calls: int) -> None:
        """One more, or one fewer."""
        if calls > 0:
            self._steering.balance.came(self.number, anyio.current_time())
        else:
            self._steering.balance.gone(self.number)
        self._steering.change()

    def serves(self, serves: bool) -> None:
        self._steering.balance.serves(self.number, serves)
        self._steering.change()


class Steering:
    """`sockets`: of all, those of an address in the order in which they listen, or will. That is known if
    `in_order`; else the kernel's hash decides, as it does where it cannot be told. `slots`: what each worker
    has of them."""

    def __init__(self, sockets: Sockets, slots: Sequence[Sockets], *, in_order: bool) -> None:
        self.slots = [Slot(number, each, self) for number, each in enumerate(slots)]
        self.balance = Balance(len(slots))
        self.in_order = in_order
        self._groups = [_Group(same, slots) for same in by_address(sockets) if len(same) > 1]
        self._is_on = False
        self._changed = anyio.Event()

    def change(self) -> None:
        """Soon, once for all who say so until then."""
        self._changed.set()

    async def run(self) -> None:
        """Also once a second: the server before this one has replaced the program when it left, or one that
        was to follow and could not start."""
        while True:
            with anyio.move_on_after(PERIOD):
                await self._changed.wait()
            self._changed = anyio.Event()
            if self._is_on:
                try:
                    shares = self._shares()
                    for group in self._groups:
                        group.steer(shares)
                except OSError as error:
                    self._give_up(error)

    def begin(self) -> None:
        """Once a worker serves. Then sockets may listen whose workers do not serve yet: nothing goes there,
        and they listen in order. Where it is in vain, each worker listens when it serves. Raises
        StartError."""
        if not self._groups:
            return
        try:
            self._can_be_told()
            shares = self._shares()
            for group in self._groups:
                group.begin(shares)
        except OSError as error:
            self._give_up(error)
        else:
            self._is_on = True

    def _can_be_told(self) -> None:
        if sys.platform != "linux":
            raise OSError(NOT_LINUX)
        if not self.in_order:
            raise OSError(NOT_KNOWN)

    def _give_up(self, error: OSError) -> None:
        logger.info(NOT_TOLD, error.strerror or error)
        self.in_order = False
        self.stop()

    def _shares(self) -> list[float]:
        waiting = [0.0] * len(self.slots)
        for group in self._groups:
            group.add_waiting(waiting)
        return self.balance.shares(waiting)

    def stop(self) -> None:
        """What goes on with these sockets finds them as if nothing had been."""
        self._is_on = False
        for group in self._groups:
            group.leave()


class _Group:
    """The sockets of one address, among which the kernel chooses."""

    def __init__(self, sockets: Sockets, slots: Sequence[Sockets]) -> None:
        self.sockets = sockets
        self._owners = [[at for at, slot in enumerate(slots) if one in slot] for one in sockets]
        self._counts = [sum(one in slot for one in sockets) for slot in slots]
        self._is_steered = False

    def add_waiting(self, waiting: list[float]) -> None:
        """Connections that nobody has accepted, to those of each slot."""
        for one, owners in zip(self.sockets, self._owners, strict=True):
            (count,) = WAITING.unpack(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, WAITING.size))
            for at in owners:
                waiting[at] += count / len(owners)

    def begin(self, shares: Sequence[float]) -> None:
        """Raises OSError where the kernel does not take it, and StartError where they cannot listen."""
        try:
            self.steer(shares)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            listen(self.sockets[:2])  # one that listened alone is in no group until another joins it
            self.steer(shares)
        listen(self.sockets)

    def steer(self, shares: Sequence[float]) -> None:
        """Raises OSError where the kernel does not take it."""
        self._attach(program([sum(shares[at] / self._counts[at] for at in each) for each in self._owners]))
        self._is_steered = True

    def leave(self) -> None:
        if self._is_steered:
            self._is_steered = False
            self._attach(program([]))

    def _attach(self, steps: bytes) -> None:
        held = ctypes.create_string_buffer(steps, len(steps))
        told = struct.pack("HP", len(steps) // STEP.size, ctypes.addressof(held))  # struct sock_fprog
        self.sockets[0].setsockopt(socket.SOL_SOCKET, ATTACH, told)
