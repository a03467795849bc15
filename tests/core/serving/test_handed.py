"""Which sockets and calls each of several workers has."""

import json
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import SettingsError, StartError
from switchhook.contract.options import Options
from switchhook.contract.settings import Settings
from switchhook.serving.process.handed import VARIABLE, Handed, take
from switchhook.serving.process.sockets import deal


def sockets(*counts):
    """So many of each address."""
    return [
        SimpleNamespace(number=(address, number), getsockname=lambda address=address: address)
        for address, count in enumerate(counts)
        for number in range(count)
    ]


def number_of(one):
    return one.number


@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), st.integers(1, 9))
def test_nobody_is_left_without_a_socket_and_no_socket_without_somebody_who_accepts(counts, slots):
    dealt = deal(sockets(*counts), slots)
    for address, count in enumerate(counts):
        of_address = [[n for n in map(number_of, slot) if n[0] == address] for slot in dealt]
        assert all(of_address)
        assert {each for slot in of_address for each in slot} == {(address, at) for at in range(count)}
        times = Counter(each for slot in of_address for each in slot)
        assert max(times.values()) - min(times.values()) <= 1
        assert count < slots or max(times.values()) == 1


def settings(**server):
    table = {"server": server, "admin": {}}
    return Options(table, place="", base=None).parse(Settings)


def test_the_admin_port_is_the_supervisors():
    assert Handed(slot=1, workers=3).share(settings()).admin is None


def test_there_are_no_more_workers_than_calls():
    with pytest.raises(SettingsError, match=r"workers: expected at most max_calls \(3\), got 4"):
        settings(workers=4, max_calls=3)


def test_nothing_is_handed_where_nothing_is_said():
    assert take({}) == Handed()


def test_sockets_of_another_process_are_not_ours():
    environ = {"LISTEN_FDS": "1", "LISTEN_PID": "1", "PATH": "/bin"}
    assert take(environ) == Handed()
    assert environ == {"PATH": "/bin"}


@pytest.mark.parametrize("text", ["{", "{}", '{"sockets": [987654]}', "[]"])
def test_sockets_that_are_not_there_stop_the_start(text):
    with pytest.raises(StartError, match=f"the sockets that {VARIABLE} names are not there"):
        take({VARIABLE: text})


def test_a_worker_tells_systemd_nothing_and_a_successor_does():
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "5", "WATCHDOG_PID": "7", "LISTEN_FDS": "1"}
    line = SimpleNamespace(fileno=lambda: 9)
    assert set(Handed(line=line).environment(environ)) == {VARIABLE}
    assert set(Handed().environment(environ)) == {VARIABLE, "NOTIFY_SOCKET", "WATCHDOG_USEC"}


@pytest.mark.parametrize("in_order", [True, False])
def test_who_is_handed_sockets_is_told_whether_they_stand_in_order(in_order):
    given = Handed(in_order=in_order).environment({})
    assert take(dict(given)).in_order is in_order


def test_another_version_may_not_say_whether_they_stand_in_order():
    table = json.loads(Handed(in_order=True).environment({})[VARIABLE])
    del table["in_order"]
    assert not take({VARIABLE: json.dumps(table)}).in_order
