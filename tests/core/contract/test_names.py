"""Names that people write."""

import pytest

from switchhook import check_name, did_you_mean, nearest


@pytest.mark.parametrize("name", ["a", "support", "bank-2", "9_lives", "x" * 64])
def test_a_name_that_the_environment_can_spell_is_one(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "Bank", "a b", "-a", "_a", "a.b", "ä", "a\n"])
def test_any_other_is_none(name):
    with pytest.raises(ValueError, match="expected a name of lower-case letters, digits, - and _, got"):
        check_name(name)


@pytest.mark.parametrize("length", [65, 5_000])
def test_one_that_is_too_long_is_told_so_in_short(length):
    with pytest.raises(ValueError, match=r"digits, - and _, at most 64 of them, got 'x{65,100}'\Z"):
        check_name("x" * length)


def test_a_slip_of_the_pen_is_asked_about():
    assert did_you_mean("suport", ["bank", "support"]) == "did you mean 'support'?"


def test_where_none_is_near_all_are_named():
    assert did_you_mean("x", iter(["bank", "support"]), "connectors") == "connectors: bank, support"


def test_where_there_is_none_that_is_said():
    assert did_you_mean("x", []) == "known: none"


def test_a_name_of_any_length_is_compared():
    assert nearest("bank" * 1_000_000, ["bank", "bank" * 25]) == "bank" * 25
