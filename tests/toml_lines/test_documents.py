"""In which line a key stands."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_toml_lines import line_of, lines_of

X, Y = "xy"  # they may stand in no line of their own
KEYS = st.sampled_from(["a", "b", '"c d"', "'e.f'", "long-key", "1"])
COMMENTS = st.sampled_from(["", "  # a [comment] = 'x", "\t#"])
SCALARS = st.sampled_from(
    [
        "1",
        "1.5",
        "true",
        '"text # no comment"',
        "'[x]'",
        '"""several\n"lines" = 1\n"""',
        "'''\na\n'''",
        '"a\\"b"',
        "1979-05-27 07:32:00",
        '""',
        "''",
        '"""a"""""',
    ]
)


def inline(children):
    arrays = st.lists(children, max_size=3).map(lambda items: "[\n" + ",\n  # one\n".join(items) + "\n]")
    flat = st.dictionaries(KEYS, SCALARS.filter(lambda text: "\n" not in text), max_size=3)
    tables = flat.map(lambda pairs: "{" + ", ".join(f"{k} = {v}" for k, v in pairs.items()) + "}")
    return st.one_of(arrays, tables)


VALUES = st.recursive(SCALARS, inline, max_leaves=6)
PAIRS = st.dictionaries(KEYS, VALUES, max_size=3)
HEADS = st.sampled_from(["[x.{n}]", "[[y]]", "[[y]]", "[ y . z{n} ]", "[[y.more]]"])


def paths(value, path=()):
    """All of a document that was read."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


@st.composite
def documents(draw):
    blocks = [draw(PAIRS), *draw(st.lists(PAIRS, max_size=5))]
    text = ""
    for number, pairs in enumerate(blocks):
        if number:
            text += draw(HEADS).format(n=f"t{number}") + draw(COMMENTS) + "\n"
        for key, value in pairs.items():
            text += f"{key} = {value}{draw(COMMENTS)}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ""  # a table that is written twice
    return text


@given(documents())
def test_what_a_document_has_stands_in_a_line(text):
    written = {path for path in paths(tomllib.loads(text)) if path not in ((X,), (Y,))}
    assert set(lines_of(text)) - {(X,), (Y,)} == written


@given(documents())
def test_a_key_stands_in_the_line_that_shows_it(text):
    shown = text.split("\n")
    keys = ((path[-1], line) for path, line in lines_of(text).items() if isinstance(path[-1], str))
    assert all(key in shown[line - 1] for key, line in keys)


DOCUMENT = """\
a = 1
list = [
  1,
  { b = 2 }, # [t]
]
[[t]]
k = 1
[[t]]
long = '''
[not.a.table]
'''
k = 2
[[t.s]]
x.y = 1
[d.e]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("list",), 2),
        (("list", 1, "b"), 4),
        (("t", 0), 6),
        (("t", 0, "k"), 7),
        (("t", 1, "k"), 12),
        (("t", 1, "s", 0, "x", "y"), 14),
        (("d", "e"), 15),
    ],
)
def test_lines_are_counted_from_one(path, line):
    assert line_of(path, lines_of(DOCUMENT)) == line


def test_what_is_not_there_stands_where_it_would_stand():
    assert line_of(("t", 1, "nowhere", 3), lines_of(DOCUMENT)) == 8
