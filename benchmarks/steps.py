"""How many calls of Python functions a frame and a turn take: the cost guard, which no busy machine disturbs.

`python benchmarks/steps.py` counts, and fails where a count has grown by more than a tenth over `steps.json`.
`--why` shows which functions are called how often; `--record` writes the counts down anew, after a growth
that is worth its price or a gain that is to be kept.

A whole server runs here, with Watson's plugins; one caller and the services behind are other processes. A
frame is what happens between a socket and the other: from the event loop's call when bytes have come from
the caller until it is back, with the frame written to the recognition. A turn is all that happens from the
message with the caller's final words until the first sound of the answer is handed to the socket; the least
of several, since clocks tick meanwhile. Calls of the event loop's own modules do not count. How many of
Switchhook's own go from one module into another is counted in memory, by `crossings.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import anyio
import crossings
import load
from relay import running

from switchhook import App, load_settings
from switchhook.serving.server import serving
from switchhook_stt_watson.link import Link
from switchhook_transport_genesys.writer import Writer
from switchhook_websocket.sockets import Socket

RECORDED = Path(__file__).with_name("steps.json")
GROWTH = 1.1
LOOP = ("asyncio", "selectors", "socket", "ssl")
FRAME = 1_000  # bytes: what is larger is no text
ENOUGH = {"a frame": 30, "a turn": 4}
PATIENCE = 100.0  # seconds, after which fewer have to be enough
INSTANTLY = ("0", "0", "0")

Counts = Counter[str]  # by function


def name_of(frame: FrameType) -> str:
    return f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"


class Steps:
    """A profile function. It counts what is called below `Socket.data_received` for a frame, and all that is
    called between two moments for a turn."""

    def __init__(self) -> None:
        self.found: dict[str, list[Counts]] = {name: [] for name in ENOUGH}
        self._receiving: FrameType | None = None
        self._frame, self._turn = Counts(), Counts()
        self._in_turn = False

    @property
    def enough(self) -> bool:
        return all(len(self.found[name]) >= many for name, many in ENOUGH.items())

    def __call__(self, frame: FrameType, event: str, _value: Any) -> None:
        if event == "call":
            self._called(frame)
        elif event == "return" and frame is self._receiving:
            self._receiving = None
            self.found["a frame"].append(self._frame)

    def _called(self, frame: FrameType) -> None:
        name = name_of(frame)
        if name.partition(".")[0] in LOOP:
            return
        code = frame.f_code
        if code is Socket.data_received.__code__ and len(frame.f_locals["data"]) > FRAME:
            self._receiving, self._frame = frame, Counts()
        elif code is Link.text.__code__ and '"final": true' in frame.f_locals["message"]:
            self._turn, self._in_turn = Counts(), True
        elif code is Writer.audio.__code__ and self._in_turn:
            self._in_turn = False
            self.found["a turn"].append(self._turn)
        if self._receiving is not None:
            self._frame[name] += 1
        if self._in_turn:
            self._turn[name] += 1

    def result(self) -> dict[str, Counts]:
        """Of frames one in the middle: what is done once does not count."""
        frames = sorted(self.found["a frame"], key=Counter.total)
        turns = min(self.found["a turn"], key=Counter.total)
        return {"a frame": frames[len(frames) // 2], "a turn": turns}


async def counted() -> dict[str, Counts]:
    os.environ.update(load.ENVIRON)
    steps = Steps()
    with TemporaryDirectory(prefix="steps-") as name, ExitStack() as stack:
        backends = stack.enter_context(running("load_backends.py", "-", *INSTANTLY))
        folder = load.configured(Path(name), "talking", backends.line())
        async with serving(App(load_settings(folder / "switchhook.toml"), folder)) as url:
            stack.enter_context(running("load_callers.py", "talking", url, "1", "0"))
            sys.setprofile(steps)
            try:
                with anyio.move_on_after(PATIENCE):
                    while not steps.enough:
                        await anyio.sleep(0.5)
            finally:
                sys.setprofile(None)
        return steps.result()


def grown(found: Mapping[str, int], recorded: Mapping[str, int]) -> Iterator[str]:
    """What has grown by more than a tenth."""
    for name, many in found.items():
        if many > GROWTH * recorded[name]:
            yield (
                f"{name} takes {many} calls of Python functions, and {recorded[name]} were recorded; to see "
                "which: python benchmarks/steps.py --why; if they are worth it: python benchmarks/steps.py "
                "--record"
            )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--why", action="store_true", help="shows the functions")
    parser.add_argument("--record", action="store_true", help="writes steps.json")
    options = parser.parse_args()
    counts = anyio.run(counted) | {"a turn, between modules": crossings.counted()}
    found = {name: each.total() for name, each in counts.items()}
    for name, each in counts.items():
        print(f"{name}: {found[name]} calls")
        for function, many in each.most_common() if options.why else ():
            print(f"{many:7}  {function}")
    if options.record:
        RECORDED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        return 0
    faults = list(grown(found, json.loads(RECORDED.read_text())))
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
