"""L16 lines: samples in either byte order."""

import asyncio
import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat, Options, SettingsError, codec_for
from switchhook_codecs.l16 import L16Settings, create_codec, load_audio

L16 = AudioFormat("L16", 8000)
BIG, LITTLE = L16Settings(byte_order="big"), L16Settings()
PCM = struct.pack("<3h", 1, -2, 256)


async def samples_of(answer):
    return answer if isinstance(answer, bytes) else await answer


@pytest.mark.parametrize(("settings", "order"), [(BIG, ">"), (LITTLE, "<"), (None, "<")])
def test_samples_come_in_the_byte_order_that_is_set(settings, order):
    codec = create_codec(L16, settings)
    assert codec.decode(struct.pack(f"{order}3h", 1, -2, 256)) == PCM
    assert codec.encode(PCM) == struct.pack(f"{order}3h", 1, -2, 256)


@pytest.mark.parametrize("settings", [BIG, LITTLE])
@given(st.binary(max_size=99))
def test_what_is_decoded_comes_back_but_for_half_a_sample(settings, wire):
    codec = create_codec(L16, settings)
    assert codec.encode(codec.decode(wire)) == wire[: len(wire) // 2 * 2]


def test_another_coding_is_left_to_other_plugins():
    assert create_codec(AudioFormat("PCMU", 8000), LITTLE) is None
    assert load_audio(b"", AudioFormat("PCMU", 8000), LITTLE) is None


def test_a_file_is_loaded_in_the_byte_order_of_the_line():
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(PCM)
    assert asyncio.run(samples_of(load_audio(file.getvalue(), L16, BIG))) == struct.pack(">3h", 1, -2, 256)


def test_a_byte_order_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="byte_order"):
        Options({"byte_order": "middle"}, place="plugins.l16", base=tmp_path).parse(L16Settings)


def test_the_codec_is_found_by_its_coding():
    assert codec_for(L16).decode(PCM) == PCM
