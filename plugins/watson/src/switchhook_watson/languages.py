"""Which of the tags that a service knows means a language."""

from __future__ import annotations

from functools import lru_cache


@lru_cache  # it is asked for every turn and every prompt of a call
def nearest(language: str, known: tuple[str, ...]) -> str:
    """Of the tags that a service knows, the one that means the language, else the first of another region;
    empty where none does."""
    spoken, *more = language.replace("_", "-").lower().split("-")
    regions = {each: each.lower().partition("-")[2] for each in known if spoken_by(each) == spoken}
    return next((each for each, region in regions.items() if region in more), next(iter(regions), ""))


def spoken_by(name: str) -> str:
    """The language of a tag, or of what is named after one, without its region."""
    return name.replace("_", "-").partition("-")[0].lower()
