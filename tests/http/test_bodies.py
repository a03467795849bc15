"""What the body of an answer holds."""

import json

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import virtual_time
from switchhook_http import HttpError, json_in, json_object, object_at, read_out

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("body", [b"", b"\xff", "[" * 100_000, "no json", "{"])
def test_what_is_no_json_is_unreadable(body):
    with pytest.raises(HttpError) as caught:
        json_in(body)
    assert caught.value.problem == "garbage"


@pytest.mark.parametrize("body", ["[]", "null", "7", b'"{}"'])
def test_what_is_no_object_is_unreadable_where_one_is_expected(body):
    with pytest.raises(HttpError) as caught:
        json_object(body)
    assert caught.value.problem == "garbage"


@given(JSON)
def test_whatever_json_there_is_is_read(value):
    assert json_in(json.dumps(value)) == value
    assert json_in(json.dumps(value).encode()) == value


@given(JSON, st.lists(st.sampled_from("abc"), max_size=3))
def test_there_is_an_object_at_every_path(value, path):
    assert isinstance(object_at(value, *path), dict)


def test_the_object_at_a_path_is_the_one_that_lies_there():
    assert object_at({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert object_at({"a": [{"b": 1}]}, "a", "b") == {}


async def _parts(*pauses):
    for pause in pauses:
        await anyio.sleep(pause)
        yield pause


@pytest.mark.parametrize(("pauses", "seconds"), [((), 0), ((0.01, 0.02), 0.03), ((0.01, 60), 0.1)])
def test_the_end_of_a_stream_is_waited_for_but_not_long(pauses, seconds):
    async def waited():
        began = anyio.current_time()
        await read_out(_parts(*pauses))
        return anyio.current_time() - began

    assert anyio.run(waited, **virtual_time()) == pytest.approx(seconds)
