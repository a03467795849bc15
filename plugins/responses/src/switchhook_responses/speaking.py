"""From what authors write (plain text, Markdown, SSML, some HTML) to what a voice is given.

The result either has tags, and then it is well-formed SSML, or it has none, and then it is plain text in
which `&` and `<` mean themselves.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from xml.parsers import expat  # documents with a type declaration, the risk of this parser, are refused below

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

TAG = re.compile(r"<[!?/]?[a-zA-Z-][^<>]*>")
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML cannot hold
COMMENT = re.compile(r"<!--[^<>]*-->")
PROLOG = re.compile(r"^\s*<\?xml[^<>]*\?>")
ROOT = re.compile(r"^<speak\b[^<>]*>(.*)</speak\s*>$", re.DOTALL)
MARKDOWN = re.compile(r"[*_#`~\[\\&>]|^\s*[-+=]", re.MULTILINE)
SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "…", ">")

_MARKDOWN = MarkdownIt("commonmark").enable("strikethrough").disable(["html_block", "html_inline"])

SSML = frozenset(
    (
        *("speak", "p", "paragraph", "s", "sentence", "token", "w", "lang", "voice"),
        *("break", "emphasis", "phoneme", "prosody", "say-as", "sub", "audio", "desc", "mark"),
        *("lexicon", "lookup", "meta", "metadata", "express-as", "voice-transformation"),
    )
)
"""Elements of SSML 1.1, and those that Watson's voices know beside them."""


def to_speech(text: str) -> str:
    text = text.encode(errors="replace").decode()  # JSON may carry half of a surrogate pair
    text = UNSPEAKABLE.sub("", text)
    text = COMMENT.sub("", PROLOG.sub("", text)).strip()
    return text if _is_ssml(text) else _plain(text)


def words(speech: str) -> str:
    """What `to_speech` gave, without its markup."""
    return " ".join(html.unescape(TAG.sub(" ", speech)).split()) if TAG.search(speech) else speech


def join(frames: Iterable[str], texts: Iterable[str]) -> str:
    """One text of many, each in its frame (`"1. {}"`) and each a sentence; empty ones are left out."""
    pairs = [(frame, to_speech(text)) for frame, text in zip(frames, texts, strict=True)]
    ssml = any(TAG.search(frame) or TAG.search(speech) for frame, speech in pairs)
    framed = [frame.replace("{}", _as_ssml(speech) if ssml else speech) for frame, speech in pairs if speech]
    text = " ".join(each if each.endswith(SENTENCE_ENDS) else f"{each}." for each in framed)
    # a < in one plain text and a > in a later one are no tag before they are joined
    return _without_tags(text) if not ssml and TAG.search(text) else text


def _as_ssml(speech: str) -> str:
    """A part of a larger text: without a root of its own, and what was plain text is escaped."""
    if not TAG.search(speech):
        return html.escape(speech, quote=False)
    root = ROOT.match(speech)
    return root[1].strip() if root else speech


def _is_ssml(text: str) -> bool:
    if not TAG.search(text) or re.search(r"<[!?]", text):
        return False
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: names.append(name)
    whole = text.startswith("<speak")
    try:
        parser.Parse(text if whole else f"<speak>{text}</speak>", True)
    except expat.ExpatError:
        return False
    # engines name elements of their own with a prefix, such as amazon:effect
    return "speak" not in names[1:] and all(name in SSML or ":" in name for name in names)


def _plain(text: str) -> str:
    if TAG.search(text):
        text = _without_tags(text)
    if MARKDOWN.search(text):
        text = "\n".join(_lines(_MARKDOWN.parse(text)))
        # what was written &lt;b&gt; must not become a tag at last
        text = _without_tags(text) if TAG.search(text) else text
    return text.strip()


def _without_tags(text: str) -> str:
    text = TAG.sub(" ", text)
    if TAG.search(text):  # tags inside tags are no HTML, but an attempt to smuggle some
        text = re.sub("[<>]", " ", text)
    return re.sub(r"[ \t]+(?=[.,;:!?]|[ \t])", "", text)


def _lines(tokens: list[Token]) -> Iterator[str]:
    """The words of each block. Bullets go, the numbers of a numbered list are said."""
    number = ""
    for token in tokens:
        match token.type:
            case "list_item_open":
                number = f"{token.info}. " if token.info else ""
            case "inline":
                yield number + "".join(_inline(token.children or []))
                number = ""
            case "code_block" | "fence":
                yield token.content.strip()


def _inline(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        yield "\n" if token.type in ("softbreak", "hardbreak") else token.content
