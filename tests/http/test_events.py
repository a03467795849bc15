"""Server-sent events, cut anywhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_http import Events, Lines, events

LINE = st.sampled_from(
    [
        "data: a",
        "data:b",
        "data:  c",
        "data",
        "event: message",
        ": comment",
        "id: 1",
        "",
        "dat: x",
        "data: é€\u2028",
    ]
)


def read(chunks):
    events = Events()
    got = [data for chunk in chunks for data in events.feed(chunk)]
    return got + list(events.finish())


def cut(whole, places):
    edges = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


@given(st.lists(st.tuples(LINE, st.sampled_from(["\n", "\r", "\r\n"]))), st.lists(st.integers(0)))
def test_cuts_do_not_matter(lines, places):
    whole = "".join(line + end for line, end in lines).encode()

    assert read(cut(whole, places)) == read([whole]) == read([bytes([byte]) for byte in whole])


@given(st.binary(), st.lists(st.integers(0)))
def test_any_bytes_are_read(whole, places):
    assert read(cut(whole, places)) == read([whole])


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\ndata: two\n\n", ["one", "two"]),
        (b"event: message\r\ndata: one\r\n\r\n", ["one"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"\xef\xbb\xbfdata: one\n\n", ["one"]),
        (b": keep-alive\n\n\n\ndata: one\n\n", ["one"]),
        (b"data:one\n\n", ["one"]),
        (b"data: one", ["one"]),
        (b"data\n\n", [""]),
        (b"", []),
    ],
)
def test_the_format(stream, events):
    assert read([stream]) == events


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 60 + b"\n", b"x" * 60])
def test_an_event_is_bounded(monkeypatch, piece):
    monkeypatch.setattr(events, "LARGEST", 100)
    with pytest.raises(ValueError, match="more than 100"):
        read([piece] * 3)


def test_events_that_are_over_do_not_count(monkeypatch):
    monkeypatch.setattr(events, "LARGEST", 100)

    assert len(read([b"data: " + b"x" * 60 + b"\n\n"] * 10)) == 10


# --- lines


def lines(chunks):
    form = Lines()
    got = [line for chunk in chunks for line in form.feed(chunk)]
    return got + list(form.finish())


@given(st.binary(), st.lists(st.integers(0)))
def test_lines_may_be_cut_anywhere(whole, places):
    assert lines(cut(whole, places)) == lines([whole])


def test_empty_lines_and_either_end_do_not_matter():
    assert lines([b'{"a": 1}\r\n\n"b"\n  ', "\u2028é".encode()]) == ['{"a": 1}', '"b"', "é"]


def test_a_line_without_an_end_has_one(monkeypatch):
    monkeypatch.setattr(events, "LARGEST", 10)
    with pytest.raises(ValueError, match="more than 10"):
        lines([b"12345", b"678901"])
