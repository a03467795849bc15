"""What a voice is given: SSML for one that knows it, else words and pauses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import category
from xml.sax.saxutils import escape

from .authors import to_speech
from .markup import Tag, Token, parse
from .numbers import with_digits_apart
from .signs import without_drawings
from .spelling import spoken_as
from .ssml import SSML

LONGEST_PAUSE = 10.0  # seconds
MOST_PAUSES = 60.0  # seconds, of one text
SHORT = 0.3  # seconds: a comma is about as long a break

SPACES = re.compile(r"\s++")
TIME = re.compile(r"\s*+\+?([0-9]{0,100}(?:\.[0-9]{1,6})?)\s*+(ms|s)\s*+", re.IGNORECASE)
ENDS = re.compile(r"[.!?\u2026:;,\u3002\uff01\uff1f\u3001\u061f\u060c\u0964][\"')\]\u2019\u201d\u00bb]*+$")
TWICE = re.compile(r",\s*+(?=[.,;:!?](?:\s|$))")
SPARE_SPACE = re.compile(r"\s++(?=[.,;:!?](?:\s|$))|(?<=\s)\s++")
EDGE = re.compile(r"[^\W_]")
TOGETHER = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces

PARAGRAPHS = frozenset(("p", "paragraph", "s", "sentence"))
UNHEARD = frozenset(("lexicon", "lookup", "mark", "meta", "metadata", "speak", "token", "w", "desc"))
AS_IT_IS = frozenset(("say-as", "sub", "phoneme"))  # the words in them are not to be replaced
SOUNDING = frozenset(("audio", "break", "phoneme", "sub"))  # also where no words are in them
NAMED = frozenset("*#@%&\u00a7")  # points to Unicode, and words to people
PAUSES = {"none": "", "x-weak": "", "weak": ",", "medium": ",", "strong": ".", "x-strong": "."}


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds of silence."""

    seconds: float


@dataclass(slots=True)
class Said:
    """`parts`: texts, and the pauses between them. `remarks`: what could not be said as it was asked for."""

    parts: list[str | Pause] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    marked_up: bool = False  # its one part is SSML

    @property
    def has_words(self) -> bool:
        return any(isinstance(part, str) and any(map(str.isalnum, part)) for part in self.parts)


