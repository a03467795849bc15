"""Durations as AudioHook writes them: seconds only, `PT1.25S`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

LONGEST = 86_400.0  # seconds; no session lasts a day, and what follows from a duration stays bounded
FORM = re.compile(r"PT((?:[0-9]{0,9}\.)?[0-9]{1,32})S")  # a double may be written with 17 digits and more


def parse_duration(text: object) -> float:
    """Seconds. Raises ValueError; minutes, signs and exponents are none of the form."""
    match = FORM.fullmatch(text) if isinstance(text, str) else None
    if match is None or (seconds := float(match[1])) > LONGEST:
        raise ValueError("expected a duration such as PT1.25S, of a day at most")
    return seconds


def format_duration(seconds: float) -> str:
    """To the nanosecond, never with an exponent."""
    digits = f"{seconds:.9f}"
    return f"PT{digits.rstrip('0').rstrip('.')}S"


Duration = Annotated[float, BeforeValidator(parse_duration)]
