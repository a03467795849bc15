"""From what authors and models write (plain text, Markdown, SSML, some HTML) to what an action says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from .markdown import words_of
from .markup import Tag, Text, Token, has_tags, parse
from .ssml import as_lines, is_well_formed, lacks_something, means_ssml, mended

LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# and what only directs how a text is written: \u200c and \u200d stay, they shape words of some languages
UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u00ad\ue000]"
)
MARKDOWN = re.compile(r"[*_#`~\[\\&>]|^[ \t]*[-+=|]", re.MULTILINE)
SPARE_SPACE = re.compile(r"(?<![ \t])[ \t]++(?=[.,;:!?]|\n|$)|(?<=[ \t])[ \t]++|(?<=\n)[ \t]++")
LAST_CELL = re.compile(r",[ \t]*+(?=\n|$)")
LINES = re.compile(r"\n{2,}+")
BOTH = frozenset(("p", "s"))  # HTML has them too, and they say nothing that lines do not


@dataclass(frozen=True, slots=True)
class Speech:
    """`text` either has tags, and then it is well-formed SSML, or it has none, and then it is plain text in
    which `&` and `<` mean themselves. `remark`: what was left out or mended."""

    text: str
    remark: str = ""


def to_speech(text: str) -> Speech:
    text = text.encode(errors="replace").decode()  # JSON may carry half of a surrogate pair
    text = UNSPEAKABLE.sub("", LINE_END.sub("\n", text)).strip()
    if "<" not in text:
        return Speech(_words(text))
    tokens = list(parse(text))
    tags = [token for token in tokens if isinstance(token, Tag)]
    whole = bool(tags) and is_well_formed(text)
    if whole or any(means_ssml(tag) and tag.name not in BOTH for tag in tags):
        if whole:
            return Speech(text)
        markup, done = mended(tokens)
        remark = f"SSML was mended: {', '.join(done)}" if done else ""
        return Speech(markup if "<" in markup else _words(unescape(markup)), remark)
    remark = "a tag that is neither SSML nor HTML was left out" if any(map(lacks_something, tags)) else ""
    return Speech(_words(_lines(tokens)), remark)


def _lines(tokens: list[Token]) -> str:
    lines = SPARE_SPACE.sub("", "".join(as_lines(tokens)))
    if not any(isinstance(each, Tag) for each in tokens):
        return lines
    return LINES.sub("\n\n", LAST_CELL.sub("", lines)).strip("\n")


def _words(text: str) -> str:
    if MARKDOWN.search(text):
        text = words_of(text)
        if "<" in text and has_tags(text):  # what was written &lt;b&gt; must not become a tag at last
            text = SPARE_SPACE.sub("", " ".join(each.text for each in parse(text) if isinstance(each, Text)))
    if "<" in text and has_tags(text):  # tags inside tags are no HTML, but an attempt to smuggle some
        text = text.translate({ord("<"): " ", ord(">"): " "})
    return text.strip()
