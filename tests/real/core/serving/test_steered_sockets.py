"""Several workers' sockets, among which a supervisor tells the kernel to choose."""

import errno
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, asynccontextmanager, contextmanager

import anyio
import pytest

from switchhook.serving.process.sockets import are_in_order, bind, deal, enough, listen
from switchhook.serving.workers import steering
from switchhook.serving.workers.steering import Steering

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="no other system can be told"),
]
HERE = "127.0.0.1"


@contextmanager
def bound(slots, host=HERE):
    with ExitStack() as stack:
        made = bind(host, 0, slots)
        for one in (each for slot in made for each in slot):
            stack.enter_context(one)
        yield made


@asynccontextmanager
async def steered(slots, sockets=None, *, in_order=True):
    """Begun when the first serves."""
    made = Steering(sockets or [each for slot in slots for each in slot], slots, in_order=in_order)
    async with anyio.create_task_group() as group:
        group.start_soon(made.run)
        listen(slots[0])
        made.slots[0].serves(True)
        made.begin()
        yield made
        group.cancel_scope.cancel()


async def told():
    """What the supervisor knows."""
    await anyio.sleep(0.01)


def waiting(one):
    """How many. They are accepted."""
    if not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return 0
    count = 0
    while True:
        try:
            one.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def come(slots, calls, at=0):
    """To one of the addresses. How many of them each slot got."""
    with ExitStack() as stack:
        for _ in range(calls):
            stack.enter_context(socket.create_connection(slots[0][at].getsockname()[:2], timeout=5))
        return [sum(map(waiting, slot)) for slot in slots]


async def test_a_slot_whose_worker_does_not_serve_listens_and_gets_no_connection():
    with bound(3) as slots:
        async with steered(slots):
            assert all(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) for [one] in slots)
            assert come(slots, 30) == [30, 0, 0]


@pytest.mark.parametrize("serving", [{1}, {2}, {1, 2}])
async def test_connections_come_to_those_that_serve(serving):
    with bound(3) as slots:
        async with steered(slots) as one:
            for slot in one.slots:
                slot.serves(slot.number in serving)
            await told()
            got = come(slots, 60)
            assert {at for at, count in enumerate(got) if count} == serving


async def test_connections_come_to_those_that_have_fewer_calls():
    with bound(3) as slots:
        async with steered(slots) as one:
            for slot in one.slots:
                slot.serves(True)
            for _ in range(20):
                one.slots[1].moved(1)
                await anyio.sleep(0)
            await told()
            first, second, third = come(slots, 60)
            assert second == 0
            assert min(first, third) > 10
            for _ in range(20):
                one.slots[1].moved(-1)


async def test_connections_that_are_counted_one_by_one_are_spread_evenly():
    with bound(4) as slots:
        async with steered(slots) as one:
            for slot in one.slots:
                slot.serves(True)
            total = [0] * 4
            await told()
            for _ in range(100):
                got = come(slots, 1)
                one.slots[got.index(1)].moved(1)
                total[got.index(1)] += 1
                await anyio.sleep(0.005)
            assert all(20 <= each <= 30 for each in total), total


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has IPv4 alone")
async def test_each_address_is_steered(monkeypatch):
    both = [(socket.AF_INET, (HERE, 0)), (socket.AF_INET6, ("::1", 0, 0, 0))]
    monkeypatch.setattr("switchhook.serving.process.sockets._addresses", lambda _host, _port: both)
    with bound(3) as slots:
        async with steered(slots) as one:
            one.slots[2].serves(True)
            one.slots[0].serves(False)
            await told()
            assert come(slots, 20, at=0) == [0, 0, 20]
            assert come(slots, 20, at=1) == [0, 0, 20]


async def test_where_nobody_serves_the_kernel_chooses():
    with bound(3) as slots:
        async with steered(slots) as one:
            one.slots[0].serves(False)
            await told()
            assert min(come(slots, 120)) > 10


async def test_what_goes_on_with_the_sockets_finds_them_as_if_nothing_had_been():
    with bound(3) as slots:
        async with steered(slots) as one:
            one.stop()
            one.slots[1].serves(True)
            await told()
            assert min(come(slots, 120)) > 10


# --- sockets that were handed on


