"""Assistants on chat models: all of them but the form of a vendor's requests and answers.

It imports switchhook_http, anyio and pydantic, and of Switchhook public names.
"""

from switchhook_http import json_object

from .assistant import ChatAssistant
from .errors import ModelError, said_in
from .functions import GROUP
from .messages import Answer, CalledTool, Message, Round, Words
from .model import Model, Question, ToolForm
from .options import ChatOptions, ToolOptions, WebAddress
from .service import Json, Service, pieces

__all__ = [
    "GROUP",
    "Answer",
    "CalledTool",
    "ChatAssistant",
    "ChatOptions",
    "Json",
    "Message",
    "Model",
    "ModelError",
    "Question",
    "Round",
    "Service",
    "ToolForm",
    "ToolOptions",
    "WebAddress",
    "Words",
    "json_object",
    "pieces",
    "said_in",
]
