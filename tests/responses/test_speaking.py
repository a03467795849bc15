"""From what authors write to what a voice is given."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchhook import Remark, Say, plain_text
from switchhook_responses.speaking import LONGEST, TAG, join, said, to_speech

PIECES = [
    *(
        "<speak>",
        "</speak>",
        "<break/>",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "&lt;",
        "&gt;",
        "&amp;",
        "<!--",
        "-->",
    ),
    *("<?xml ?>", "<!DOCTYPE a>", "<![CDATA[", "]]>", " x ", "1. ", "\n", "\ud800", "\0"),
]
MARKUP = st.text("<>&/!?-ab *_#`[]()\"'=;\n", max_size=60) | st.lists(
    st.sampled_from(PIECES), max_size=12
).map("".join)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**Bold** and __bold__", "Bold and bold"),
        ("*soft* and _soft_", "soft and soft"),
        ("~~gone~~ `code`", "gone code"),
        ("# Title\nwords", "Title\nwords"),
        ("- one\n- two", "one\ntwo"),
        ("* one\n+ two", "one\ntwo"),
        ("**Steps**\n1. one\n2. two", "Steps\n1. one\n2. two"),
        ("[the **page**](https://example.com)", "the page"),
        ("![a picture](https://example.com/a.png)", "a picture"),
        ("> quoted", "quoted"),
        ("above\n\n---\n\nbelow", "above\nbelow"),
        ("```\ncode\n```", "code"),
        (r"\*not soft\*", "*not soft*"),
        ("***both*** and **bold *soft* again**", "both and bold soft again"),
        ("``a ` tick`` and `**stars**`", "a ` tick and **stars**"),
        ("Title\n=====\nwords", "Title\nwords"),
        ("**Steps**\n1) one\n2) two", "Steps\n1. one\n2. two"),
        ("- one\n  - within\n\n    more", "one\nwithin\nmore"),
        ("> - quoted\n> - list", "quoted\nlist"),
        ("words\n\n    code **here**\n\nwords", "words\ncode **here**\nwords"),
        ("# Closed ##\nC#", "Closed\nC#"),
        ("one\\\ntwo", "one\ntwo"),
        ("*R&amp;D* &#38; &unknown;", "R&D & &unknown;"),
        ("[one](https://example.com/a_(b)?c[]=1 'its title') *two*", "one two"),
        ("[the [inner](b) page](a)", "[the inner page](a)"),
        ("[the ![picture](b) page](a)", "the picture page"),
        ("[a page][home], [home][] and [home]\n\n[Home]: https://example.com", "a page, home and home"),
        ("[none][here] and [none] *but*", "[none][here] and [none] but"),
        ("[not a link](because of a space) *but*", "[not a link](because of a space) but"),
    ],
)
def test_markdown_is_stripped(markdown, plain):
    assert to_speech(markdown) == plain


@pytest.mark.parametrize(
    "text",
    [
        "Is 3 < 4 & 5 > 2?",
        "AT&T",
        "1. your balance",
        "my_long_name",
        "2 * 3 * 4",
        "Press * or # now.",
        "It is -5 degrees, +1 tomorrow.",
        "50% [yes]",
        "**open and * never shut_",
        "a ~ b",
        "#1 of [all](here",
    ],
)
def test_signs_that_mean_themselves_stay(text):
    assert to_speech(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'One <break time="500ms"/> two',
        "<speak>Hello</speak>",
        '<speak version="1.1">R&amp;D <emphasis>now</emphasis></speak>',
        '<p><s>Hi</s></p> <say-as interpret-as="digits">1234</say-as>',
        '<express-as style="cheerful">Hi</express-as> here',
        "<amazon:effect>Hi</amazon:effect>",
    ],
)
def test_well_formed_markup_is_passed_on_unchanged(text):
    assert to_speech(text) == text


def test_markdown_beside_markup_is_read():
    text = '<express-as style="cheerful">Hi</express-as> **here**'
    assert to_speech(text) == '<express-as style="cheerful">Hi</express-as> here'


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("One <break> two", "One <break/> two"),
        ("R&D <break/>", "R&amp;D <break/>"),
        ("<speak>Hi", "<speak>Hi</speak>"),
        ("<p>One</p> <speak>two</speak>", "<speak><p>One</p> two</speak>"),
        ("<speak>One</speak><speak>two</speak>", "<speak>One two</speak>"),
        (
            "<emphasis>one <prosody rate='slow'>two</emphasis> three",
            '<emphasis>one <prosody rate="slow">two</prosody></emphasis> three',
        ),
        (
            '<break time=1s/>now <sub alias="3 > 2">more</sub',
            '<break time="1s"/>now <sub alias="3 &gt; 2">more</sub>',
        ),
    ],
)
def test_markup_that_is_not_well_formed_is_mended(text, plain):
    assert to_speech(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Hello <b>you</b>!", "Hello you!"),
        ("one<br>two", "one\ntwo"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<p>un<b>believ</b>able</p><p>H<sub>2</sub>O</p>", "unbelievable\n\nH2O"),
        ("<table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>", "A, 1\n\nB, 2"),
        ('<a href="https://example.com">our page</a>', "our page"),
        ("Hi<script>alert(1)</script> you<STYLE>p { a: b }</STYLE>", "Hi you"),
        ("Tom &amp; Jerry &lt;b&gt;run&lt;/b&gt;", "Tom & Jerry run"),
        ("well<!-- not this --> said", "well said"),
    ],
)
def test_html_is_not_spoken(text, plain):
    assert to_speech(text) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a<b and c>d", "a b and c d"),
        ("Is x<y or is z>9?", "Is x y or is z 9?"),
        ("a<b && c>d, <b>surely</b>", "a b && c d, surely"),
        ("a&lt;b and c&gt;d", "a b and c d"),
        ("<speak>a<b and c>d</speak>", "<speak>a b and c d</speak>"),
    ],
)
def test_words_between_less_and_more_are_said(text, words):
    assert to_speech(text) == words
    assert to_speech(words) == words


@pytest.mark.parametrize(
    "text", ["a<b >c</b>d", "a<i class='x' y>c</i>d", "a<break strong now>d", "a</b c d>d"]
)
def test_what_may_be_a_tag_is_one(text):
    assert "<b" not in plain_text(text)
    assert "strong" not in plain_text(text)
    assert "class" not in plain_text(text)


def test_a_document_type_is_never_given_to_the_parser():
    bomb = '<!DOCTYPE speak [<!ENTITY a "aaaa">]><speak>&a;</speak>'

    assert to_speech(bomb) == "<speak>&amp;a;</speak>"


def test_an_xml_prolog_is_dropped():
    assert to_speech('<?xml version="1.0"?><speak>Hi</speak>') == "<speak>Hi</speak>"


def test_many_nested_tags_are_refused_in_linear_time():
    assert TAG.search(to_speech("<a" * 20_000 + ">" * 20_000)) is None


def is_speech(text):
    """The promise: markup that is well formed, or no tags at all."""
    if TAG.search(text) is None:
        return True
    whole = text.startswith("<speak")
    root = ET.fromstring(text if whole else f"<speak>{text}</speak>")
    return all(each.tag != "b" for each in root.iter())


@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_whatever_is_written_either_is_markup_or_has_none(text):
    assert is_speech(to_speech(text))


@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_a_voice_can_always_be_sent_the_text(text):
    assert to_speech(text).encode() is not None


@settings(max_examples=100, deadline=None)
@given(st.lists(MARKUP, max_size=4))
@example(["a <b", "c> d"])
@example(["<break/>", "\x00"])
def test_joined_texts_keep_the_promise(texts):
    assert is_speech(join(["{}"] * len(texts), texts))


def test_the_words_of_markup_are_unescaped():
    assert plain_text("<p>R&amp;D</p> now") == "R&D now"


def test_the_words_of_plain_text_are_the_text():
    assert plain_text("R&amp;D") == "R&amp;D"


def test_a_text_that_nothing_has_bounded_is_cut_with_a_remark():
    say, remark = said("a" * 20_000)
    assert (say, remark) == (Say("a" * LONGEST), Remark(f"a text longer than {LONGEST} bytes was cut"))


def test_a_text_of_an_ordinary_length_is_only_said():
    assert said("**Hello**") == [Say("Hello")]
