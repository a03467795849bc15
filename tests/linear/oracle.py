"""What a text costs, counted and not timed: the steps of a backtracking matcher, and the work of Python code."""

import re
import sys
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]


def is_word(sign):
    return sign.isalnum() or sign == "_"


CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    sre.CATEGORY_WORD: is_word,
    sre.CATEGORY_NOT_WORD: lambda sign: not is_word(sign),
}
SINGLE = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)


class Matcher:
    """A pattern as Python's own engine tries it, with `steps` counted: one for each character that is looked
    at and for each way that is tried. Its optimisations are left out, so there are rather too many."""

    def __init__(self, pattern, flags=0):
        tree = _parser.parse(pattern, flags)
        self._flags = tree.state.flags
        self._match = self._sequence(tree)
        self.steps = 0

    def find_all(self, text):
        """As `finditer` goes about it; returns the places found."""
        self._text, self.steps, at, found = text, 0, 0, []
        while at <= len(text):
            end = self._match(at, lambda place: place)
            if end is not None:
                found.append((at, end))
            at = end if end is not None and end > at else at + 1
        return found

    def match(self, text, *, whole=False):
        self._text, self.steps = text, 0
        return self._match(0, lambda place: None if whole and place < len(text) else place)

    def _sequence(self, tree):
        parts = [self._part(op, argument) for op, argument in tree]

        def match(at, then, number=0):
            if number == len(parts):
                return then(at)
            return parts[number](at, lambda place: match(place, then, number + 1))

        return match

    def _part(self, op, argument):
        if op in SINGLE:
            fits = self._fits(op, argument)
            return lambda at, then: then(at + 1) if self._looks(fits, at) else None
        return getattr(self, f"_{op.name.lower()}")(argument)

    def _looks(self, fits, at):
        self.steps += 1
        return at < len(self._text) and fits(self._text[at])

    def _fits(self, op, argument):
        fold = (lambda sign: sign.lower()) if self._flags & re.IGNORECASE else (lambda sign: sign)
        match op:
            case sre.LITERAL:
                return lambda sign: fold(sign) == fold(chr(argument))
            case sre.NOT_LITERAL:
                return lambda sign: fold(sign) != fold(chr(argument))
            case sre.ANY:
                return lambda sign: sign != "\n" or self._flags & re.DOTALL
            case sre.RANGE:
                return lambda sign: argument[0] <= ord(fold(sign)) <= argument[1]
            case sre.CATEGORY:
                return CATEGORIES[argument]
        kinds = [self._fits(*each) for each in argument if each[0] is not sre.NEGATE]
        wanted = argument[0][0] is not sre.NEGATE
        return lambda sign: any(fits(sign) for fits in kinds) is wanted

    def _subpattern(self, argument):
        return self._sequence(argument[-1])

    def _atomic_group(self, tree):
        inner = self._sequence(tree)

        def match(at, then):
            end = inner(at, lambda place: place)
            return None if end is None else then(end)

        return match

    def _branch(self, argument):
        ways = [self._sequence(tree) for tree in argument[1]]

        def match(at, then):
            for way in ways:
                self.steps += 1
                if (end := way(at, then)) is not None:
                    return end
            return None

        return match

    def _at(self, where):
        def match(at, then):
            self.steps += 1
            text, lines = self._text, self._flags & re.MULTILINE
            word = [place in range(len(text)) and is_word(text[place]) for place in (at - 1, at)]
            holds = {
                sre.AT_BEGINNING: at == 0 or (lines and text[at - 1] == "\n"),
                sre.AT_END: at == len(text) or (text[at] == "\n" and (lines or at == len(text) - 1)),
                sre.AT_END_STRING: at == len(text),
                sre.AT_BOUNDARY: bool(word[0]) != bool(word[1]),
            }[where]
            return then(at) if holds else None

        return match

    def _assertion(self, argument, *, wanted):
        direction, tree = argument
        inner, width = self._sequence(tree), tree.getwidth()[0] if direction < 0 else 0

        def match(at, then):
            self.steps += 1
            holds = at >= width and inner(at - width, lambda place: place) is not None
            return then(at) if holds is wanted else None

        return match

    def _assert(self, argument):
        return self._assertion(argument, wanted=True)

    def _assert_not(self, argument):
        return self._assertion(argument, wanted=False)

    def _max_repeat(self, argument):
        return self._repeat(argument, reversed)

    def _min_repeat(self, argument):
        return self._repeat(argument, iter)

    def _possessive_repeat(self, argument):
        return self._atomic_group(_Tree([(sre.MAX_REPEAT, argument)]))

    def _repeat(self, argument, order):
        least, most, tree = argument
        if len(tree) == 1 and tree[0][0] in SINGLE:
            return self._run(least, most, self._fits(*tree[0]), order)
        inner, greedy = self._sequence(tree), order is reversed

        def match(at, then, count=0, before=-1):
            self.steps += 1
            more = count < most and at != before
            if not greedy and count >= least and (end := then(at)) is not None:
                return end
            if more and (end := inner(at, lambda place: match(place, then, count + 1, at))) is not None:
                return end
            return then(at) if greedy and count >= least else None

        return match

    def _run(self, least, most, fits, order):
        def match(at, then):
            longest = 0
            while longest < most and self._looks(fits, at + longest):
                longest += 1
            for length in order(range(least, longest + 1)):
                self.steps += 1
                if (end := then(at + length)) is not None:
                    return end
            return None

        return match


class _Tree(list):
    pass


FORWARD = (
    "find",
    "startswith",
    "match",
)  # from a place on: what is behind it was paid for when it was passed


def work(function, *arguments):
    """Lines of Python that run, and the length of each text that one of them makes or hands to C."""
    done, frames = 0, {}

    def trace(frame, event, _):
        known = frames.setdefault(frame, {})  # a generator's is entered again and again

        def lines(frame, event, _):
            nonlocal done
            done += 1
            for name, value in frame.f_locals.items():
                if isinstance(value, str | bytes) and known.get(name) is not value:
                    known[name] = value
                    done += len(value)
            return lines

        return lines(frame, event, None)

    def profile(frame, event, called):
        nonlocal done
        owner = getattr(called, "__self__", None)
        if event != "c_call" or called.__name__ in FORWARD:
            return
        if isinstance(owner, re.Pattern):
            done += max((len(each) for each in frame.f_locals.values() if isinstance(each, str)), default=0)
        elif isinstance(owner, str | bytes):
            done += len(owner)

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(trace)
    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return done
