import json
import wave
from pathlib import Path

import pytest

from switchhook_embedded.vad import SileroModel

DATA = Path(__file__).parents[1] / "data" / "speech"


def read(file):
    with wave.open(str(DATA / file)) as wav:
        return wav.readframes(wav.getnframes())


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def silero():
    return SileroModel()


@pytest.fixture(scope="session")
def clips():
    """Path of each clip to its manifest entry."""
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    return {clip["file"]: clip for clip in manifest["clips"]}


@pytest.fixture(scope="session")
def pcm():
    """Reads a clip's samples."""
    return read


@pytest.fixture(scope="session")
def speech():
    """Someone says "information about your last call" for 2 s, after 0.5 s of silence."""
    return bytes(8000) + read("human/info_last_call.wav")
