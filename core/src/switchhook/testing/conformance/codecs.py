"""What a codec must hold."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from ...contract.audio import BYTES_PER_SAMPLE, AudioFormat, Codec
from .report import Report, Sentence, described
from .sound import pcm_of, samples_of

EXACT = ("PCM", "L16")

NEVER = Sentence(
    "a codec never fails: every byte string of whole samples is audio", "a call would end at one frame"
)
SIZE = Sentence(
    "a codec changes coding only, never rate: as many samples come as went", "audio is late, or too early"
)
BYTES = Sentence("both directions give bytes", "legs and engines are given them as they are")
CLOSE = Sentence(
    "what was encoded is decoded to about the same, over the whole range", "the caller hears noise"
)
EMPTY = Sentence("no audio is no audio", "an engine that has nothing to say would be heard")
STREAM = Sentence("frames of any length give what the whole gives", "each frame would begin with a click")
HALF = Sentence("half a sample at the end is no failure", "a peer that cuts a frame short would end the call")


def check_codec(factory: Callable[[], Codec], audio: AudioFormat) -> None:
    """Of the codec for lines of that format. Raises ContractBroken."""
    report = Report(f"Codec for {audio.encoding}")
    with report.quiet(NEVER, "a codec that is made"):
        codec = factory()
        width = BYTES_PER_SAMPLE[audio.encoding]
        _sizes(report, codec, width)
        _whole_range(report, codec, width, exact=audio.encoding in EXACT)
        _frames(report, codec, width)
        for call, data in ((codec.decode, b"\1\2\3"), (codec.encode, b"\1\2\3")):
            with report.quiet(HALF, "three bytes to be borne"):
                call(data)
    report.close()


def _call(report: Report, call: Callable[[bytes], bytes], data: bytes, what: str) -> bytes:
    try:
        given: object = call(data)
    except Exception as error:  # noqa: BLE001  # reported, not swallowed
        report.hold(False, NEVER, f"audio for {what}", described(error))
        return b""
    good = report.hold(isinstance(given, bytes), BYTES, "bytes", type(given).__name__)
    return bytes(given) if good else b""  # type: ignore[call-overload]


def _sizes(report: Report, codec: Codec, width: int) -> None:
    for count in (0, 1, 7, 160, 1600):
        sentence = SIZE if count else EMPTY
        if not report.broken(NEVER) and not report.broken(BYTES):
            wire = _call(report, codec.encode, b"\1\2" * count, f"{count} samples")
            report.hold(
                len(wire) == count * width, sentence, f"{count * width} bytes for {count} samples", len(wire)
            )
            pcm = _call(report, codec.decode, b"\1\2"[:width] * count, f"{count} codes")
            report.hold(len(pcm) == count * 2, sentence, f"{count * 2} bytes for {count} codes", len(pcm))


def _whole_range(report: Report, codec: Codec, width: int, *, exact: bool) -> None:
    """Every sample there is, every code there is."""
    samples = array("h", range(-32768, 32768))
    wire = _call(report, codec.encode, pcm_of(samples), "every sample")
    back = samples_of(_call(report, codec.decode, wire, "what it encoded"))
    far = [
        (given, came)
        for given, came in zip(samples, back, strict=False)
        if abs(given - came) > (0 if exact else abs(given) // 16 + 16)
    ]
    most = "the same" if exact else "within a sixteenth, and 16, of it"
    shown = ", ".join(f"{came} for {given}" for given, came in far[:3])
    report.hold(not far, CLOSE, most, f"{len(far)} samples are not: {shown}")
    codes = bytes(range(256)) if width == 1 else pcm_of(samples)
    pcm = _call(report, codec.decode, codes, "every code")
    again = _call(report, codec.decode, _call(report, codec.encode, pcm, "what it decoded"), "that again")
    report.hold(again == pcm, CLOSE, "the same once it was decoded and encoded again", "something else")


def _frames(report: Report, codec: Codec, width: int) -> None:
    wire = bytes(range(256)) * 4
    whole = _call(report, codec.decode, wire, "a frame")
    cut = b"".join(
        _call(report, codec.decode, wire[at : at + width * 7], "a short frame")
        for at in range(0, 1024, width * 7)
    )
    report.hold(whole == cut, STREAM, "the same from frames of seven samples", "something else from decode")
    coded = _call(report, codec.encode, whole, "a frame")
    pieces = (whole[at : at + 14] for at in range(0, len(whole), 14))
    cut = b"".join(_call(report, codec.encode, piece, "a short frame") for piece in pieces)
    report.hold(coded == cut, STREAM, "the same from frames of seven samples", "something else from encode")
