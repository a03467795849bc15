"""From what authors write (plain text, Markdown, SSML, some HTML) to what a voice is given.

The result either has tags, and then it is well-formed SSML, or it has none, and then it is plain text in
which `&` and `<` mean themselves.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from xml.parsers import expat  # documents with a type declaration, the risk of this parser, are refused below

from switchhook import Action, Remark, Say

from . import markdown

LONGEST = 10_000  # bytes of one text: ten minutes of sound

TAG = re.compile(r"<[!?/]?[a-zA-Z-][^<>]*>")
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML cannot hold
COMMENT = re.compile(r"<!--[^<>]*-->")
PROLOG = re.compile(r"^\s*<\?xml[^<>]*\?>")
ROOT = re.compile(r"^<speak\b[^<>]*>(.*)</speak\s*>$", re.DOTALL)
MARKDOWN = re.compile(r"[*_#`~\[\\&>]|^[ \t]*[-+=]", re.MULTILINE)
SPARE_SPACE = re.compile(r"[ \t]+(?=[.,;:!?]|[ \t])")
SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "…", ">")

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


def said(text: str) -> list[Action]:
    """A text from where nothing bounds it; what is cut of it is remarked."""
    short = shortened(text)
    speech = to_speech(short)
    actions: list[Action] = [Say(speech)] if speech else []
    return actions if short == text else [*actions, Remark(f"a text longer than {LONGEST} bytes was cut")]


def shortened(text: str, most: int = LONGEST) -> str:
    """At most that many bytes of it."""
    head = text[:most].encode(errors="replace")
    return text if len(text) <= most and len(head) <= most else head[:most].decode(errors="ignore")


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
        text = markdown.words_of(text)
        # what was written &lt;b&gt; must not become a tag at last
        text = _without_tags(text) if TAG.search(text) else text
    return text.strip()


def _without_tags(text: str) -> str:
    text = TAG.sub(" ", text)
    if TAG.search(text):  # tags inside tags are no HTML, but an attempt to smuggle some
        text = re.sub("[<>]", " ", text)
    return SPARE_SPACE.sub("", text)
