"""What a voice is given of a text."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook.speakable.words import LONGEST_PAUSE, MOST_PAUSES, Pause, Pronunciations, for_voice

PIECES = [
    *("<speak>", "</speak>", "<break/>", '<break time="1s"/>', "<p>", "</p>", "<li>", "<br>", "<b>", "</b>"),
    *(
        '<sub alias="3 > 2">',
        "</sub>",
        "<say-as interpret-as='digits'>",
        "</say-as>",
        "<a ",
        "&",
        "&amp;",
        "<",
    ),
    *(
        "<emphasis>",
        "</emphasis>",
        "IBM",
        " 0017",
        "1-800-555-0145",
        "*",
        "#",
        "😀",
        "|",
        "\n",
        " x ",
        "<![CDATA[",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=15).map("".join) | st.text(max_size=60)
NAMES = Pronunciations({"IBM": "I B M", "AT&T": "A T and T", "C++": "C plus plus", "東京": "とうきょう"})


def said(text, language="en-US"):
    return for_voice(text, language).parts


@pytest.mark.parametrize(
    "text",
    [
        *("Dial *100# for your balance", "Dial *100*2# or *101# now", "3*4", "5*3 and 6*7", "* to go back"),
        *("# to end", "Press * or #.", "Press (*) for x and (*) for y", 'Say "*".', "Press *, then *."),
        *("It costs $5.00, $1234567 or 1,000,000.", "At 08:30 on 2026-11-30", "12/05/2026", "30.11.2026"),
        *("EUR 1234567", "1234567 zł", "123456 Kč", "CHF 123456.50", "Rs. 1234567", "123456 euros"),
        *("AB12 THIS LAST TERM", "08:30-17:00", "1.10.2026 - 31.12.2026", "1'234'567.50", "12,34,567"),
        *("1990-2010", "1 000 000 people", "v1.02 at 192.168.100.200", "3.14159265", "1500000 people"),
    ],
)
def test_keys_amounts_dates_and_times_stay(text):
    assert said(text) == [text]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("PIN 0017", "PIN 0 0 1 7"),
        ("Order 3105550188.", "Order 3 1 0 5 5 5 0 1 8 8."),
        ("1-800-555-0145", "1, 8 0 0, 5 5 5, 0 1 4 5"),
        ("+44 20 7946 0958", "+4 4, 2 0, 7 9 4 6, 0 9 5 8"),
        ("(555) 123-4567", "5 5 5, 1 2 3, 4 5 6 7"),
        ("030/1234567", "0 3 0, 1 2 3 4 5 6 7"),
        ("4111 1111 1111 1111", "4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1"),
        ("AB123456", "AB 1 2 3 4 5 6"),
        ("FR14 2004 1010 0505 0001 3M02 606", "F R 1 4, 2 0 0 4, 1 0 1 0, 0 5 0 5, 0 0 0 1, 3 M 0 2, 6 0 6"),
        ("GB29NWBK60161331926819 HERE", "G B 2 9, N W B K, 6 0 1 6, 1 3 3 1, 9 2 6 8, 1 9 HERE"),
    ],
)
def test_numbers_that_are_names_are_said_digit_by_digit(text, spoken):
    assert said(text) == [spoken]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (
            "Mail <orders@example.org> or see <https://example.org/faq>.",
            "Mail orders@example.org or see example.org/faq.",
        ),
        (
            "See https://bucket.example.com/" + "a/" * 40 + "?X=" + "b" * 1000 + " now",
            "See bucket.example.com now",
        ),
        (f"See bucket.example.com/a?X={'b' * 1000} now", "See bucket.example.com/a now"),
        ("s3://bucket/key?sig=x or sftp://u:p@host/f", "bucket/key or host/f"),
        ("Mail mailto:a@b.example?subject=x, tel:+49-30-123456", "Mail a@b.example, +4 9, 3 0, 1 2 3 4 5 6"),
        ("Hi 😀! Done ✅", "Hi! Done"),
        ("→ One\n* * *\n→ Two", "One. Two"),
        ("1️⃣ Sales *️⃣ back", "1 Sales * back"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "A, B. 1, 2"),
        ("Above\n=====\nbelow ----- it", "Above, below it"),
        ("<ul><li>One</li><li>Two</li></ul>", "One. Two"),
        ("a<br>b", "a, b"),
        ("- One\n- Two:\n  - three", "One. Two: three"),
        ("un**believ**able <b>H</b><sub>2</sub>O", "unbelievable H2O"),
    ],
)
def test_what_is_drawn_becomes_words_and_pauses(text, spoken):
    assert said(text) == [spoken]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('<sub alias="3 > 2">more</sub>', ["3 > 2"]),
        ("a <break/> b", ["a, b"]),
        ('<s>a</s> <break strength="none"/>b', ["a. b"]),
        ('a <break time="500ms"/> b', ["a", Pause(0.5), "b"]),
        ('<say-as interpret-as="digits">0017</say-as>', ["0 0 1 7"]),
        ('<say-as interpret-as="characters">aB1</say-as>', ["A B 1"]),
        ('<say-as interpret-as="telephone">+1 800 555</say-as>', ["+1, 8 0 0, 5 5 5"]),
        ('<say-as interpret-as="cardinal">3105550188</say-as>', ["3105550188"]),
        ('the <say-as interpret-as="ordinal">23</say-as>', ["the 23rd"]),
        ('the <say-as interpret-as="ordinal">11</say-as>', ["the 11th"]),
        ('<say-as interpret-as="date">20261012</say-as>', ["2026-10-12"]),
        ('<speak>**Bold** **<say-as interpret-as="digits">12</say-as>**</speak>', ["Bold 1 2"]),
    ],
)
def test_a_voice_without_ssml_says_what_the_markup_means(text, spoken):
    assert said(text) == spoken


def test_pauses_end_some_time():
    pauses = [part.seconds for part in said('<break time="99s"/>a' * 20) if isinstance(part, Pause)]
    assert (max(pauses), sum(pauses)) == (LONGEST_PAUSE, MOST_PAUSES)


def test_an_ordinal_of_another_language_is_remarked():
    heard = for_voice('<say-as interpret-as="ordinal">3</say-as>', "de-DE")
    assert (heard.parts, len(heard.remarks)) == (["3"], 1)


def test_what_was_mended_is_remarked():
    assert for_voice("<speak>Q&A <break/> now</speak>").remarks == ["SSML was mended: a & or < was escaped"]


def test_what_a_voice_without_ssml_passes_over_is_remarked():
    assert for_voice("<prosody rate='slow'>a</prosody>").remarks == [
        "the voice knows no SSML: passed over prosody"
    ]


@pytest.mark.parametrize("text", ["Hello.", "<b>Hello</b>", "Hello <break/> you", "**Hello**"])
def test_what_is_said_as_it_was_meant_is_not_remarked(text):
    assert for_voice(text).remarks == []


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("IBM and AT&T, IBMs, ibm, C++.", "I B M and A T and T, IBMs, ibm, C plus plus."),
        ("東京です", "とうきょうです"),
    ],
)
def test_whole_words_are_pronounced_as_the_connector_says(text, spoken):
    assert for_voice(text, pronunciations=NAMES).parts == [spoken]


def test_nothing_in_a_tag_is_pronounced_otherwise():
    text = '<sub alias="IBM">x</sub> <say-as interpret-as="characters">IBM</say-as> <p xml:lang="IBM">IBM</p>'
    assert for_voice(text, ssml=True, pronunciations=NAMES).parts == [text.replace(">IBM</p>", ">I B M</p>")]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_voice_with_ssml_is_given_what_is_well_formed(text):
    heard = for_voice(text, ssml=True, pronunciations=NAMES)
    for part in heard.parts if heard.marked_up else ():
        ET.fromstring(part if part.startswith("<speak") else f"<speak>{part}</speak>")


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_voice_without_ssml_is_given_no_tags(text):
    words = [part for part in said(text) if isinstance(part, str)]
    assert all(
        part and part == part.strip() and "<break" not in part and "</" not in part
        for part in words
        if "<<" not in text and "CDATA" not in text
    )


@pytest.mark.parametrize("text", ["[^1]", " [^note]: ", "[^1]\n\n[^2]"])
def test_a_footnote_alone_says_nothing(text):
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("<SAY-AS INTERPRET-AS='digits'>1234</SAY-AS>", ["1 2 3 4"]),
        ('<SPEAK>Hi <BREAK TIME="1S"/>you</SPEAK>', ["Hi", Pause(1.0), "you"]),
        ('<Sub Alias="one">1</Sub> two', ["one two"]),
    ],
)
def test_capitals_in_markup_mean_the_same(text, spoken):
    assert said(text) == spoken


def test_elements_with_the_prefix_of_their_namespace_mean_the_same():
    text = '<x:speak xmlns:x="urn:ssml">a<x:break time="1s"/><x:say-as interpret-as="digits">12</x:say-as></x:speak>'
    assert said(text) == ["a", Pause(1.0), "1 2"]
    written = '<speak>a<break time="1s"/><say-as interpret-as="digits">12</say-as></speak>'
    assert for_voice(text, ssml=True).parts == [written]


@pytest.mark.parametrize("name", ["amazon:effect", "mstts:express-as"])
def test_elements_of_an_engine_keep_their_prefix(name):
    text = f"<speak>a<{name} x='y'>b</{name}></speak>"
    assert for_voice(text, ssml=True).parts == [text]


@pytest.mark.parametrize(
    ("inside", "spoken"),
    [
        ('12<say-as interpret-as="characters">ab</say-as>34', ["1 2 A B 3 4"]),
        ('12<break time="1s"/>34', ["1 2", Pause(1.0), "3 4"]),
        ("12<mark name='here'/>34", ["1 2 3 4"]),
    ],
)
def test_nothing_within_a_say_as_is_lost(inside, spoken):
    assert said(f'<say-as interpret-as="digits">{inside}</say-as>') == spoken


def test_what_is_spelled_runs_into_nothing_beside_it():
    digits = '<say-as interpret-as="digits">12</say-as>'
    assert said(f"PIN{digits}{digits}now") == ["PIN 1 2 1 2 now"]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('See <sub alias="World Wide Web">W3C now', "See World Wide Web W3C now"),
        ('See <sub alias="Q & A">Q<p>now</p>', "See Q & A Q. now."),
        ('<say-as interpret-as="digits">0017 is your PIN', "0 0 1 7 is your PIN"),
        ('<say-as interpret-as="telephone">(800) 555-0145 it is', "8 0 0, 5 5 5, 0 1 4 5 it is"),
        ('<p>PIN <say-as interpret-as="digits">12</p> is new', "PIN 1 2. is new"),
        ("<speak><desc>a picture</speak>", "a picture"),
    ],
)
def test_an_element_without_an_end_takes_no_words_with_it(text, spoken):
    heard = for_voice(text)
    assert (heard.parts, heard.remarks[0][:17]) == ([spoken], "SSML was mended: ")


def test_broken_markup_that_leaves_no_tag_leaves_no_entities():
    assert said("</speak>you & I") == ["you & I"]


def test_sentences_do_not_run_together_where_the_root_begins():
    assert said("Hello.<speak>You</speak>") == ["Hello. You"]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("tel:+44-20", "+4 4, 2 0"),
        ("555-0145 ext. 12", "5 5 5, 0 1 4 5, ext, 1 2"),
        ("1-800-GO", "1, 8 0 0, G O"),
    ],
)
def test_a_telephone_number_has_words_and_letters_beside_its_digits(text, spoken):
    assert said(f'<say-as interpret-as="telephone">{text}</say-as>') == [spoken]


def test_an_alias_is_said_as_any_other_text():
    assert said('<sub alias="PIN 0017">it</sub>') == ["PIN 0 0 1 7"]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_ends(end):
    assert said(f"One{end}two") == ["One, two"]