@pytest.mark.parametrize("workers", [2, 3, 5])
@pytest.mark.parametrize("before", [1, 2, 3])
async def test_whoever_follows_steers_the_same_sockets_with_more_or_fewer_workers(before, workers):
    with bound(before) as slots, ExitStack() as stack:
        async with steered(slots) as one:
            one.stop()
        handed = [stack.enter_context(one.dup()) for [one] in slots]
        sockets = enough(handed, workers)
        for one in sockets[before:]:
            stack.enter_context(one)
        theirs = deal(sockets, workers)
        async with steered(theirs, sockets) as after:
            assert come(theirs, 20) == [20] + [0] * (workers - 1)
            for slot in after.slots:
                slot.serves(slot.number == workers - 1)
            await told()
            assert come(theirs, 20) == [0] * (workers - 1) + [20]
            assert after.in_order


async def test_whoever_follows_steers_again_when_the_one_before_has_left():
    with bound(2) as slots:
        async with steered(slots) as before, steered(slots) as after:
            assert after.in_order
            before.stop()
            await anyio.sleep(1.1 * steering.PERIOD)
            assert come(slots, 20) == [20, 0]


async def test_sockets_whose_order_is_not_known_are_left_to_the_kernel(caplog):
    caplog.set_level("INFO")
    with bound(3) as slots:
        listen(slots[1])
        async with steered(slots, in_order=False) as one:
            assert not one.in_order
            assert not slots[2][0].getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            one.slots[1].serves(True)
            await told()
            first, second, third = come(slots, 60)
            assert min(first, second) > 5
            assert not third
    assert caplog.text.count("in an order that is not known") == 1


async def test_a_kernel_that_cannot_be_told_chooses_by_itself_and_that_is_said_once(caplog, monkeypatch):
    caplog.set_level("INFO")
    monkeypatch.setattr(steering, "ATTACH", 9999)
    with bound(2) as slots:
        async with steered(slots) as one:
            assert not one.in_order  # each listens when its worker serves
            one.slots[1].serves(True)
            await told()
    assert [each.getMessage() for each in caplog.records] == [
        f"calls go to the workers as the kernel's hash has it: {os.strerror(errno.ENOPROTOOPT)}"
    ]


async def test_one_socket_that_all_share_is_not_steered(caplog):
    caplog.set_level("INFO")
    with bound(1) as [[one]]:
        async with steered([[one], [one]], [one]):
            assert come([[one]], 3) == [3]
    assert not caplog.records


@pytest.mark.parametrize("host", [HERE, "::1"])
def test_sockets_are_in_order_if_that_is_said_and_nobody_else_listens_at_their_address(host):
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has IPv4 alone")
    with bound(2, host) as [first, second], bound(1) as [elsewhere]:
        listen([*first, *elsewhere])
        assert are_in_order([*first, *elsewhere], said=False)  # each is alone
        listen(second)
        assert not are_in_order(first, said=True)
        assert not are_in_order([*first, *second], said=False)
        assert are_in_order([*first, *second], said=True)
        second[0].close()
        assert are_in_order(first, said=False)


SYSTEMD = """
import fcntl, os, sys
from switchhook.serving.process.handed import take

high = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 20) for each in sys.argv[2:]]
for at, each in enumerate(high, 3):
    os.dup2(each, at)
environ = {"LISTEN_FDS": str(len(high)), "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": sys.argv[1]}
print(take(environ).in_order)
"""


@pytest.mark.parametrize(
    ("names", "in_order"),
    [
        ("a.socket:a.socket:a.socket", True),
        ("a.socket:admin:a.socket", True),
        ("a.socket:b.socket:a.socket", False),
    ],
)
def test_sockets_of_one_unit_of_systemd_are_handed_on_in_order(names, in_order):
    with bound(3) as slots:
        handed = [one for [one] in slots]
        listen(handed)
        numbers = [each.fileno() for each in handed]
        command = [sys.executable, "-c", SYSTEMD, names, *map(str, numbers)]
        said = subprocess.run(command, pass_fds=numbers, capture_output=True, text=True, check=True).stdout
        assert said.strip() == str(in_order)


def test_sockets_that_are_opened_here_are_in_order():
    assert are_in_order([], said=False)


def test_sockets_of_another_kind_are_not_known_to_be_in_order(tmp_path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "calls"))
        one.listen()
        assert not are_in_order([one], said=True)
