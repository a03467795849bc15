"""Watson Assistant, Speech to Text, Text to Speech and IAM on one port, for tests and for trying out.

async with emulate(assistant=ScriptAssistant(script)) as emulated:
    emulated.behaviour.assistant.append(Fault("status", 503))
"""

from .behaviour import Behaviour, Fault
from .emulator import Emulated, emulate
from .seen import Seen

__all__ = ["Behaviour", "Emulated", "Fault", "Seen", "emulate"]
