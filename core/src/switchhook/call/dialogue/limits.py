"""How long a dialogue waits, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from .barge_in import BargeIn


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds, where not said otherwise."""

    max_call: float = 840.0
    post_response: float = 7.0  # from the heard end of a reply to a turn without input
    speech: float = 30.0  # from the last sign of speech until its final is not waited for any more
    cut_speech: float = 3.0  # likewise, from the end of a pause that the speech was cut off by
    reply: float = 15.0  # without progress of a reply until it is given up
    stopping: float = 10.0  # for what is being said when the server ends
    pending: int = 64  # turns that wait: keys pressed while a reply is read
    final_utterance: float | None = None  # from the first sign of speech to a turn without its final
    no_input: int | None = None  # turns without input, in a row, until the call is given back
    alone: int = 25  # turns in a row without the caller, and without a prompt that was heard before
    waiting: float = 2.0  # of silence while an answer is due, until the caller is told so
    waiting_again: float = 8.0  # likewise, from then on
    noise: float = 10.0  # at most, by which voice without words puts off the end of a silence
    hold: float = 0.6  # at most, for which voice without words keeps an answer back
    merge: float = 0.0  # after a final, until it is a turn: what is said meanwhile is added to it; 0: at once
    choice_wait: float = 2.0  # after a key that may begin a longer one of a list
    barge_in: BargeIn = field(default_factory=BargeIn)
