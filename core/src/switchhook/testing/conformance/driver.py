"""What speech engines of both kinds say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ...contract.audio import BYTES_PER_SAMPLE, AudioFormat
from ...contract.drivers import FallsBehind, KnowsLanguages
from ...contract.errors import LanguageUnknown, SpeechError, ours
from ...contract.languages import normalised
from .report import Report, Sentence, described

NOBODYS = {"a_parameter_nobody_knows": True}

FORMATS = Sentence(
    "`formats` is a sequence of AudioFormat, of codings that core knows",
    "the server does not know what to give it",
)
RATES = Sentence(
    "a line at another rate works too, or is a SpeechError",
    "the call has no other engine to go to, or breaks",
)
LANGUAGES = Sentence(
    "`languages`, where it has them, are BCP 47 tags", "none that a flow asks for would be found among them"
)

BEHIND = Sentence(
    "`behind`, where it has it, gives seconds, and 0 where nothing waits",
    "new calls would be turned away for nothing, or none however late words came",
)


def formats_of(report: Report, engine: object) -> list[AudioFormat]:
    """Those that can be tried."""
    formats: Any = getattr(engine, "formats", None)
    several = isinstance(formats, Sequence) and not isinstance(formats, str)
    given = list(formats) if several else [formats]
    good = [each for each in given if isinstance(each, AudioFormat) and each.encoding in BYTES_PER_SAMPLE]
    whole = several and len(good) == len(given)
    report.hold(whole, FORMATS, 'such as (AudioFormat("PCM", 8000),)', repr(formats))
    return good


def offers_of(report: Report, engine: object) -> None:
    """What it may have beside its contract, before anything was asked of it."""
    if isinstance(engine, FallsBehind):
        try:
            late: object = engine.behind()
        except Exception as error:  # noqa: BLE001  # reported, not swallowed
            late = described(error)
        report.hold(late == 0, BEHIND, "0", repr(late))
    if isinstance(engine, KnowsLanguages):
        tags: Sequence[object] = engine.languages
        wrong = [tag for tag in tags if not isinstance(tag, str) or not normalised(tag)]
        report.hold(not wrong, LANGUAGES, 'tags such as "en-US"', repr(wrong))


@contextmanager
def typed(report: Report, sentence: Sentence, expected: str) -> Iterator[None]:
    """Around what an engine may refuse in the words that it has for it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # reported, not swallowed
        report.hold(isinstance(ours(error), SpeechError), sentence, expected, described(error))


@contextmanager
def stranger(report: Report, sentence: Sentence) -> Iterator[None]:
    """Around asking for a language that nobody knows: LanguageUnknown is raised, or nothing."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # reported, not swallowed
        known = isinstance(ours(error), LanguageUnknown)
        report.hold(known, sentence, "LanguageUnknown for 'tlh'", described(error))
