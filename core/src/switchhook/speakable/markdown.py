"""The words of Markdown, as CommonMark reads ordinary texts, in one pass. A model may write anything, even
ten thousand brackets by accident. So nothing here looks at a part of the text more than a few times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .inline import folded, inline

KEY = re.compile(r"([ \t]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)?)([*#])[ \t]+([^\s*#])(.?)")
BULLET = re.compile(r"[ \t]*[-+*][ \t]+")
DIGIT = re.compile(r"[ \t]*[0-9][ \t]")
TASK = re.compile(r"\[[ xX]\][ \t]+")
FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,50}+\]:?")
SAYS = "=:\u2013\u2014\u2192"  # between a key and what it does
MARKER = re.compile(r"[ \t]*(?:>[ \t]?|[-+*](?:[ \t]+|$)|([0-9]{1,9})[.)](?:[ \t]+|$))")
HEADING = re.compile(r"#{1,6}(?:[ \t]+|$)")
FENCE = re.compile(r"(`{3,}+)[^`]*+$|(~{3,}+)")
REFERENCE = re.compile(
    r"\[([^\[\]\\]{1,999}+)\]:[ \t]*+\S++(?:[ \t]++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?+[ \t]*+$"
)


def words_of(markdown: str) -> str:
    """Blocks on lines of their own. Bullets go, the numbers of a numbered list stay."""
    blocks = _Blocks()
    for line in _with_keys(FOOTNOTE.sub("", markdown).split("\n")):
        blocks.take(line)
    blocks.end()
    pieces = (inline(text, blocks.references) if spoken else text for text, spoken in blocks.found)
    return "\n".join(piece for piece in pieces if piece)


def _with_keys(lines: list[str]) -> Iterator[str]:
    """A line that begins with a key of the telephone ("* to go back", "# to end") is no item and no title."""
    seen = [line for line in lines if line.strip()]
    around = zip(["", *seen][:-1], seen, [*seen, ""][1:], strict=True)
    keys = [_key(before, line, after) for before, line, after in around]
    at = iter(keys)
    for line in lines:
        place = next(at) if line.strip() else None
        yield line if place is None else f"{line[:place]}\\{line[place:]}"


def _key(before: str, line: str, after: str) -> int | None:
    """The place of the key in the line; None: there is none."""
    found = KEY.match(line)
    if found is None:
        return None
    prefix, sign, first, second = found.groups()
    told = first in SAYS or (first == "-" and second.isspace())
    inner = bool(prefix.strip())
    lower = first.islower() or told
    if sign == "#" or inner:
        return found.start(2) if lower or (inner and sign == "*") else None
    beside = [each for each in (before, after) if each]
    if told or any(_is_key_of_others(each) for each in beside):
        return found.start(2)
    alone = not prefix and not any(BULLET.match(each) for each in beside)
    return found.start(2) if alone and lower else None


def _is_key_of_others(line: str) -> bool:
    found = KEY.match(line)
    pound = found is not None and found[2] == "#" and found[3].islower()
    return pound or DIGIT.match(line) is not None


@dataclass(slots=True)
class _Blocks:
    """`found`: texts, and whether there may be markup in them."""

    found: list[tuple[str, bool]] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    _paragraph: list[str] = field(default_factory=list)
    _code: list[str] = field(default_factory=list)
    _fence: str = ""  # the fence that began the code which is read
    _list: bool = False  # within a list, what is indented is no code

    def take(self, line: str) -> None:
        bare = line.strip()
        if self._fence:
            if bare.strip(self._fence[0]) or len(bare) < len(self._fence):
                self._code.append(line)
            else:
                self._end_code()
        elif not bare:
            self._end_paragraph()
            if self._code:
                self._code.append("")
        elif not self._paragraph and not self._list and line.startswith(("    ", "\t")):
            self._code.append(line.removeprefix("\t").removeprefix("    "))
        else:
            self._end_code()
            self._take_text(line, bare)

    def end(self) -> None:
        self._end_paragraph()
        self._end_code()

    def _take_text(self, line: str, bare: str) -> None:
        if self._is_rule(bare):
            self._end_paragraph()
            return
        prefix, rest = self._without_markers(line)
        if fence := FENCE.match(rest):
            self._end_paragraph()
            self._fence = fence[1] or fence[2]
        elif heading := HEADING.match(rest):
            self._end_paragraph()
            self._paragraph.append(prefix + _closed(rest[heading.end() :]))
            self._end_paragraph()
        elif not self._paragraph and (reference := REFERENCE.match(rest)):
            self.references.add(folded(reference[1]))
        elif prefix or rest:
            self._paragraph.append(prefix + rest)

    def _is_rule(self, bare: str) -> bool:
        """Whether it is a line between parts, or below a title."""
        if self._paragraph and not bare.strip(bare[0]) and bare[0] in "=-":
            return True
        signs = bare.replace(" ", "").replace("\t", "").lstrip(">")
        return len(signs) >= 3 and signs[0] in "*-_" and not signs.strip(signs[0])

    def _without_markers(self, line: str) -> tuple[str, str]:
        """The number of a list's item, and what follows. An item ends the paragraph before it."""
        at, prefix, quoted = 0, "", True
        while marker := MARKER.match(line, at):
            sign = marker[0].strip()
            if sign != ">":
                if marker.end() == len(line) and self._paragraph and quoted:
                    break  # a sign alone on its line belongs to the text
                self._end_paragraph()
                self._list, quoted = True, False
            prefix = f"{marker[1]}. " if marker[1] else prefix
            at = marker.end()
        if at == 0 and not self._paragraph and not line[0].isspace():
            self._list = False
        rest = line[at:].strip()
        task = TASK.match(rest) if at else None
        return prefix, rest[task.end() :] if task else rest

    def _end_paragraph(self) -> None:
        if self._paragraph:
            self.found.append(("\n".join(self._paragraph), True))
            self._paragraph = []

    def _end_code(self) -> None:
        if self._code:
            self.found.append(("\n".join(self._code).strip(), False))
        self._code, self._fence = [], ""


def _closed(heading: str) -> str:
    """The heading without the signs that may also stand at its end."""
    bare = heading.rstrip()
    title = bare.rstrip("#")
    return title.rstrip() if not title or title[-1].isspace() else bare
