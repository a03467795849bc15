"""What the upgrade request and `open` tell of a call when it is answered."""

from __future__ import annotations

import re

from switchhook import LegInfo
from switchhook_audiohook.protocol import Open

from .routing import Destination
from .upgrade import Admitted

SCHEME = re.compile(r"(?:tel|sips?):", re.IGNORECASE)


def describe(leg_id: str, admitted: Admitted, destination: Destination, opening: Open) -> LegInfo:
    participant = opening.participant
    return LegInfo(
        id=leg_id,
        connector=destination.connector,
        conversation_id=opening.conversation_id,
        correlation_id=admitted.correlation_id,
        organization_id=admitted.organization_id,
        api_version=destination.api_version,
        language=opening.language or "",
        ani=_number(participant.ani),
        dnis=_number(participant.dnis),
        participant_name=participant.ani_name,
        variables=opening.input_variables or {},
        configuration=opening.configuration,
        details={
            "session_id": admitted.session_id,
            "participant_id": participant.id,
            "integration": admitted.integration,
            "retry_attempt": admitted.retry_attempt,
            "ani": participant.ani,
            "dnis": participant.dnis,
            "remote": admitted.remote,
        },
    )


def _number(text: str) -> str:
    """The number in a text such as `tel:+49…`, which Genesys sends; any text is possible."""
    return SCHEME.sub("", text.strip(), count=1)
