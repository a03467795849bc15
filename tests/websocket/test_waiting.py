"""Who may wait to become a WebSocket, and who goes for whom."""

from dataclasses import dataclass

import pytest

from switchhook_websocket.limits import Limits
from switchhook_websocket.waiting import SLOW, Room, Waiting, network_of


@dataclass(eq=False)
class Guest:
    network: str
    since: float = 0.0

    def turn_out(self):
        pass


def waiting(*guests, waiting=100, per_host=100, most=100):
    made = Waiting(Limits(waiting=waiting, per_host=per_host), most)
    for guest in guests:
        made.enter(guest)
    return made


def test_there_is_room_until_the_limit_is_reached():
    assert waiting(Guest("a"), waiting=2).room("b", 0.0) == Room()


def test_the_oldest_that_has_said_nothing_goes_first():
    first, second = Guest("a"), Guest("b")
    assert waiting(first, second, waiting=2).room("c", 0.0) == Room("waiting", first)


def test_who_has_spoken_stays_where_another_has_not():
    first, second = Guest("a"), Guest("b")
    some = waiting(first, second, waiting=2)
    some.speak(first)
    assert some.room("c", 100.0) == Room("waiting", second)


def test_who_has_spoken_and_is_slow_goes_too():
    slow = Guest("a")
    some = waiting(slow, waiting=1)
    some.speak(slow)
    assert some.room("b", SLOW) == Room("waiting", slow)


def test_the_newcomer_goes_where_all_have_spoken_just_now():
    quick = Guest("a")
    some = waiting(quick, waiting=1)
    some.speak(quick)
    assert some.room("b", SLOW / 2) == Room("waiting", None)


def test_a_network_makes_room_for_its_own():
    other, own = Guest("b"), Guest("a")
    assert waiting(other, own, per_host=1).room("a", 0.0) == Room("per_host", own)


def test_a_network_at_its_limit_costs_no_other_its_place():
    other, own = Guest("b"), Guest("a")
    some = waiting(other, own, per_host=1)
    some.speak(own)
    assert some.room("a", 0.0) == Room("per_host", None)
    assert some.room("b", 0.0).limit == "per_host"
    assert some.room("c", 0.0) == Room()


def test_who_counts_with_nobody_has_no_limit_of_his_own():
    assert waiting(Guest(""), Guest(""), per_host=1).room("", 0.0) == Room()


def test_few_descriptors_bound_it_whatever_the_limits_say():
    assert waiting(Guest("a"), waiting=100, most=1).room("b", 0.0).limit == "waiting"


def test_who_has_left_takes_no_place_and_may_leave_again():
    one, two = Guest("a"), Guest("a")
    some = waiting(one, two, per_host=2)
    some.speak(two)
    for _ in range(2):
        some.leave(one)
        some.leave(two)
    assert len(some) == 0
    assert some.room("a", 0.0) == Room()
    assert (some._of, some._silent_of) == ({}, {})  # names from outside are not kept


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_addresses_that_one_party_has_plenty_of_count_as_one(host, network):
    assert network_of(host) == network
