"""What a handler returns: it stands above actions and responses, as it may be of both."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from .actions import Action
from .responses import Response

Actions = Action | Response | Iterable[Action | Response] | AsyncGenerator[Action | Response]
"""A response among them is asked of the other handlers of its type, in its place."""
