"""`dtmf`: collect keys, send them as tones, or let them interrupt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator, model_validator

from switchhook import Action, CallInfo, CollectDigits, DtmfResponse, Play, Remark, SetBargeIn, hookimpl

from .channels import is_for_telephone
from .commands import CommandParameters, is_true, read, read_fitting
from .tones import Tone, tones

LONGEST = 60_000  # milliseconds that keys may sound, pauses included
SENSITIVE = "dtmf_sensitive"  # a session variable: what is collected next must not be shown


class Collect(CommandParameters):
    """IBM's fields, and `sensitive`."""

    termination_key: str = Field("", pattern=r"^[0-9*#A-D]?$")
    count: int | None = Field(None, ge=1, le=100)
    minimum_count: int | None = Field(None, ge=1, le=100)
    maximum_count: int | None = Field(None, ge=1, le=100)
    inter_digit_timeout_count: int | None = Field(None, ge=1, le=100_000)  # milliseconds
    ignore_speech: bool = False
    stop_after_collection: bool = False
    sensitive: bool = False

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Collect:
        least, most = self.minimum_count, self.maximum_count
        if not (self.termination_key or self.count or most):
            raise ValueError("expected termination_key, count, or minimum_count and maximum_count")
        if least and most and least > most:
            raise ValueError(f"minimum_count {least} is above maximum_count {most}")
        return self


class Send(CommandParameters):
    digits: list[Tone] = Field(min_length=1, max_length=100)
    send_interval: int = Field(200, ge=0, le=10_000)  # milliseconds

    @field_validator("digits", mode="before")
    @classmethod
    def _of_numbers(cls, digits: object) -> object:
        return [digits] if isinstance(digits, dict) else digits

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Send:
        length = sum(each.duration + self.send_interval for each in self.digits)
        if length > LONGEST:
            raise ValueError(f"expected at most {LONGEST} ms of tones and pauses, got {length}")
        return self


@hookimpl(trylast=True)
def handle_dtmf(response: DtmfResponse, call: CallInfo) -> list[Action]:
    if not is_for_telephone(response):
        return []
    given = response.command_info.parameters
    match response.command_info.type:
        case "collect":
            return collect(given, call)
        case "send":
            return [send(given)]
        case "disable_barge_in" | "enable_barge_in" as command:
            return [SetBargeIn(digits=command.startswith("enable"))]
        case other:
            return [Remark(f"dtmf: there is no command {other[:40]!r}")]


def collect(given: Mapping[str, Any], call: CallInfo) -> list[Action]:
    """Fields that do not fit are left out. What is asked for in confidence stays so, whatever else is wrong:
    then keys are taken until a pause."""
    asked, wrong = read_fitting(Collect, given, "dtmf collect")
    remarks = list(wrong.values())
    hidden = str(call.variables.get(SENSITIVE, "")).lower() == "true" or "sensitive" in wrong
    if asked is None:
        hidden = hidden or is_true(given.get("sensitive"))
        return [*([CollectDigits(sensitive=True)] if hidden else []), *remarks[:1]]
    timeout = asked.inter_digit_timeout_count
    number = CollectDigits(
        count=asked.count,
        minimum=asked.minimum_count,
        maximum=asked.maximum_count,
        termination_key=asked.termination_key,
        inter_digit_timeout=None if timeout is None else timeout / 1000,
        ignore_speech=asked.ignore_speech,
        stop_after=asked.stop_after_collection,
        sensitive=asked.sensitive or hidden,
    )
    return [number, *remarks]


def send(given: Mapping[str, Any]) -> Action:
    asked = read(Send, given, "dtmf send")
    if isinstance(asked, Remark):
        return asked
    return Play(tones(asked.digits, asked.send_interval), "dtmf")
