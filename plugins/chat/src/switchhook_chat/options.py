"""What the table of any chat model may say, and which tools it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from switchhook import FilePath, Seconds, Table
from switchhook_http import HeaderSecret, ascii_address, is_web_address

LONGEST = 100_000  # characters of instructions
NAME_OF_FILE = re.compile(r"\S{1,200}\.(?:md|txt|markdown|j2|tmpl)")


def _address(url: str) -> str:
    """Raises ValueError."""
    if not is_web_address(url.strip()):
        raise ValueError("expected an address such as 'https://api.openai.com/v1', and the key in `api_key`")
    return ascii_address(url.strip())


def _text(value: object, info: ValidationInfo) -> object:
    """Raises ValueError."""
    base = (info.context or {}).get("base", None) or Path()
    if isinstance(value, Mapping):
        if [*value] != ["file"]:
            raise ValueError('expected a text or { file = "PATH" }')
        return _read(base / Path(str(value["file"])).expanduser())
    if isinstance(value, str) and not value.strip():
        raise ValueError("expected what the model is to do, got an empty text")
    if isinstance(value, str) and NAME_OF_FILE.fullmatch(value):
        raise ValueError(f'expected a text, got the name of a file: say {{ file = "{value}" }}')
    return value


def _read(path: Path) -> str:
    """Raises ValueError."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not text in UTF-8"
        raise ValueError(f"cannot read {path}: {why}") from None
    if not text.strip() or len(text) > LONGEST:
        raise ValueError(f"expected 1 to {LONGEST} characters in {path}, got {len(text.strip())}")
    return text


WebAddress = Annotated[str, AfterValidator(_address)]
Time = Annotated[Seconds, Field(gt=0, le=600)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class ToolOptions(Table):
    """What the model may do; what is not named here it is not offered, and does not get by asking.

    `hand_over`: the queues that a call may go to; an empty list: wherever the flow sends it. `set_variables`:
    session variables that it may set. `play`: recordings by their names, each with its address. `languages`:
    that it may change to. `functions`: your own, by their entry points. `timeout`: of one of these. `filler`:
    said when one has taken `filler_after`, and nothing was said before it; empty: nothing.
    """

    hand_over: list[Name] | None = None
    end_call: bool = False
    set_variables: list[Name] = Field(default_factory=list)
    collect_keys: bool = False
    send_keys: bool = False
    play: dict[Name, str] = Field(default_factory=dict)
    languages: list[Name] = Field(default_factory=list)
    functions: list[Name] = Field(default_factory=list)
    timeout: Time = 5.0
    filler: str = "One moment, please."
    filler_after: Time = 1.0


class ChatOptions(Table):
    """`model`: as its service calls it. `instructions`: what the model is told first; `{{name}}` in them lets
    it know the session variable of that name. `greeting`: said at the start, instead of asking the model.
    `parameters`: of requests, by the service's names. `tell`: what else the model may know: keys that were
    pressed, and what was asked for in confidence. `timeout`: until the first word, and until the next.
    `max_tokens`: of an answer, which the service is told; `longest`: characters of it that are said.
    `history`: tokens of the talk that are sent with each turn; `call_tokens`: that one call may cost, with
    what is read and written; none: no limit. `rounds`: requests for one answer, since each round of tools is
    another. `refusal`: said where the model refuses, or its filter does; empty: that is a failure, and the
    next assistant is asked. `tools`: what the model may do. `ca`: a PEM file with authorities to trust beside
    the system's.
    """

    model: str = Field(min_length=1)
    api_key: HeaderSecret | None = None
    ca: FilePath | None = None
    instructions: Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=LONGEST)]
    greeting: str = ""
    refusal: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    tell: frozenset[Literal["digits", "sensitive"]] = frozenset()
    timeout: Time = 8.0
    max_tokens: Count = 500
    longest: Count = 1_500
    history: Count = 4_000
    call_tokens: Count | None = None
    rounds: int = Field(4, ge=1, le=20)
    tools: ToolOptions = ToolOptions()

    @property
    def key(self) -> str:
        """Empty where there is none."""
        return self.api_key.get_secret_value() if self.api_key is not None else ""
