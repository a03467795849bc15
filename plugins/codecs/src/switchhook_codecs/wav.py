"""WAV files in a line's format, whatever rate, width, coding or number of channels they have."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from switchhook import AudioFormat, hookimpl

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import soundfile as sf  # type: ignore[import-untyped]  # the package has no types

    Samples = npt.NDArray[np.float32]

CODINGS = frozenset(
    (
        "PCM_U8",
        "PCM_16",
        "PCM_24",
        "PCM_32",
        "FLOAT",
        "DOUBLE",
        "ULAW",
        "ALAW",
        "IMA_ADPCM",
        "MS_ADPCM",
        "GSM610",
    )
)
RATES = range(1000, 384_001)
MAX_CHANNELS = 8
MAX_SECONDS = 600
MAX_BYTES = 50_000_000  # of the file, and of what is decoded from it
BLOCK = 65_536


@hookimpl(trylast=True)
def load_audio(data: bytes, audio: AudioFormat) -> bytes | None:
    """Raises ValueError that names what is wrong with the file."""
    if audio.encoding not in ("PCMU", "PCM") or not _is_wav(data):
        return None
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected a WAV file of at most {MAX_BYTES} bytes, got {len(data)}")
    import soundfile as sf

    try:
        with sf.SoundFile(BytesIO(data)) as file:
            _check(file)
            samples, rate = _mono(file), file.samplerate
    except sf.LibsndfileError as error:
        raise ValueError(f"not a readable WAV file: {error.error_string}") from None
    return _coded(_resampled(samples, rate, audio.rate), audio)


def _is_wav(data: bytes) -> bool:
    return data[:4] in (b"RIFF", b"RIFX", b"RF64") and data[8:12] == b"WAVE"


def _check(file: sf.SoundFile) -> None:
    """The header is whatever the file's author wrote: nothing is allocated before it was looked at."""
    if file.subtype not in CODINGS:
        raise ValueError(f"unsupported WAV coding {file.subtype}; save the file as 16-bit PCM")
    if file.samplerate not in RATES:
        raise ValueError(f"expected a rate of {RATES[0]} to {RATES[-1]} Hz, got {file.samplerate}")
    if not 1 <= file.channels <= MAX_CHANNELS:
        raise ValueError(f"expected 1 to {MAX_CHANNELS} channels, got {file.channels}")
    seconds = file.frames / file.samplerate
    if seconds > MAX_SECONDS or file.frames * 4 > MAX_BYTES:
        raise ValueError(
            f"expected at most {MAX_SECONDS} s and {MAX_BYTES} bytes decoded, got {seconds:.0f} s"
        )


def _mono(file: sf.SoundFile) -> Samples:
    """The mean of all channels, block by block: eight channels never stand in memory at once."""
    import numpy as np

    mono = np.zeros(file.frames, np.float32)
    filled = 0
    while filled < len(mono):
        block = file.read(min(BLOCK, len(mono) - filled), dtype="float32", always_2d=True)
        if not len(block):
            break
        # a float file may hold anything: NaN is silence, what is too loud is clipped before it is added up
        mono[filled : filled + len(block)] = np.clip(np.nan_to_num(block), -1.0, 1.0).mean(axis=1)
        filled += len(block)
    return mono[:filled]


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    if rate == wanted or not len(samples):
        return samples
    import soxr  # type: ignore[import-untyped]  # the package has no types

    resampled: Samples = soxr.resample(samples, rate, wanted, quality="HQ")
    return resampled


def _coded(samples: Samples, audio: AudioFormat) -> bytes:
    import numpy as np

    from . import mulaw

    pcm = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()
    return mulaw.encode(pcm) if audio.encoding == "PCMU" else pcm
