"""`option`: a numbered list to choose from, by key or by voice."""

from __future__ import annotations

import re

from switchhook import Choice, Offer, OptionResponse, Say, hookimpl

from .channels import is_for_telephone
from .speaking import join, to_speech, words

NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)


@hookimpl(trylast=True)
def handle_option(response: OptionResponse) -> list[Say | Offer]:
    if not is_for_telephone(response):
        return []
    labels = [item.label for item in response.options]
    numbered = [f"{number}. {{}}" for number in range(1, len(labels) + 1)]
    text = join(["{}", "{}", *numbered], [response.title, response.description, *labels])
    actions: list[Say | Offer] = [Say(text)] if text else []
    if labels:
        choices = (_choice(n, item.label, item.value.input) for n, item in enumerate(response.options, 1))
        actions.append(Offer(tuple(choices)))
    return actions


def _choice(number: int, label: str, given: dict[str, object]) -> Choice:
    """One key selects the first nine; the rest are named by voice."""
    phrases = [*NUMBERS[number - 1 : number], str(number), words(to_speech(label))]
    return Choice(
        key=str(number) if number <= 9 else "",
        phrases=tuple(phrase for phrase in phrases if re.search(r"\w", phrase)),
        input=given or {"text": label},
    )
