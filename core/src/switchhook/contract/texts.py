"""The words of texts, and where sentences end. The work grows only linearly with the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

from ..speakable.authors import Words
from ..speakable.markup import Text, Token, looks_like_tag, parse

UNSEEN = ("<!--", "<?", "<!")  # comments, instructions to programs, declarations

CLOSING = r"[\"')\]\u2019\u201d\u300d\u300f\uff09]*"
WIDE = rf"[\u3002\uff01\uff1f\uff61]{CLOSING}\s*"  # these characters bring their own white space
LINE_ENDS = "\n\r\u2028\u2029"
SENTENCE = re.compile(rf"(?<=[.!?\u2026\u061f\u0964]){CLOSING}\s+|{WIDE}|[{LINE_ENDS}]+")

# a full stop after these ends no sentence; nor does one after a single letter, as in "J. Lee" or "z. B."
SHORT = re.compile(r"dr|mr|mrs|ms|st|sr|jr|prof|sra|mme|nr|vs|ca|approx|e\.g|i\.e|[^\W\d_]")
# points that Arabic and Hebrew may have or not; marks of other scripts are as much of a word as its letters
POINTS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc]"
)
LAST_WORD = 8  # characters of the longest of them, and one more


def plain_text(text: str) -> str:
    """The words of a text that may be SSML; a text without tags is taken as it is."""
    if "<" not in text:
        return text
    tokens = list(parse(text))
    if not any(map(looks_like_tag, tokens)) and not any(sign in text for sign in UNSEEN):
        return text
    return as_words(" ".join(" ".join(_words(tokens)).split()), text)


def _words(tokens: list[Token]) -> Iterator[str]:
    """The alias of a `sub` takes the place of what stands in it."""
    hidden = 0
    for token in tokens:
        if isinstance(token, Text):
            if not hidden:
                yield token.text
        elif token.name == "sub" and token.opens and "alias" in token.attributes:
            if not hidden:
                yield token.attributes["alias"]
            hidden += not token.closes
        elif token.name == "sub" and hidden:
            hidden -= 1


def as_words(text: str, like: str) -> str:
    """`text`, which was made of `like`: if no Markdown is read in that any more, nor is it in this."""
    return Words(text) if isinstance(like, Words) else text


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text without markup, each without the white space around it; none is empty."""
    kind = Words if isinstance(text, Words) else str
    for start, end in pairwise([0, *sentence_ends(text), len(text)]):
        if sentence := text[start:end].strip():
            yield kind(sentence)


def sentence_ends(text: str) -> Iterator[int]:
    """Where the next sentence begins, behind each that has an end: a line ends one, a full stop behind an
    abbreviation or an initial ("Dr. Lee", "J. Lee") does not; Chinese and Japanese need no space."""
    for match in SENTENCE.finditer(text):
        stop, end = match.start() - 1, match.end()
        before, behind = text[max(0, stop - LAST_WORD) : max(0, stop)], text[end : end + 1]
        if text[stop : stop + 1] != "." or not _is_short(before, match[0], behind):
            yield end


def _is_short(before: str, space: str, behind: str) -> bool:
    """Whether a full stop belongs to an abbreviation rather than to the sentence."""
    if any(end in space for end in LINE_ENDS):
        return False
    words = re.split(r"[\s(\"'\u201c]", before)
    word = words[-1].lower()
    return behind.isdigit() if word == "no" else SHORT.fullmatch(word) is not None


def spoken_words(text: str, beside: str = "") -> list[str]:
    """The words as somebody may have said them, in small letters, however they are typed. Vowel signs are of
    words, though `\\w` takes none: in Hindi, Tamil or Thai many differ in nothing else. Signs `beside`
    letters are, too."""
    text = text.casefold()
    if text.isascii():  # as most are: no sign is looked at by itself
        return re.findall(rf"[\w{beside}]+", text)
    signs = POINTS.sub("", unicodedata.normalize("NFKC", text))
    runs = groupby(signs, lambda sign: sign in beside or sign == "_" or _is_spoken(sign))
    return ["".join(run) for spoken, run in runs if spoken]


def _is_spoken(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")
