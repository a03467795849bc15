"""What a handler may return: actions and responses, which is why it has a module of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from .actions import Action
from .responses import Response

Actions = Action | Response | Iterable[Action | Response] | AsyncGenerator[Action | Response]
"""If a response is among them, the other handlers of its type are asked for it, in its place."""
