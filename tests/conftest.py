"""How properties are tried: the same examples in every run, so that a green run stays green.

New ones are looked for with `pytest --hypothesis-profile=explore`.
"""

from hypothesis import settings

settings.register_profile("steady", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")
