"""Whether a voice can say a text: it knows the letters of some scripts only."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from switchhook import Unspeakable, sentences

LATIN = ("LATIN",)  # as names of characters begin in Unicode


def require_speakable(voice: str, text: str, scripts: Collection[str]) -> None:
    """Raises Unspeakable for a sentence that has letters, and none that the voice knows. A foreign name in a
    sentence is left to the voice."""
    for sentence in sentences(text) if scripts else ():
        letters = [character for character in sentence if character.isalpha()]
        if letters and not any(_script(letter) in scripts for letter in letters):
            raise cannot_say(voice)


def cannot_say(voice: str) -> Unspeakable:
    why = f"{voice} cannot say a text of this script"
    return Unspeakable(f"{why}; name a voice of its language beside it", reason=why)


def _script(letter: str) -> str:
    # "ª" is a small a for who reads it aloud
    plain = unicodedata.normalize("NFKC", letter)[0]
    return unicodedata.name(plain, "").partition(" ")[0]
