"""For those who write plugins, and for ourselves: a leg and engines in memory, driven by a test's clock.

    async with a_call(assistant=MemoryAssistant(lambda turn: ["hello"])) as talk:
        await talk.quiet()
        talk.say("what is my balance")

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
