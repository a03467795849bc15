"""How the model is asked, with a model by the test."""

from types import SimpleNamespace

import numpy as np
import pytest


class Model:
    def transcribe(self, samples, **options):
        self.options = options
        return iter([SimpleNamespace(text=" One two."), SimpleNamespace(text=" Three.")]), None


@pytest.fixture
def decode():
    from switchhook_stt_whisper.decoder import decode

    return decode


@pytest.mark.parametrize(("seconds", "tokens"), [(1, 16), (15, 100)])
def test_what_is_said_is_bounded_by_how_long_it_took(decode, seconds, tokens):
    model = Model()
    decode(model, np.zeros(16_000 * seconds, np.float32))

    assert model.options["max_new_tokens"] == tokens


def test_segments_are_joined(decode):
    assert decode(Model(), np.zeros(16_000, np.float32)) == "One two. Three."
