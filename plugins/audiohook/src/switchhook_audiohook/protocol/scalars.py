"""Numbers and truths as some clients write them, in quotes, and a key as a number. What is meant is in no
doubt, so it is read; all else stays as it is, and is refused by its model in its own words."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

WHOLE = re.compile(r"[0-9]{1,16}", re.ASCII)
TRUTHS = {"true": True, "false": False}


def whole(value: object) -> object:
    """8000 of "8000", and of 8000.0, which is the same number in JSON."""
    if isinstance(value, str) and WHOLE.fullmatch(value):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _truth(value: object) -> object:
    return TRUTHS.get(value.lower(), value) if isinstance(value, str) else value


def _key(value: object) -> object:
    number = value if isinstance(value, str) else whole(value)
    return str(number) if type(number) is int else value


QuotedCount = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(whole)]
Code = Annotated[int, Field(ge=0, le=99_999), BeforeValidator(whole)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Key = Annotated[
    str, StringConstraints(pattern=r"^[0-9*#A-Da-d]$", to_upper=True, strict=True), BeforeValidator(_key)
]