class Pronunciations:
    """What is said for words: whole ones, as they are spelt."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = dict(table)
        words = sorted(filter(None, self._table), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_whole, words))) if words else None

    def apply(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._table[found[0]], text) if self._pattern else text


def _whole(word: str) -> str:
    before = r"(?<![\w\u0300-\u036f])" if _is_edge(word[0]) else ""
    behind = r"(?![\w\u0300-\u036f])" if _is_edge(word[-1]) else ""
    return before + re.escape(word) + behind


def _is_edge(sign: str) -> bool:
    return bool(EDGE.match(sign)) and not TOGETHER.match(sign)


NONE = Pronunciations({})


def for_voice(
    text: str, language: str = "", *, ssml: bool = False, pronunciations: Pronunciations = NONE
) -> Said:
    """`text`: as an action has it, plain or SSML."""
    speech = to_speech(text)
    remarks = [speech.remark] if speech.remark else []
    tokens = list(parse(speech.text)) if "<" in speech.text else []
    if not any(isinstance(token, Tag) for token in tokens):
        words = pronunciations.apply(_in_one_line(without_drawings(speech.text)))
        words = words if ssml else with_digits_apart(words)
        return Said([words] if is_sayable(words) else [], remarks)
    if ssml:
        sounds = any(map(_sounds, tokens))
        return Said([_marked_up(tokens, pronunciations)] if sounds else [], remarks, marked_up=sounds)
    wording = _Wording(language, pronunciations)
    for token in tokens:
        wording.take(token)
    return Said(wording.end(), [*remarks, *wording.remarks])


def is_sayable(text: str) -> bool:
    """Whether a voice would make words of it: it has a letter, a digit or a sign with a name. Of points and
    dashes alone some voices make words too, and some an error."""
    return any(each.isalnum() or each in NAMED or category(each) in ("Sm", "Sc", "So") for each in text)


def _sounds(token: Token) -> bool:
    return token.name in SOUNDING if isinstance(token, Tag) else is_sayable(without_drawings(token.text))


def _in_one_line(text: str) -> str:
    """A pause where a line ends."""
    lines = [line for each in text.split("\n") if (line := each.strip())]
    made = [
        line if ENDS.search(line) else f"{line}," if following[0].islower() else f"{line}."
        for line, following in pairwise(lines)
    ]
    return " ".join([*made, *lines[-1:]])


def _marked_up(tokens: list[Token], pronunciations: Pronunciations) -> str:
    made, inside = list[str](), 0
    for token in tokens:
        if isinstance(token, Tag):
            made.append(token.raw)
            if token.name in AS_IT_IS and token.opens != token.closes:
                inside += 1 if token.opens else -1
        else:
            words = token.text if inside else pronunciations.apply(without_drawings(token.text))
            made.append(escape(words))
    return "".join(made)


class _Wording:
    """Words and pauses of SSML."""

    def __init__(self, language: str, pronunciations: Pronunciations) -> None:
        self._language, self._pronunciations = language, pronunciations
        self._parts: list[str | Pause] = []
        self._line = ""
        self._spelled: list[str] = []  # what is within the innermost say-as
        self._spelled_last = False
        self._how: list[Mapping[str, str]] = []  # as each say-as that is open asks for
        self._hidden = 0  # elements whose words are not said
        self._silence = MOST_PAUSES
        self._passed: dict[str, None] = {}
        self._remarks: dict[str, None] = {}

    @property
    def remarks(self) -> list[str]:
        passed = f"the voice knows no SSML: passed over {', '.join(self._passed)}"
        return [*([passed] if self._passed else []), *self._remarks]

    def take(self, token: Token) -> None:
        if isinstance(token, Tag):
            self._spell()
            if token.opens:
                self._begin(token)
            if token.closes:
                self._finish(token)
        elif self._hidden:
            return
        elif self._how:
            self._spelled.append(token.text)
        else:
            words = self._pronunciations.apply(without_drawings(SPACES.sub(" ", token.text)))
            self._add(with_digits_apart(words))

    def end(self) -> list[str | Pause]:
        self._flush()
        return self._parts

    def _begin(self, tag: Tag) -> None:
        name = tag.name
        if name == "break":
            self._break(tag.attributes)
        elif name in PARAGRAPHS:
            self._mark(".")
        elif name == "sub":
            if not self._hidden:
                self._add(with_digits_apart(without_drawings(tag.attributes.get("alias", ""))))
            self._hidden += 1
        elif name in ("desc", "metadata"):
            self._hidden += 1
        elif name == "say-as":
            self._how.append(tag.attributes)
        elif name not in UNHEARD:
            self._passed[name if name in SSML else "others"] = None

    def _finish(self, tag: Tag) -> None:
        if tag.name in PARAGRAPHS:
            self._mark(".")
        elif tag.name in ("sub", "desc", "metadata"):
            self._hidden -= 1
        elif tag.name == "say-as" and self._how:
            self._how.pop()

    def _spell(self) -> None:
        """Says what has come of a say-as so far: another may stand within it."""
        words, self._spelled = "".join(self._spelled).strip(), []
        if not words:
            return
        said, remark = spoken_as(words, self._how[-1], self._language)
        if remark:
            self._remarks[remark] = None
        self._add(said, spelled=True)

    def _add(self, words: str, *, spelled: bool = False) -> None:
        """What was spelled runs into nothing beside it."""
        if words:
            touches = self._line[-1:].isalnum() and words[0].isalnum()
            self._line += f" {words}" if touches and (spelled or self._spelled_last) else words
            self._spelled_last = spelled

    def _break(self, asked: Mapping[str, str]) -> None:
        found = TIME.fullmatch(asked.get("time", ""))
        if found is None or not found[1].strip("."):
            self._mark(PAUSES.get(asked.get("strength", "").strip().lower(), ","))
            return
        seconds = float(found[1]) / (1000 if found[2].lower() == "ms" else 1)
        allowed = min(seconds, LONGEST_PAUSE, self._silence)
        if allowed < seconds:
            self._remarks[
                f"a break longer than {LONGEST_PAUSE:g} s, or {MOST_PAUSES:g} s together, was cut"
            ] = None
        self._silence -= allowed
        if allowed < SHORT:
            self._mark("," if allowed else "")
            return
        self._flush()
        self._parts.append(Pause(allowed))

    def _mark(self, sign: str) -> None:
        """Makes a pause, if there is none yet."""
        line = self._line.rstrip()
        self._line = line + ("" if not line or ENDS.search(line[-8:]) else sign) + " "

    def _flush(self) -> None:
        line = SPARE_SPACE.sub("", TWICE.sub("", self._line)).strip()
        if is_sayable(line):
            self._parts.append(line)
        self._line = ""
