"""How many examples a property is tried with that asks for a number of its own."""

from hypothesis import settings

STEADY = 60  # in `make test`


def examples(number):
    """That many in `make test`; in `make quick` and when new ones are looked for, as many fewer or more as of
    other properties."""
    return max(1, number * settings().max_examples // STEADY)
