"""From the text of a message to its model: bounded, and with no word of what was in it when it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

MOST_MEMBERS = 32  # of a list, media for one; what is beyond is left out
MAX_RECEIVED = 65_536  # bytes of UTF-8 in a text message
Model = TypeVar("Model", bound=BaseModel)

# What is as it should be goes first and is never looked at again (`++`), so each character is read once:
# escapes of one letter, of a character that is neither NUL nor half of a pair, and of both halves of one.
BACKSLASHES = re.compile(
    r"""(?P<good>(?:
            \\["\\/bfnrt]
          | \\u(?!0000)(?![dD][89a-fA-F])[0-9a-fA-F]{4}
          | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
        )++)
      | \\u[0-9a-fA-F]{4}           # half of a pair, or NUL
      | \\                          # an escape that JSON does not know
      | [\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff] # never plain in JSON, in a string or between two
    """,
    re.VERBOSE,
)
SPACES = str.maketrans("\t\n\r", "   ")
_BRIEF: Any = {"include_url": False, "include_input": False, "include_context": False}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class MalformedError(ValueError):
    """What is wrong with a message, without anything that was in it. `kind` sorts it, for figures: one of
    a few words. `field`: the name of the one that could not be read."""

    def __init__(self, rule: str, kind: str = "message", field: str = "") -> None:
        super().__init__(rule)
        self.kind, self.field = kind, field


def repair(text: str) -> str:
    """With a replacement character for what no text may hold: halves of surrogate pairs, NUL, unknown
    escapes and control characters; tabs and line ends, which may stand between two strings, are spaces.
    `text` otherwise as it is, JSON or not."""
    text = text.removeprefix("\ufeff").translate(SPACES)
    return BACKSLASHES.sub(lambda found: found["good"] or REPLACEMENT, text)


def decode(text: str) -> Any:
    """Of two members of one name, the last counts; nested 200 deep at most, numbers of 4,300 digits at most.
    Raises ValueError."""
    return from_json(text.encode(), allow_inf_nan=False, cache_strings="keys")


def finite(value: Any) -> Any:
    """With None for numbers that are too large for a double, such as 1e999: no JSON can be made of them."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list | tuple) else value


def parse(text: str, model: type[Model], mend: Callable[[str], str] = str) -> Model:
    """`mend` makes JSON of what is nearly that. Raises MalformedError."""
    try:
        size = len(text.encode(errors="surrogatepass"))
        if size > MAX_RECEIVED:
            raise MalformedError(f"text of {size} bytes, at most {MAX_RECEIVED} are allowed", "size")
        value = decode(mend(text))
    except MalformedError:
        raise
    except ValueError:
        raise MalformedError("not JSON", "json") from None
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object", "json")
    return read(model, value)


def read(model: type[Model], value: object) -> Model:
    """Raises MalformedError."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _malformed(error) from None


class LenientReader:
    """Reads the parameters of messages: fields that need not be there are absent when they are not as they
    should be, and members of lists are left out."""

    def __init__(self) -> None:
        self.unread = ""  # type of message and name of the first such field

    def read(self, kind: str, model: type[Model], given: object) -> Model:
        """Raises MalformedError."""
        try:
            return model.model_validate(given)
        except ValidationError as error:
            malformed = _malformed(error)
            places = [fault["loc"] for fault in error.errors(**_BRIEF)]
        try:
            parameters = model.model_validate(_without(given, places))
        except ValidationError:
            raise malformed from None
        self.miss(kind, malformed.field)
        return parameters

    def miss(self, kind: str, field: str) -> None:
        """That field of such a message is not as it should be."""
        self.unread = self.unread or f"{kind}.{field}"


def _malformed(error: ValidationError) -> MalformedError:
    first = error.errors(**_BRIEF)[0]
    what = "unknown field" if first["type"] == "extra_forbidden" else first["type"].replace("_", " ")
    name = _name(first["loc"])
    return MalformedError(f"{name or 'message'}: {what}", field=name)


def _name(place: Sequence[str | int]) -> str:
    """Names may come from outside too; only those that look like a field are repeated."""
    return ".".join(
        part if isinstance(part, str) and part.isidentifier() and len(part) < 32 else "…" for part in place
    )


def _without(value: object, places: Sequence[Sequence[str | int]]) -> object:
    """A copy; of a list, the whole member goes."""
    gone = {place[0] for place in places if len(place) == 1 or isinstance(value, list)}
    if isinstance(value, list):
        return [each for at, each in enumerate(value[:MOST_MEMBERS]) if at not in gone]
    assert isinstance(value, dict)  # noqa: S101  # for mypy: no model was made of anything else
    inner = {name: [place[1:] for place in places if place[0] == name] for name, *_ in places}
    return {
        name: _without(each, inner[name]) if name in inner else each
        for name, each in value.items()
        if name not in gone
    }
