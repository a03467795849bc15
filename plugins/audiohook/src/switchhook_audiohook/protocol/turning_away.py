"""Why a server of ours lets a client in and gives it no session: how the info of its `disconnect` begins."""

from __future__ import annotations

from enum import StrEnum


class TurnedAway(StrEnum):
    NO_MEDIA = "no supported media"
    NO_CONNECTOR_ID = "the Connector ID is missing"
    WRONG_VERSION = "version in the Connector ID"
    UNKNOWN_CONNECTOR = "unknown connector"

    @classmethod
    def read(cls, info: str) -> TurnedAway | None:
        """None: for another reason. Behind this stands what a person does about it."""
        return next((kind for kind in cls if info.startswith(kind)), None)
