"""The sockets that a server opens, and gives to a transport that takes them."""

import errno
import os
import socket
from contextlib import ExitStack, contextmanager

import pytest

from switchhook import ServerSettings, StartError
from switchhook.serving.process.sockets import Listeners, bind, deal, enough, listen, open_one

HERE = "127.0.0.1"


@contextmanager
def bound(port, slots=1):
    with ExitStack() as stack:
        made = bind(HERE, port, slots)
        for one in (each for slot in made for each in slot):
            stack.enter_context(one)
        yield made


class Takes:
    """As a transport does."""

    def __init__(self):
        self.taken = []

    def take_sockets(self, descriptors):
        self.taken = [socket.socket(fileno=each) for each in descriptors]

    def stop_accepting(self):
        while self.taken:
            self.taken.pop().close()


def port_of(sockets):
    return sockets[0].getsockname()[1]


def test_each_slot_has_a_socket_of_its_own_on_the_same_port():
    with bound(0, 3) as slots:
        assert len({port_of(slot) for slot in slots}) == 1
        assert len({slot[0].fileno() for slot in slots}) == 3


def test_a_slot_that_does_not_listen_yet_gets_no_connection():
    with bound(0, 2) as [first, second]:
        listen(first)
        first[0].setblocking(True)
        for _ in range(20):
            with socket.create_connection(first[0].getsockname(), timeout=5):
                first[0].accept()[0].close()
        with pytest.raises(OSError, match="Invalid argument"):
            second[0].accept()


def test_connections_are_spread_over_the_slots_within_fifteen_percent():
    """The kernel spreads them by their addresses, which is like throwing dice: of so many, 15 % are nearly six
    times the usual deviation."""
    with bound(0, 3) as slots:
        for slot in slots:
            listen(slot)
        got = [0, 0, 0]
        for _ in range(30):
            with ExitStack() as stack:
                for _ in range(100):
                    stack.enter_context(socket.create_connection(slots[0][0].getsockname(), timeout=5))
                got = [before + _waiting(slot[0]) for before, slot in zip(got, slots, strict=True)]
        assert sum(got) == 3000
        assert all(850 <= each <= 1150 for each in got), got


@pytest.mark.parametrize("before", [1, 2])
def test_connections_are_spread_over_more_slots_than_sockets_were_handed_on(before):
    with bound(0, before) as slots, ExitStack() as stack:
        handed = [one for [one] in slots]
        listen(handed)
        found = [stack.enter_context(one) for one in enough(handed, 4)]
        dealt = deal(found, 4)
        assert [len(slot) for slot in dealt] == [1, 1, 1, 1]
        for slot in dealt:
            listen(slot)
        for _ in range(120):
            stack.enter_context(socket.create_connection(handed[0].getsockname(), timeout=5))
        got = [_waiting(slot[0]) for slot in dealt]
        assert sum(got) == 120
        assert min(got) > 10


def test_a_port_that_more_slots_share_is_in_use_all_the_same():
    with bound(0) as [handed], ExitStack() as stack:
        listen(handed)
        for one in enough(handed, 3)[1:]:
            stack.enter_context(one)
        with pytest.raises(StartError, match="is in use"):
            bind(HERE, port_of(handed), 3)


@pytest.mark.parametrize("both", [True, False])
def test_another_socket_takes_what_the_first_takes_of_ip_4_and_6(both):
    """systemd's `ListenStream=8443` takes both."""
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=both) as one:
        _, other = enough([one], 2)
        with other:
            only_6 = other.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            assert bool(only_6) is not both


def test_slots_share_a_socket_that_lets_no_other_in(tmp_path, caplog):
    """As one of another user's."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "calls"))
        assert enough([one], 3) == [one]
    assert "3 workers share 1 sockets that were handed on" in caplog.text


def _waiting(listener):
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.parametrize("others", [1, 3])
@pytest.mark.parametrize("slots", [1, 3])
def test_a_port_that_others_listen_on_is_in_use_even_if_they_share_it(others, slots):
    with bound(0, others) as held:
        for slot in held:
            listen(slot)
        port = port_of(held[0])
        with pytest.raises(StartError, match=f"port {port} on {HERE} is in use; .* \\[server\\] port"):
            bind(HERE, port, slots)


def test_a_port_whose_last_connections_have_just_ended_is_free():
    with bound(0) as [[one]]:
        listen([one])
        one.setblocking(True)
        where = one.getsockname()
        with socket.create_connection(where, timeout=5):
            one.accept()[0].close()
    with bound(where[1], 2) as slots:
        assert port_of(slots[1]) == where[1]


def test_a_host_that_is_nobodys_cannot_be_listened_on():
    with pytest.raises(StartError, match=r"cannot listen on port 0 of 192\.0\.2\.1: .*; set \[server\] host"):
        bind("192.0.2.1", 0)


def test_a_port_that_needs_rights_is_refused_with_ways_to_get_them(monkeypatch):
    def denied(_self, _address):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", denied)
    with pytest.raises(StartError, match=r"port 443 of .*: Permission denied; .*CAP_NET_BIND_SERVICE"):
        bind(HERE, 443)


@pytest.mark.anyio
async def test_a_transport_gets_sockets_that_outlive_it():
    listeners, transport = Listeners(), Takes()
    await listeners.give(transport, ServerSettings(port=0))
    where = transport.taken[0].getsockname()
    transport.stop_accepting()
    with socket.create_connection(where, timeout=5):
        assert _waiting(listeners.sockets[0]) == 1
    listeners.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, timeout=5)


@pytest.mark.anyio
async def test_a_transport_gets_the_sockets_that_were_handed_on():
    handed = open_one(HERE, 0)
    listeners, transport = Listeners(handed), Takes()
    await listeners.give(transport, ServerSettings(port=0))
    assert transport.taken[0].getsockname() == handed[0].getsockname()
    transport.stop_accepting()
    listeners.close()


@pytest.mark.anyio
async def test_a_transport_that_takes_no_sockets_opens_its_own():
    listeners = Listeners()
    await listeners.give(object(), ServerSettings(port=0))
    assert listeners.sockets == []


@pytest.mark.anyio
async def test_sockets_that_nobody_takes_stop_the_start():
    listeners = Listeners(open_one(HERE, 0))
    with pytest.raises(StartError, match=r"opens sockets of its own.* without --workers"):
        await listeners.give(object(), ServerSettings(port=0))
    listeners.close()
