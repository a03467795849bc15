"""What a connector says of a model of this form."""

import pytest

from switchhook import Options, SettingsError
from switchhook_assistant_openai.options import OpenAIOptions


@pytest.mark.parametrize(
    "url",
    [
        "api.openai.com",
        "https://user:secret@host/v1",
        "ftp://host/v1",
        "https:///v1",
        "http://host:99999/v1",
        "http://host/v1#a",
        "http://host/v 1",
        "",
    ],
)
def test_what_is_no_address_is_refused(url):
    options = Options({"model": "m", "instructions": "x", "base_url": url}, place="assistant", base=None)
    with pytest.raises(SettingsError, match="base_url: expected an address"):
        options.parse(OpenAIOptions)


def test_an_address_in_any_script_is_taken_as_it_travels():
    table = {"model": "m", "instructions": "x", "base_url": "https://bücher.example/v1?api-version=1"}
    options = Options(table, place="assistant", base=None).parse(OpenAIOptions)
    assert options.base_url == "https://xn--bcher-kva.example/v1?api-version=1"
