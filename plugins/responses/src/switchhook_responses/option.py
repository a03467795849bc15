"""`option`: a numbered list to choose from, by key or by voice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import Field, field_validator

from switchhook import Action, CallInfo, Choice, Offer, OptionItem, OptionResponse, Say, hookimpl

from .channels import is_for_telephone
from .commands import Parameters
from .speaking import join, to_speech, words

NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
MOST_CALLS = 10_000  # whose lists are configured at once


class Lists(Parameters):
    """How lists are read, as `vgwActSetOptionsConfig` has it: `%s` stands for the number, the nth word
    selects the nth option."""

    prefixText: str = Field("%s.", max_length=200)  # noqa: N815  # IBM's names
    matchWord: tuple[str, ...] = NUMBERS  # noqa: N815
    disableSpeech: bool = False  # noqa: N815  # keys alone select; what is said is sent as it is

    @field_validator("matchWord", mode="before")
    @classmethod
    def _of_one(cls, given: object) -> object:
        return [given] if isinstance(given, str) else given


DEFAULT = Lists()
_configured: dict[tuple[str, str], Lists] = {}  # call and response type; each plugin has its own `call.state`


def configure(call: CallInfo, kind: str, lists: Lists) -> None:
    """For the rest of the call."""
    while len(_configured) >= MOST_CALLS:
        del _configured[next(iter(_configured))]
    _configured[call.id, kind] = lists


@hookimpl
def call_ended(call: CallInfo) -> None:
    for kind in ("option", "suggestion"):
        _configured.pop((call.id, kind), None)


@hookimpl(trylast=True)
def handle_option(response: OptionResponse, call: CallInfo) -> list[Action]:
    if not is_for_telephone(response):
        return []
    return read_out(call, "option", response.title, response.description, response.options)


def read_out(
    call: CallInfo, kind: str, title: str, description: str, options: Sequence[OptionItem]
) -> list[Action]:
    lists = _configured.get((call.id, kind), DEFAULT)
    labels = [item.label for item in options]
    numbered = [f"{_prefix(lists, number)} {{}}" for number in range(1, len(labels) + 1)]
    text = join(["{}", "{}", *numbered], [title, description, *labels])
    actions: list[Action] = [Say(text)] if text else []
    if labels:
        choices = (_choice(lists, n, item.label, item.value.input) for n, item in enumerate(options, 1))
        actions.append(Offer(tuple(choices)))
    return actions


def _prefix(lists: Lists, number: int) -> str:
    """Without braces, which mark the place of the label."""
    return re.sub("[{}]", "", to_speech(lists.prefixText)).replace("%s", str(number)).strip()


def _choice(lists: Lists, number: int, label: str, given: Mapping[str, object]) -> Choice:
    """One key selects the first nine; the rest are named by voice."""
    named = lists.matchWord[number - 1 : number]
    phrases = () if lists.disableSpeech else (*named, str(number), words(to_speech(label)))
    return Choice(
        key=str(number) if number <= 9 else "",
        phrases=tuple(phrase for phrase in phrases if re.search(r"\w", phrase)),
        input=given or {"text": label},
    )
