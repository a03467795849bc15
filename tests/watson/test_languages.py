"""Which of the tags that a service knows means a language."""

import pytest

from switchhook_watson import nearest, spoken_by

KNOWN = "en-us", "en-gb", "es-LA", "es-ES", "zh-cn", "zh-tw"


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("en-GB", "en-gb"),
        ("en_GB", "en-gb"),
        ("en-AU", "en-us"),
        ("es", "es-LA"),
        ("ES-es", "es-ES"),
        ("zh-Hant-TW", "zh-tw"),
        ("pl-PL", ""),
        ("", ""),
    ],
)
def test_it_is_the_same_or_the_first_of_another_region(language, tag):
    assert nearest(language, KNOWN) == tag


@pytest.mark.parametrize("name", ["de", "de-DE", "de_DE", "DE-de", "de-DE_BirgitV3Voice"])
def test_the_language_is_what_a_name_begins_with(name):
    assert spoken_by(name) == "de"
