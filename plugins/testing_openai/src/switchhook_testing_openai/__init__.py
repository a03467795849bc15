"""Chat completions of the OpenAI form, emulated over real sockets: answers by a test, faults as data."""

from .behaviour import Fault, Kind
from .emulator import Emulated, emulate
from .model import Answer, Asked, Called, Model

__all__ = ["Answer", "Asked", "Called", "Emulated", "Fault", "Kind", "Model", "emulate"]
