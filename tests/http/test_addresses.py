"""Addresses as people write them become those that travel."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_http import ascii_address, ascii_host, is_web_address, shown_address


@pytest.mark.parametrize(
    ("written", "travels"),
    [
        ("https://bücher.example/größe.wav", "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe.wav"),
        ("https://BÜCHER.example:8443/a b.wav", "https://xn--bcher-kva.example:8443/a%20b.wav"),
        ("https://fußball.example/", "https://xn--fuball-cta.example/"),
        ("https://пример.example/звук.mp3", "https://xn--e1afmkfd.example/%D0%B7%D0%B2%D1%83%D0%BA.mp3"),
        ("https://例え。example/音", "https://xn--r8jz45g.example/%E9%9F%B3"),
        (
            "https://h.example/?name=größe&of=50%&it=%20",
            "https://h.example/?name=gr%C3%B6%C3%9Fe&of=50%25&it=%20",
        ),
        ("https://h.example/a.wav#ä", "https://h.example/a.wav"),
        ("https://h.example/\ud800.wav", "https://h.example/%3F.wav"),
        ("https://[2001:DB8::1]:8443/ä", "https://[2001:db8::1]:8443/%C3%A4"),
        ("https://\uff11\uff12\uff17.0.0.1/", "https://127.0.0.1/"),
    ],
)
def test_what_is_not_ascii_is_encoded(written, travels):
    assert ascii_address(written) == travels


@pytest.mark.parametrize(
    "address",
    [
        "https://xn--bcher-kva.example/gr%C3%B6%c3%9fe.wav",
        "https://bucket.example/a%2Fb.wav?X-Signature=a+b/c%3D%3D&list[]=1&when=10:00&to=a@b,c;d",
        "https://h.example",
        "http://10.0.0.1:8080/a/../b.wav?",
    ],
)
def test_what_is_in_that_form_stays_as_it_is(address):
    assert ascii_address(address) == address.removesuffix("?")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "a.wav",
            "https:///a.wav",
            "https://[::1",
            "https://h:port/",
            "https://h:70000/",
            "https://-ä/",
        ),
        *("https://" + "ä" * 300 + ".example/", "https://h.example/" + "a" * 9000, "https://h/" + "ä" * 4000),
    ],
)
def test_what_is_no_address_is_said_to_be_none(address):
    with pytest.raises(ValueError, match=r"."):
        ascii_address(address)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_what_travels_is_ascii_and_encoded_once(host, path, query):
    try:
        once = ascii_address(f"https://{host}/{path}?{query}")
    except ValueError:
        return
    assert once.isascii()
    assert ascii_address(once) == once
    assert ascii_host(urlsplit(once).hostname) == urlsplit(once).hostname


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://bucket.example/a.wav?X-Signature=secret#x", "https://bucket.example/a.wav"),
        ("https://me:secret@h.example:8443/größe", "https://h.example:8443/gr%C3%B6%C3%9Fe"),
        ("https://h.example/\u202egnp.wav\x1b[2J", "https://h.example/%E2%80%AEgnp.wav%1B[2J"),
        ("https://[::1", "an address that is none"),
    ],
)
def test_people_are_shown_what_is_no_secret(address, shown):
    assert shown_address(address) == shown


def test_people_are_shown_no_more_than_a_line():
    assert len(shown_address("https://h.example/" + "a" * 5000)) == 200


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://bot.example.com/turn?a=b", True),
        ("http://127.0.0.1:8080", True),
        ("https://[::1]:8080/v1", True),
        ("https://bücher.example/", True),
        ("bot.example.com", False),
        ("ftp://bot.example.com/", False),
        ("https:///turn", False),
        ("https://me:pw@bot.example.com/", False),
        ("https://bot.example.com/#turn", False),
        ("https://bot.example.com/a b", False),
        ("https://bot.example.com:99999/", False),
        ("https://bot.example.com:0/", False),
        ("https://[::1/", False),
        ("", False),
    ],
)
def test_the_address_of_a_service_is_told_from_what_is_none(address, is_one):
    assert is_web_address(address) is is_one
