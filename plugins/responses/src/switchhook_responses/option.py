"""`option`: a numbered list to choose from, by key or by voice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, field_validator

from switchhook import (
    Action,
    CallInfo,
    Choice,
    Offer,
    OptionItem,
    OptionResponse,
    Remark,
    Say,
    UserDefinedResponse,
    hookimpl,
    plain_text,
)
from switchhook import to_speech as speech_of

from .channels import is_for_telephone
from .commands import CommandParameters, commands_of, read
from .speaking import LONGEST, join_all, mended, shortened, to_speech

NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
MOST = 100  # options that are read


WORD = re.compile(r"\w")


class Lists(CommandParameters):
    """How lists are read, as `vgwActSetOptionsConfig` has it: `%s` stands for the number; the nth word
    selects the nth option."""

    prefixText: str = Field("%s.", max_length=200)  # noqa: N815  # IBM's names
    matchWord: tuple[Annotated[str, Field(max_length=200)], ...] = Field(NUMBERS, max_length=MOST)  # noqa: N815
    disableSpeech: bool = False  # noqa: N815  # keys alone select; what is said is sent as it is

    @field_validator("matchWord", mode="before")
    @classmethod
    def _of_one(cls, given: object) -> object:
        return [given] if isinstance(given, str) else given


DEFAULT = Lists()
LISTS = {"vgwactsetoptionsconfig": "option", "vgwactsetdisambiguationconfig": "suggestion"}
"""The commands that configure lists, each with its response type."""


@hookimpl(trylast=True)
def handle_user_defined(response: UserDefinedResponse, call: CallInfo) -> list[Action] | None:
    """Takes a command that configures lists and stands alone, for the rest of the call."""
    commands = commands_of(response.user_defined)
    kind = LISTS.get(commands[0].name.lower()) if len(commands) == 1 else None
    if kind is None or not is_for_telephone(response):
        return None if kind is None else []
    lists = read(Lists, commands[0].given, f"lists of type {kind}")
    if isinstance(lists, Remark):
        return [lists]
    call.shared[f"lists of {kind}"] = lists  # `others`, which reads out suggestions, finds them there
    return []


@hookimpl(trylast=True)
def handle_option(response: OptionResponse, call: CallInfo) -> list[Action]:
    if not is_for_telephone(response):
        return []
    return read_out(call, "option", response.title, response.description, response.options)


def read_out(
    call: CallInfo, kind: str, title: str, description: str, options: Sequence[OptionItem]
) -> list[Action]:
    lists = call.shared.get(f"lists of {kind}", DEFAULT)
    taken = _within(options)
    labels, prefix = [item.label for item in taken], _prefix(lists)
    numbered = [f"{prefix.replace('%s', str(number)).strip()} {{}}" for number in range(1, len(labels) + 1)]
    speeches = list(map(speech_of, [shortened(title), shortened(description), *labels]))
    text = join_all(["{}", "{}", *numbered], speeches)
    actions: list[Action] = [Say(text)] if text else []
    if labels:
        choices = (_choice(lists, n, item.label, item.value.input) for n, item in enumerate(taken, 1))
        actions.append(Offer(tuple(choices)))
    actions += mended(speeches)
    if len(taken) < len(options):
        actions.append(Remark(f"{kind}: only the first {len(taken)} are taken"))
    return actions


def _within(options: Sequence[OptionItem]) -> Sequence[OptionItem]:
    """As many options as a caller may bear; nothing has bounded them before."""
    room = LONGEST
    for number, item in enumerate(options[:MOST]):
        room -= len(item.label.encode(errors="replace"))
        if room < 0:
            return options[:number]
    return options[:MOST]


def _prefix(lists: Lists) -> str:
    """The prefix without braces, as these mark the place of the label."""
    return to_speech(lists.prefixText).translate({ord("{"): None, ord("}"): None})


def _choice(lists: Lists, number: int, label: str, given: Mapping[str, object]) -> Choice:
    """From the tenth on there are two keys to press."""
    named = lists.matchWord[number - 1 : number]
    phrases = () if lists.disableSpeech else (*named, str(number), plain_text(to_speech(label)))
    return Choice(
        key=str(number),
        phrases=tuple(phrase for phrase in phrases if WORD.search(phrase)),
        input=given or {"text": label},
    )
