"""What goes wrong, and when: faults are data, and requests take them one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Literal

ServiceName = Literal["iam", "assistant", "speech_to_text", "text_to_speech"]
Kind = Literal["status", "delay", "hang", "mute", "reset", "close", "garbage", "wrong_type", "slow"]
Phase = Literal["connect", "first", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that befalls `times` requests or WebSocket connections, one each.

    Kinds: `status`, the answer is an error of that status (on an open WebSocket: an error message, then
    close 1011; of an answer over HTTP that has begun: as `close`). `delay`, the phase begins `seconds`
    later. `hang`, nothing is read or sent any more: not even a ping is answered. `mute`, nothing is sent any
    more, but what comes is read and pings are answered. `reset`, the connection is reset. `close`, it is
    closed in order, a WebSocket with the code `status`. `garbage`, no JSON where JSON is due, noise where
    audio is. `wrong_type`, another content type; on a WebSocket a binary message where a text is due.
    `slow`, the answer's body comes at `rate` bytes a second (HTTP, in the phase `first`).

    Phases: `connect`, before the engine is asked, of a WebSocket before the upgrade is answered. `first`,
    before the first byte or message of the answer. `middle`, when `after` bytes of the answer were sent;
    of Speech to Text, when `after` bytes of audio have come. `end`, before the last byte or message of it; of
    Speech to Text, before the first final result.
    """

    kind: Kind
    status: int = 503
    phase: Phase = "first"
    times: float = 1
    seconds: float = 1.0
    after: int = 1
    rate: float = 1000.0
    path: str = ""  # only where the request's path ends so
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class Exchange:
    """One request or WebSocket connection, and the fault that is its lot."""

    def __init__(self, service: ServiceName, fault: Fault | None = None) -> None:
        self.service, self._fault = service, fault

    def due(self, phase: Phase, passed: float = inf) -> Fault | None:
        """The fault of that phase, once; `passed`: how many bytes went by."""
        fault = self._fault
        if fault is None or fault.phase != phase or (phase == "middle" and passed < fault.after):
            return None
        self._fault = None
        return fault

    def before(self, phase: Phase) -> int | None:
        """How many bytes go by before the fault of that phase; None: there is none."""
        return self._fault.after if self._fault is not None and self._fault.phase == phase else None


@dataclass
class Behaviour:
    """How the emulated services behave from now on; a test changes it as it likes.

    `time_scale` shortens the waits of Speech to Text: with 0.01 the 30 seconds of a new connection are 0.3.
    `token_lifetime`: seconds of the tokens that are issued from now on. The ages count how often all was
    made invalid.
    """

    iam: list[Fault] = field(default_factory=list)
    assistant: list[Fault] = field(default_factory=list)
    speech_to_text: list[Fault] = field(default_factory=list)
    text_to_speech: list[Fault] = field(default_factory=list)
    time_scale: float = 1.0
    token_lifetime: float = 3600.0
    session_age: int = 0
    token_age: int = 0

    def expire_sessions(self) -> None:
        """The assistant knows no session that there is now."""
        self.session_age += 1

    def revoke_tokens(self) -> None:
        """No token that was issued until now is taken."""
        self.token_age += 1

    def take(self, service: ServiceName, path: str) -> Exchange:
        """The first fault that fits is used up by one."""
        faults: list[Fault] = getattr(self, service)
        for position, fault in enumerate(faults):
            if path.endswith(fault.path):
                if fault.times > 1:
                    faults[position] = replace(fault, times=fault.times - 1)
                else:
                    del faults[position]
                return Exchange(service, fault)
        return Exchange(service)
