"""The sentences of the contract of a transport and its legs."""

from __future__ import annotations

from .report import Sentence

SERVES = Sentence("serve reports the addresses it listens on", "the server never says that it is ready")
ANSWERS = Sentence("a caller is answered, with a leg of his own", "nobody is heard")
INFO = Sentence(
    "a leg names a connector of the reception, and an id that no other live one has",
    "records of two calls mix",
)
FORMAT = Sentence("a leg has an AudioFormat and a Pace that allows audio", "nothing can be played")
ORDER = Sentence(
    "audio and keys come as they were sent, in order, what came before `start` first",
    "words and keys are lost or mixed",
)
HEARD = Sentence("what is played is heard, whole and in order", "the caller hears noise, or half a prompt")
MIXED = Sentence("one call is one leg: nothing of one caller reaches another", "callers hear each other")
PLAIN = Sentence(
    "no method of a leg blocks, raises or gives anything", "a call would end at a prompt, or all wait"
)
CLOSES = Sentence("after `end` comes Closed, and the peer is told", "calls that ended would count as live")
AFTER = Sentence(
    "after `end` or Closed every method does nothing, and nothing is delivered", "a call ends twice"
)
HUNG_UP = Sentence(
    "a caller who hangs up, or is lost, is Closed once", "the bot talks to nobody and is paid for"
)
REFUSES = Sentence(
    "while `admit` gives a reason no call comes in; it is reported to `refused`",
    "a server that is full breaks all calls",
)
THREAD = Sentence(
    "a sink is called from the event loop's thread", "core holds no locks: calls break at random"
)
