"""What a webhook's table refuses, with the way out."""

import pytest

from switchhook import Options, SettingsError
from switchhook_assistant_http.options import HttpOptions


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "url"),
        ({"url": "bot.example.com"}, "expected an address such as"),
        ({"url": "https://me:pw@bot.example.com/"}, "without a user"),
        ({"url": "http://bot.example.com/"}, "say `private = true`"),
        ({"url": "https://h/", "secret": "short"}, "openssl rand"),
        ({"url": "https://h/", "secret": "whsec_" + "A" * 200}, "openssl rand"),
        ({"url": "https://h/", "secret": "whsec_no base64 at all, this"}, "openssl rand"),
        ({"url": "https://h/", "token": " "}, "token: is empty"),
        ({"url": "https://h/", "token": "tökén"}, "token: expected letters, digits and signs of ASCII"),
        ({"url": "https://h:99999/"}, "expected an address such as"),
        ({"url": "https://h/", "timeout": "2m"}, "timeout"),
        ({"url": "https://h/", "form": "rase"}, "form"),
        ({"url": "https://h/", "alow": {}}, "allow"),
    ],
)
def test_a_table_that_is_wrong_is_refused(table, said):
    with pytest.raises(SettingsError, match=said.replace("(", r"\(")) as caught:
        Options(table, place="assistant", base=None).parse(HttpOptions)
    assert "whsec_A" not in str(caught.value)


def test_an_address_in_any_script_is_taken_as_it_travels():
    table = {"url": "https://bücher.example/zug"}
    options = Options(table, place="assistant", base=None).parse(HttpOptions)
    assert options.url == "https://xn--bcher-kva.example/zug"


def test_white_space_that_was_copied_with_a_token_is_left_out():
    table = {"url": "https://h/", "token": "token\n"}
    options = Options(table, place="assistant", base=None).parse(HttpOptions)
    assert options.token.get_secret_value() == "token"
