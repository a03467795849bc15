"""A room of people who talk at once, made of an installed voice."""

from __future__ import annotations

from array import array
from random import Random

import anyio.to_thread

from switchhook import AudioFormat, codec_for, language_for, load_voice

from .conditions import RATE
from .stretching import stretched

TALKERS = 6
SECONDS = 8
LINE = AudioFormat("PCMU", RATE)
SAID = (
    "The train was late again this morning, so we all went by car.",
    "Have you seen what they are asking for a pound of apples these days?",
    "My sister says that the garden has never looked better in June.",
    "We should have left an hour ago, but nobody could find the keys.",
)


async def babble(seed: int) -> bytes:
    """16-bit PCM. Raises PluginError where no voice is installed, and SpeechError."""
    voice = await anyio.to_thread.run_sync(load_voice)
    linear = LINE.linear in voice.formats
    said = []
    for text in SAID:
        asked = LINE.linear if linear else LINE
        async with voice.synthesize(text, asked, language_for(voice, "en-US"), {}) as chunks:
            audio = b"".join([chunk async for chunk in chunks])
        said.append(audio if linear else codec_for(LINE).decode(audio))
    return await anyio.to_thread.run_sync(_together, said, seed)


def _together(said: list[bytes], seed: int) -> bytes:
    """Each talker says all of it, one faster than the other, and begins elsewhere."""
    random = Random(seed)  # noqa: S311  # nothing is secret
    whole = array("h", b"".join(said))
    mixed = [0.0] * (SECONDS * RATE)
    for number in range(TALKERS):
        voice = stretched(whole, 0.85 + 0.06 * number)
        start = random.randrange(len(voice))
        for at in range(len(mixed)):
            mixed[at] += voice[(start + at) % len(voice)]
    return array("h", (round(sample / TALKERS) for sample in mixed)).tobytes()
