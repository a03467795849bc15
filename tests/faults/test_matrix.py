"""The Watson plugins against failing services and networks: the table of docs/faults.md."""

import anyio
import pytest

from switchhook_testing_watson import Fault

from .calls import Row, all_placed

NETWORK = ("refused", "reset", "silent")
STATUSES = (401, 404, 429, 503)
HTTP = {
    "reset before the answer": Fault("reset", phase="first"),
    "reset within the answer": Fault("reset", phase="middle"),
    "reset before its end": Fault("reset", phase="end"),
    "silent before the answer": Fault("hang", phase="first"),
    "silent within the answer": Fault("hang", phase="middle"),
    "garbage": Fault("garbage", phase="first"),
    "another content type": Fault("wrong_type", phase="first"),
    "slow bytes": Fault("slow", phase="first", rate=400),
}
SOCKET = {
    "reset before the upgrade": Fault("reset", phase="connect"),
    "silent before the upgrade": Fault("hang", phase="connect"),
    "reset before the first result": Fault("reset", phase="first"),
    "reset within the audio": Fault("reset", phase="middle", after=30_000),
    "silent within the audio": Fault("hang", phase="middle", after=30_000),
    "closed within the audio": Fault("close", 1011, phase="middle", after=30_000),
    "error within the audio": Fault("status", phase="middle", after=30_000),
    "garbage": Fault("garbage", phase="middle", after=30_000),
    "another content type": Fault("wrong_type", phase="middle", after=30_000),
}


def rows(backend, named):
    network = [(f"network {name}", name) for name in NETWORK]
    statuses = [(f"status {status}", Fault("status", status, phase="connect")) for status in STATUSES]
    for name, fault in [*network, *statuses, *named.items()]:
        for lasting in (False, True):
            yield Row(backend, name, fault, lasting)


# of noise instead of speech nobody but the caller can tell
AUDIO = {name: fault for name, fault in HTTP.items() if name != "garbage"}
ROWS = [*rows("assistant", HTTP), *rows("tts", AUDIO), *rows("stt", SOCKET)]


@pytest.fixture(scope="module")
def results():
    return anyio.run(all_placed, ROWS)
