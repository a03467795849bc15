"""When a recorded person would have interrupted, as a real engine hears it."""

from pathlib import Path

from switchhook.__main__ import main

CLIP = Path(__file__).parents[3] / "data/speech/human/info_last_call.wav"


def test_a_person_who_speaks_interrupts(capsys):
    assert main(["tune", str(CLIP), "--stt", "moonshine", "--policy", "{ words = 2 }"]) == 0
    out = capsys.readouterr().out
    assert "last call" in out.lower()
    assert "{ words = 2 }" in out
    assert "does not interrupt" not in out
