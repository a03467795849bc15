"""The sentences of the contract of a recognition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite

from ...contract.speech import SpeechStarted, Transcript
from .report import Report, Sentence

OPENS = Sentence(
    "open takes linear samples (PCM) at the line's rate", "a line in no other format has nothing else to give"
)
DECLARED = Sentence(
    "open takes every format that `formats` names", "core leaves the codec out where the line's is among them"
)
UNKNOWN = Sentence(
    "parameters that it does not know are no failure",
    "they are the assistant's JSON: a typing error costs a call",
)
PLAIN = Sentence("feed is a plain call that gives nothing", "nobody awaits it: no audio would arrive")
QUICK = Sentence("feed never blocks", "each call of this process waits with it")
NEVER = Sentence(
    "feed never raises, whatever comes and whenever",
    "a leg goes on delivering until it is closed: a call would end",
)
ENDS = Sentence(
    "after finish the last final comes, then the iteration ends", "the call waits for the last words"
)
WAITS = Sentence("the iteration ends after finish, or raises", "the bot is deaf and nobody knows")
FINAL = Sentence("an utterance has a final, at the latest after finish", "the caller gets no answer")
LAST = Sentence("nothing but a final comes last", "words that no final confirms are lost")
KINDS = Sentence(
    "what is heard is a SpeechStarted or a Transcript, with values of their types",
    "core takes anything else for a failure of the engine",
)
TEXT = Sentence("a text has no spaces at its ends", "texts are compared and joined")
TIMES = Sentence(
    "times are seconds of audio fed",
    "barge-in, timers and the record reckon with them, whatever the clock says",
)
ORDER = Sentence("finals come in order", "the assistant would read the sentence from behind")
SURE = Sentence("confidence is None or lies between 0 and 1", "assistants compare it with a threshold")
SILENT = Sentence("silence gives no words", "a turn is sent though nobody spoke")
CONFIGURE = Sentence(
    "configure answers at once whether it could: True or False", "where it is not said, the change is lost"
)
ON = Sentence("after configure it listens on", "the bot is deaf from there")
SEVERAL = Sentence("several recognitions work at once", "the second caller is not heard")
LEAVE = Sentence("leaving early is possible and quick", "a caller who hangs up would keep the engine busy")
CANCEL = Sentence("a cancellation is not swallowed", "the server cannot end a call, nor stop")
ANSWER = Sentence(
    "a language that it does not know is LanguageUnknown",
    "any other error counts against the engine's health, for all callers",
)


def well_typed(report: Report, heard: Iterable[object]) -> list[SpeechStarted | Transcript]:
    """Those of which more can be asked."""
    good: list[SpeechStarted | Transcript] = []
    for each in heard:
        wrong = ", ".join(_wrong(each))
        report.hold(not wrong, KINDS, "SpeechStarted or Transcript, and times that are numbers", wrong)
        if not wrong and isinstance(each, SpeechStarted | Transcript):
            good.append(each)
    return good


def _wrong(each: object) -> Iterator[str]:
    if isinstance(each, SpeechStarted):
        right: dict[str, bool] = {"at": _is_number(each.at)}
    elif isinstance(each, Transcript):
        right = {
            "text": _is(each.text, str),
            "final": _is(each.final, bool),
            "start": _is_number(each.start),
            "end": _is_number(each.end),
            "confidence": _is(each.confidence, type(None)) or _is_number(each.confidence),
            "raw": _is(each.raw, Mapping),
        }
    else:
        yield type(each).__name__
        return
    for name, fits in right.items():
        if not fits:
            yield f"{type(each).__name__}.{name} = {getattr(each, name)!r:.40}"


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
