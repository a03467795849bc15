"""Results of one call in order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import Transcript
from switchhook_embedded.order import InOrder


def final(number):
    return Transcript(f"final {number}", final=True)


def interim(number):
    return Transcript(f"interim {number}", final=False)


def test_a_final_waits_for_the_one_before_it():
    order = InOrder()

    assert order.final(1, final(1)) == []
    assert order.final(0, final(0)) == [final(0), final(1)]


def test_an_interim_after_its_final_is_not_told():
    order = InOrder()
    order.final(0, final(0))

    assert order.interim(0, interim(0)) == []


def test_an_interim_before_the_last_final_is_not_told():
    assert InOrder().interim(1, interim(1)) == []


def test_an_interim_without_words_is_not_told():
    assert InOrder().interim(0, Transcript("", final=False)) == []


def test_a_call_without_speech_is_complete_when_it_ends():
    order = InOrder()
    assert not order.complete

    order.end(0)
    assert order.complete


@given(st.data(), st.integers(1, 6))
@settings(max_examples=80, deadline=None)
def test_in_whatever_order_results_come_finals_are_told_once_and_in_order(data, count):
    results = [(kind, number) for number in range(count) for kind in (interim, final)]
    order, told = InOrder(), []
    order.end(count)
    for kind, number in data.draw(st.permutations(results)):
        told += (order.final if kind is final else order.interim)(number, kind(number))

    assert [one for one in told if one.final] == [final(number) for number in range(count)]
    assert order.complete
    for at, one in enumerate(told):
        if not one.final:
            assert sum(earlier.final for earlier in told[:at]) == int(one.text.split()[1])
