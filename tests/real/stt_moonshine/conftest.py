import json
import wave
from pathlib import Path

import pytest

from switchhook import AudioFormat, Options, codec_for
from switchhook_stt_moonshine.plugin import create_stt

DATA = Path(__file__).parents[2] / "data" / "speech"
MANIFEST = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
CLIPS = {Path(clip["file"]).stem: clip for clip in MANIFEST["clips"]}


@pytest.fixture(scope="session")
def clips():
    """Name of each clip to its manifest entry."""
    return CLIPS


@pytest.fixture(scope="session")
def on_the_line():
    """What a caller's line makes of a clip: mu-law and back, with silence around it."""
    codec = codec_for(AudioFormat("PCMU", 8000))

    def read(name, before=0.65, after=1.0):
        with wave.open(str(DATA / CLIPS[name]["file"])) as wav:
            pcm = wav.readframes(wav.getnframes())
        silence = AudioFormat("PCM", 8000).silence
        return codec.decode(codec.encode(silence(before) + pcm + silence(after)))

    return read


@pytest.fixture(scope="session")
def engine():
    return create_stt(Options({"workers": 1}, place="stt", base=Path()))
