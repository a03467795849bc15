"""Sound files."""

import io
import wave

from switchhook import wav_file


def test_a_wav_file_says_what_is_in_it():
    with wave.open(io.BytesIO(wav_file(b"\1\0\2\0\3\0\4\0", 16_000, channels=2))) as file:
        assert file.getparams()[:4] == (2, 2, 16_000, 2)
        assert file.readframes(9) == b"\1\0\2\0\3\0\4\0"
