"""What goes wrong, and when: faults are data, and requests take them one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "status", "hang", "reset", "close", "garbage", "html", "error", "mute", "silent", "endless", "huge"
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that befalls `times` requests, when `after` events of the answer were sent.

    Kinds: `status`, the answer is an error of that status, with `code` and `headers`; once it has begun, as
    `error`. `hang`, nothing is sent any more. `reset`, the connection is reset. `close`, it is closed in
    order, before the end of the body. `garbage`, an event that is no JSON. `html`, a page of a proxy, with
    status 200. `error`, an error as an event of the stream. `mute`, the answer ends, without a word, for the
    reason `code`. `silent`, nothing comes but comments, which keep connections alive. `endless`, the last
    word comes again and again. `huge`, ten megabytes in one event.
    """

    kind: Kind
    status: int = 503
    after: int = 0
    times: float = 1
    code: str = "stop"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def take(faults: list[Fault]) -> Fault | None:
    """The first of them, used up by one."""
    if not faults:
        return None
    fault = faults[0]
    if fault.times > 1:
        faults[0] = replace(fault, times=fault.times - 1)
    else:
        del faults[0]
    return fault
