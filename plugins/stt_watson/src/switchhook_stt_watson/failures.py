"""What went wrong, in words for a person and in fixed words for logs."""

from __future__ import annotations

from math import inf

from switchhook import LanguageUnknown, SpeechError

from .messages import Refused
from .request import Request

AGAIN = 30.0  # seconds within which a second failure is one too many


class Failures:
    """One failure may happen. After two in a row, with nothing heard between them, another engine is
    better."""

    def __init__(self) -> None:
        self._last = -inf

    def again(self, now: float) -> bool:
        """Whether there is to be another try."""
        last, self._last = self._last, now
        return now - last > AGAIN

    def give_up(self) -> None:
        """The next failure is the last."""
        self._last = inf

    def worked(self) -> None:
        self._last = -inf


def broken(reason: str) -> SpeechError:
    return SpeechError(f"Watson Speech to Text: {reason}; try again, and look at the network", reason=reason)


def refused(said: Refused, request: Request) -> SpeechError:
    model = request.query["model"]
    if said.is_passing:
        return broken("the service ended the session")
    if said.is_about_models:
        cure = f"look whether this instance and region offer {model!r}, and what it supports"
    else:
        cure = "look at `parameters` and `model`: what it says names the setting"
    # the instance lacks the model of the language: that is no failure
    lacking = request.by_language and said.lacks(model)
    return (LanguageUnknown if lacking else SpeechError)(
        f"Watson Speech to Text does not accept what was asked with the model {model!r}"
        f" ({said.text}); {cure}",
        reason="the service refuses the request",
    )
