"""Language tags: one spelling for each, and which of those that an engine knows fits best. They come from
outside, so any text may be given here, also one that is no tag.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from .drivers import KnowsLanguages

LONGEST = 64  # characters; a tag with a script, a region and a variant has twenty
NONE = frozenset(("und", "mul", "mis", "zxx"))  # any, several, another, and no language
USUAL = {"cmn": "zh", "no": "nb", "arb": "ar", "zsm": "ms", "swh": "sw", "pes": "fa"}
"""Languages that have a name of their own within a group, and are what is meant by the name that is usual."""

MEANT = {"es-LA": "es-419"}
"""Engines write the Spanish of Latin America so; to CLDR it is that of Laos."""

ROUNDS = 3  # of standardising a tag, at most: some aliases stand for other aliases


def normalised(tag: str) -> str:
    """The tag as BCP 47 spells it: "en-US" for "en_us". Empty if it cannot be read, or means no language."""
    return _normalised(tag) if len(tag) <= LONGEST else ""


@lru_cache(maxsize=1024)
def _normalised(tag: str) -> str:
    from langcodes import standardize_tag  # 60 ms that the command line does without

    made, given = re.sub(r"[.@][\w.@=-]*\Z", "", tag.strip(), flags=re.ASCII), ""  # as in en_US.UTF-8
    try:
        for _ in range(ROUNDS):
            given, made = made, standardize_tag(made)
            if made == given:
                break
    except ValueError:
        return ""
    spoken = primary(made)
    if spoken in USUAL:
        return _normalised(USUAL[spoken] + made[len(spoken) :])
    means_one = spoken.isalpha() and len(spoken) > 1 and spoken not in NONE
    return made if means_one and made == given and len(made) <= LONGEST else ""


def primary(tag: str) -> str:
    """The language alone, without its region."""
    return tag.partition("-")[0]


def shown(tag: str) -> str:
    """A text that came as a tag, made fit to be kept: short, and of visible characters."""
    visible = ascii(tag[:LONGEST])[1:-1]
    return visible if len(tag) <= LONGEST else f"{visible}..."


def match(wanted: str, known: Collection[str]) -> str | None:
    """The one of `known` that fits best, as it is spelt there: the same, else the longest beginning of what
    is wanted (the lookup of RFC 4647), else the region of the same language that is nearest by CLDR: of the
    script that is written there, and of the same side of the ocean. `wanted` is normalised."""
    spelt = {normalised(each): each for each in reversed([*known])}
    for shorter in _shorter(wanted):
        if shorter in spelt:
            return spelt[shorter]
    alike = [each for each in known if primary(normalised(each)) == primary(wanted)]
    return min(alike, key=lambda each: _distance(wanted, normalised(each)), default=None)


@lru_cache(maxsize=4096)
def _distance(wanted: str, known: str) -> int:
    from langcodes import tag_distance  # as above

    return tag_distance(wanted, MEANT.get(known, known))


def _shorter(tag: str) -> Iterator[str]:
    """The tag, and its beginnings, without those that end with a single character."""
    subtags = tag.split("-")
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        while subtags and len(subtags[-1]) == 1:
            subtags.pop()


def language_for(engine: object, language: str) -> str:
    """The tag to ask an engine for: of the languages that it says it knows, the one that fits best, in its
    own spelling. The language itself if it says none, or none fits."""
    wanted = normalised(language) or language
    known = engine.languages if isinstance(engine, KnowsLanguages) else ()
    return match(wanted, known) or wanted
