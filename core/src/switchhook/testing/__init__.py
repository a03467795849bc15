"""For those who write plugins, and for ourselves: a leg and engines in memory, driven by a test's clock.

    async with a_call(MemoryAssistant(lambda turn: [f"{turn.number} hello"])) as talk:
        await talk.wait(5)
        talk.say("what is my balance")
        await talk.wait(5)
        assert talk.heard() == ["1 hello", "2 hello"]

In virtual time (trio's autojump clock) nothing waits for real.
"""

from ..call.record.replay import Replay as Replay
from ..call.record.replay import replay as replay
from ..virtual.engines import MemoryAssistant as MemoryAssistant
from ..virtual.engines import MemorySpeechToText as MemorySpeechToText
from ..virtual.engines import MemoryTextToSpeech as MemoryTextToSpeech
from ..virtual.leg import MemoryLeg as MemoryLeg
from .talk import Talk as Talk
from .talk import a_call as a_call
