"""`text`: something to say."""

from __future__ import annotations

import random

from switchhook import Action, TextResponse, hookimpl

from .channels import is_for_telephone
from .speaking import said


@hookimpl(trylast=True)
def handle_text(response: TextResponse) -> list[Action]:
    if not is_for_telephone(response):
        return []
    return said(response.text or _authored(response))


def _authored(response: TextResponse) -> str:
    """The text of the form that authors write, and that webhooks may answer with. watsonx itself resolves
    it."""
    texts = [value.text or _scalars(value.text_expression) for value in response.values]
    if not texts:
        return ""
    match response.selection_policy:
        case "random":
            return random.choice(texts)  # noqa: S311  # variety, not security
        case "multiline":
            return response.delimiter.join(texts)
        case _:
            return texts[0]


def _scalars(expression: dict[str, object]) -> str:
    """The fixed parts of a text expression; what its variables hold is not known here."""
    parts = expression.get("concat")
    if not isinstance(parts, list):
        return ""
    return "".join(str(part["scalar"]) for part in parts if isinstance(part, dict) and "scalar" in part)
