"""For those who write plugins, and for ourselves: a leg and engines in memory, driven by a test's clock.

    async with a_call(MemoryAssistant(lambda turn: [f"{turn.number} hello"])) as talk:
        await talk.wait(5)
        talk.say("what is my balance")
        await talk.wait(5)
        assert talk.heard() == ["1 hello", "2 hello"]

In virtual time (trio's autojump clock) nothing waits for real. The fixtures of `fixtures` are there wherever
pytest runs and this is installed; so that they cost other tests nothing, all names here are imported when
they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..call.record.replay import Replay as Replay
    from ..call.record.replay import replay as replay
    from ..serving.state.memory import MemoryState as MemoryState
    from ..virtual.engines import MemoryAssistant as MemoryAssistant
    from ..virtual.engines import MemorySpeechToText as MemorySpeechToText
    from ..virtual.engines import MemoryTextToSpeech as MemoryTextToSpeech
    from ..virtual.leg import MemoryLeg as MemoryLeg
    from .handling import actions_of as actions_of
    from .talk import Talk as Talk
    from .talk import a_call as a_call

_HOME = {
    "..call.record.replay": "Replay replay",
    "..serving.state.memory": "MemoryState",
    "..virtual.engines": "MemoryAssistant MemorySpeechToText MemoryTextToSpeech",
    "..virtual.leg": "MemoryLeg",
    ".handling": "actions_of",
    ".talk": "Talk a_call",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}
__all__ = list(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'switchhook.testing' has no name {name!r}")
    return getattr(import_module(_MODULE[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
