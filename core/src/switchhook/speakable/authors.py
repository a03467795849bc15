"""From what authors and models write (plain text, Markdown, SSML, some HTML) to what an action says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, unescape

from .inline import inline
from .markdown import words_of
from .markup import Tag, Text, Token, has_tags, looks_like_tag, parse
from .ssml import as_lines, is_well_formed, lacks_something, means_ssml, mended

LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# and what only directs how a text is written: \u200c and \u200d stay, they shape words of some languages
UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u00ad\ue000]"
)
MARK = "\ue000"  # stands for a tag; it is removed from what authors write
MARKDOWN = re.compile(r"[*_#`~\[\\&>]|^[ \t]*[-+=|]", re.MULTILINE)
WITHIN_SSML = re.compile(r"[*_~`\[\\]")
SPARE_SPACE = re.compile(r"(?<![ \t])[ \t]++(?=[.,;:!?]|\n|$)|(?<=[ \t])[ \t]++|(?<=\n)[ \t]++")
LAST_CELL = re.compile(r",[ \t]*+(?=\n|$)")
LINES = re.compile(r"\n{2,}+")
BOTH = frozenset(("p", "s"))  # HTML has them too, and they say nothing that lines do not


class Words(str):
    """A text in which signs mean themselves: its Markdown was read, and must not be read again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """`text` either has tags, and then it is well-formed SSML, or it has none, and then it is plain text in
    which `&` and `<` mean themselves. No Markdown is read in it any more, wherever it is said. `remark`: what
    was left out or mended."""

    text: str
    remark: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", Words(self.text))


def to_speech(text: str) -> Speech:
    """The `text` of a Speech stays as it is."""
    read = isinstance(text, Words)
    text = text.encode(errors="replace").decode()  # JSON may carry half of a surrogate pair
    text = UNSPEAKABLE.sub("", LINE_END.sub("\n", text)).strip()
    if "<" not in text:
        return Speech(text if read else _words(text))
    tokens = list(parse(text))
    tags = [token for token in tokens if isinstance(token, Tag)]
    if read and not any(map(looks_like_tag, tokens)):
        return Speech(text)
    whole = bool(tags) and is_well_formed(text)
    if whole or any(means_ssml(tag) and tag.name not in BOTH for tag in tags):
        markup, done = (text, []) if whole else mended(tokens)
        remark = f"SSML was mended: {', '.join(done)}" if done else ""
        if "<" not in markup:
            words = unescape(markup)
            return Speech(_untagged(words) if read else _words(words), remark)
        return Speech(markup if read else _without_markdown(markup), remark)
    remark = "a tag that is neither SSML nor HTML was left out" if any(map(lacks_something, tags)) else ""
    lines = _lines(tokens)
    return Speech(_untagged(lines) if read else _words(lines), remark)


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
    return _untagged(text)


def _untagged(text: str) -> str:
    if "<" in text and has_tags(text):  # tags inside tags are no HTML, but an attempt to smuggle some
        text = text.translate({ord("<"): " ", ord(">"): " "})
    return text.strip()


def _without_markdown(ssml: str) -> str:
    """Emphasis may begin in front of a tag and end behind it."""
    tokens = list(parse(ssml))
    texts = [token.text for token in tokens if isinstance(token, Text)]
    if not WITHIN_SSML.search("".join(texts)):
        return ssml
    made = inline(MARK.join(texts)).split(MARK)
    return "".join(_written(tokens, made if len(made) == len(texts) else map(inline, texts)))


def _written(tokens: list[Token], texts: Iterable[str]) -> Iterator[str]:
    left = iter(texts)
    for token in tokens:
        yield escape(next(left)) if isinstance(token, Text) else token.raw
