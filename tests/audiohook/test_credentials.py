"""API keys and client secrets."""

import pytest

from switchhook_audiohook.credentials import API_KEY, decode_secret, new_api_key, new_client_secret


def test_a_new_api_key_has_the_form_that_genesys_accepts():
    assert API_KEY.fullmatch(new_api_key())


def test_a_new_secret_is_32_bytes():
    assert len(decode_secret(new_client_secret())) == 32


@pytest.mark.parametrize("text", ["c2VjcmV0IQ==", "c2VjcmV0IQ=", "c2VjcmV0IQ"])
def test_a_secret_may_lack_its_padding(text):
    assert decode_secret(text) == b"secret!"


@pytest.mark.parametrize("text", ["", "not base64!", "abcde", "schlüssel", "c2Vj\ncmV0"])
def test_a_secret_that_is_not_base64_is_refused_without_being_shown(text):
    with pytest.raises(ValueError, match="not base64") as caught:
        decode_secret(text)
    assert not text or text not in str(caught.value)
