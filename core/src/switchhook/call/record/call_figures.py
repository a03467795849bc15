"""What is measured in a call."""

from __future__ import annotations

from collections.abc import Callable

from ...contract.figures import Figure
from ...contract.leg import Digit
from ...contract.speech import SpeechStarted, Transcript
from ..dialogue.events import Event

OF_CALL = ("connector",)
RECOGNITION = Figure(
    "recognition_seconds", "seconds", "From the end of an utterance to its final transcript", OF_CALL
)
ASSISTANT = Figure(
    "assistant_seconds", "seconds", "From a turn that is sent to the first response of its reply", OF_CALL
)
SYNTHESIS = Figure(
    "synthesis_seconds",
    "seconds",
    "From the first prompt of a reply that is queued to its first sound",
    OF_CALL,
)
TURN = Figure(
    "turn_seconds",
    "seconds",
    "From the end of an utterance or a key to the first sound of the answer",
    OF_CALL,
)
FIRST_SOUND = Figure(
    "first_sound_seconds", "seconds", "From the answer of a call to its first sound", OF_CALL
)
BARGE_INS = Figure("barge_ins", "count", "Prompts that a caller interrupted", ("connector", "by"))
BARGE_IN = Figure(
    "barge_in_seconds",
    "seconds",
    "From the first sound of the words that interrupt a prompt to its end, where an engine gives times",
    OF_CALL,
)
UNDERRUNS = Figure(
    "playout_underruns", "count", "Holes in a prompt, as the rest of its sound was not there in time", OF_CALL
)
FAULTS = Figure(
    "faults",
    "count",
    "Faults of plugins and engines that were contained, by source",
    ("connector", "source"),
)
USAGE = Figure(
    "assistant_usage",
    "count",
    "What assistants say that their replies are billed for, by its kind",
    ("connector", "kind"),
)
FIGURES = (
    *(RECOGNITION, ASSISTANT, SYNTHESIS, TURN, FIRST_SOUND),
    *(BARGE_INS, BARGE_IN, UNDERRUNS, FAULTS, USAGE),
)
STAGES = {"assistant": ASSISTANT, "synthesis": SYNTHESIS, "total": TURN}
"""Of a turn's latencies, by their names in its record."""


class CallFigures:
    """`measure` is given a name, a value and labels. Times are seconds since the call began."""

    def __init__(self, measure: Callable[..., None]) -> None:
        self._measure = measure
        self._sounded = False  # the bot, ever

    def sound(self, at: float) -> None:
        """A prompt begins to be heard."""
        if not self._sounded:
            self._sounded = True
            self._measure(FIRST_SOUND.name, at)

    def interrupt(self, event: Event, fed: float) -> None:
        """A prompt was stopped with this event; whoever else stops one is not the caller. `fed`: seconds of
        caller audio that the recognition was given until now, if the event comes from one."""
        if isinstance(event, Digit):
            self._measure(BARGE_INS.name, 1, by="key")
        elif isinstance(event, SpeechStarted | Transcript):
            self._measure(BARGE_INS.name, 1, by="voice")
        if isinstance(event, Transcript) and event.end > 0:
            self._measure(BARGE_IN.name, max(0.0, fed - event.start))

    def underrun(self) -> None:
        self._measure(UNDERRUNS.name, 1)
