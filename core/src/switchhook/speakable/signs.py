"""Takes out what is drawn and not said, in any language: pictures, bars and rulers. Addresses of the web are
shortened."""

from __future__ import annotations

import re

# pictures, and what joins and colours them; a digit that is drawn as a key stays a digit
PICTURES = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u2500-\u25ff\ue000-\uf8ff\ufffc\ufffd]"
    "[\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*+)++|[\ufe0e\ufe0f\u20e3]++"
)
LIST_SIGN = re.compile(
    r"^[^\S\n]*+[\u2022\u2023\u2043\u204c\u204d\u2219\u25a0-\u25ff\u00b7\u2013\u2014][^\S\n]++", re.MULTILINE
)
ARROWS = re.compile(
    r"(?:(?<![^\S\n])[^\S\n]++)?+(?:[\u2190-\u21ff\u27f0-\u27ff\u2022\u2023\u2043\u2219]|(?<![-=<])<?[-=]{1,9}>)[^\S\n]*+"
)
BARS = re.compile(r"(?:(?<![ \t])[ \t]++)?+\|[ \t|]*+")
RULER = re.compile(r"^[^\S\n]*+(?=[^\n]{3})[-+=_~*#|:. \t\u2500-\u257f\u2013\u2014\u2015]++$", re.MULTILINE)
DRAWN = re.compile(r"-{3,}+|={3,}+|_{3,}+|~{3,}+|\*{5,}+|#{5,}+|\.{4,}+|\u2014{2,}+|\u2500{2,}+")
LINK = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{1,15}+://|data:[\w/+.-]{1,60}+;base64,|(?:mailto|tel):(?=[\w+])"
    r"|www\.)[^\s<>\"]++"
    # and without a scheme, where there is no doubt
    r"|(?<![\w.@/-])(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?::[0-9]{1,5})?+/[^\s<>\"?]*+\?[^\s<>\"]++",
    re.IGNORECASE,
)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*+:(?://)?+(?:www\.)?|www\.", re.IGNORECASE)
AFTER_LINK = ".,;:!?'\u2019\u201d*_"
SPARE_SPACE = re.compile(r"(?<![^\S\n])[^\S\n]++(?=[.,;:!?](?:\s|$))")
SPACE = re.compile(r"[^\S\n]{2,}+")

LONGEST_PATH = 30  # characters of an address behind its host that somebody may want to hear


def without_drawings(text: str) -> str:
    """The text with its lines. A picture becomes a space, a bar a comma."""
    text = LINK.sub(lambda found: _short(found[0]), text)
    text = RULER.sub(lambda found: _ruler(found[0]), text)
    text = ARROWS.sub(_arrow, LIST_SIGN.sub("", text))
    if not text.isascii():
        text = PICTURES.sub(" ", text)
    if "|" in text:
        text = "\n".join(map(_without_bars, text.split("\n")))
    text = DRAWN.sub(lambda found: _drawn(found[0]), text)
    return SPACE.sub(" ", SPARE_SPACE.sub("", text))


def _arrow(found: re.Match[str]) -> str:
    at = found.start()
    return ", " if at and found.string[at - 1] != "\n" else ""


def _without_bars(line: str) -> str:
    bare = line.strip()
    return BARS.sub(", ", bare.strip("| \t")) if "|" in bare else line


def _ruler(line: str) -> str:
    """Whether a line is drawn: it is if it has only signs that are no keys and end no sentence."""
    signs = line.strip()
    kinds = {*signs} - {" ", "\t"}
    keys = kinds <= {"*", "#"} and len(signs) < 5
    return line if keys or kinds <= {".", ":"} or len(signs) < 3 else ""


def _drawn(signs: str) -> str:
    return "\u2026" if signs[0] == "." else " "


def _short(written: str) -> str:
    """The host of an address, and the path if that is short."""
    link = written.rstrip(AFTER_LINK)
    if link.endswith(")") and "(" not in link:
        link = link.rstrip(")" + AFTER_LINK)
    rest = written[len(link) :]
    kind = link.partition(":")[0].lower()
    if kind == "data":
        return rest
    if kind in ("mailto", "tel"):
        return link[len(kind) + 1 :].partition("?")[0] + rest
    scheme = SCHEME.match(link)
    address = link[scheme.end() :] if scheme else link
    host, slash, path = address.partition("/")
    host = host.partition("?")[0].partition("#")[0].rpartition("@")[2]
    path = path.partition("?")[0].partition("#")[0].rstrip("/")
    plain = len(path) <= LONGEST_PATH and "%" not in path
    return (f"{host}/{path}" if slash and path and plain else host) + rest
