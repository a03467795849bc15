"""Encrypted recordings open with age's own library, and with nothing but the right key."""

import os
import re
from contextlib import suppress
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from switchhook import SettingsError
from switchhook_recording import plugin
from switchhook_recording.sealing import PIECE, Sealed, read_recipient
from switchhook_recording.settings import RecordingSettings

from .recorded import Wav, only_file, recorded, speak

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


def sealed(pieces):
    made = Sealed(read_recipient(RECIPIENT))
    return b"".join([made.begin, *map(made.write, pieces), made.end()])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2 * PIECE), max_size=4))
def test_whatever_is_written_in_whatever_pieces_opens_again(sizes):
    pieces = [os.urandom(size) for size in sizes]
    assert pyrage.decrypt(sealed(pieces), [IDENTITY]) == b"".join(pieces)


@pytest.mark.parametrize("size", [0, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_the_last_piece_may_be_whole(size):
    assert pyrage.decrypt(sealed([bytes(size)]), [IDENTITY]) == bytes(size)


def test_the_lines_of_the_documentation_open_a_recording(tmp_path):
    page = (Path(__file__).parents[2] / "docs/how-to/recording.md").read_text()
    [lines] = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "pyrage" in block]
    names: dict = {}
    exec(lines, names)
    key, recording = tmp_path / "recordings.key", tmp_path / "a.wav.age"
    key.write_text(f"# created: 2026-11-30\n# public key: {RECIPIENT}\n{IDENTITY}\n")
    recording.write_bytes(sealed([b"hello"]))
    assert names["opened"](recording, key) == b"hello"


def test_it_does_not_open_with_another_key():
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed([b"hello"]), [pyrage.x25519.Identity.generate()])


def test_a_cut_file_is_not_taken_for_a_whole_one():
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed([bytes(PIECE), b"the end"])[:-30], [IDENTITY])


def test_two_files_of_the_same_have_nothing_in_common():
    one, another = sealed([bytes(1000)]), sealed([bytes(1000)])
    assert one[-1000:] != another[-1000:]


def test_a_recipient_is_read_as_it_is_printed():
    assert len(read_recipient(f" {RECIPIENT.upper()}\n")) == 32


NONE = {
    "nothing": "",
    "no key": "age1",
    "too short": RECIPIENT[:-1],
    "mistyped": RECIPIENT[:-1] + "b",
    "another kind": "ssh-ed25519 AAAA",
    "other letters": "größe1qq",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_what_is_no_recipient_is_an_error_of_the_configuration(text):
    with pytest.raises(ValueError, match="expected an age recipient"):
        RecordingSettings.model_validate({"encrypt_to": text})


def test_a_secret_key_in_its_place_is_not_repeated():
    with pytest.raises(ValidationError, match="age1") as raised:
        RecordingSettings.model_validate({"encrypt_to": str(IDENTITY)})
    assert "AGE-SECRET-KEY" not in str(raised.value.errors(include_input=False))


@pytest.mark.anyio
async def test_a_recording_is_never_on_the_disk_unencrypted(tmp_path):
    async def act(talk):
        await speak(talk, 7, 30.0)
        for file in tmp_path.glob("*/*"):
            with suppress(FileNotFoundError):  # it has another name by now
                assert bytes([7]) * 8 not in file.read_bytes()

    record = await recorded(tmp_path, act, encrypt_to=RECIPIENT)
    file = only_file(tmp_path)
    assert record.recordings == [str(file)]
    assert file.name.endswith(".wav.age")
    wav = Wav(pyrage.decrypt(file.read_bytes(), [IDENTITY]))
    assert wav.seconds == pytest.approx(30.0, abs=0.02)
    assert wav.begins("caller", 7) == pytest.approx(0.0, abs=0.02)


# --- opened again


@pytest.fixture
def keys(tmp_path):
    file = tmp_path / "recordings.key"
    file.write_text(f"# created: 2026-11-30\n# public key: {RECIPIENT}\n{IDENTITY}\n")
    return file


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "a.wav.age"
    file.write_bytes(sealed([SOUND]))
    return file


SOUND = bytes(range(256)) * 600


def test_a_recording_opens_with_the_file_of_its_key(recording, keys):
    assert plugin.open_recording(recording, keys) == SOUND


def test_of_one_that_was_cut_there_is_what_was_written(recording, keys):
    recording.write_bytes(recording.read_bytes()[:-50])
    opened = plugin.open_recording(recording, keys)
    assert opened == SOUND[: len(opened)]
    assert len(opened) >= PIECE


def test_a_recording_in_the_clear_is_not_this_plugins_to_open(tmp_path, keys):
    assert plugin.open_recording(tmp_path / "a.wav", keys) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{pyrage.x25519.Identity.generate()}\n", "does not open with the key in"),
        ("AGE-SECRET-KEY-1WRONG\n", "expected a line AGE-SECRET-KEY-…, as age-keygen writes it"),
        (f"{RECIPIENT}\n", "expected a line AGE-SECRET-KEY-…, as age-keygen writes it"),
        (None, "No such file or directory"),
    ],
    ids=["another key", "half a key", "the public key", "no file"],
)
def test_what_does_not_open_it_is_said_without_the_key(recording, keys, text, why):
    keys.unlink() if text is None else keys.write_text(text)
    with pytest.raises(SettingsError) as caught:
        plugin.open_recording(recording, keys)
    assert why in str(caught.value)
    assert not re.search(r"AGE-SECRET-KEY-1\w", str(caught.value))


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_the_error_is_ours(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("odd")
    (folder / "a.wav.age").write_bytes(data)
    (folder / "key").write_text(str(IDENTITY))
    with suppress(SettingsError):
        plugin.open_recording(folder / "a.wav.age", folder / "key")
