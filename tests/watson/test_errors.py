"""The message in an error's body."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_watson.errors import said_in


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"message": "one"}], "error": "two"}, "one"),
        ({"error": "Invalid Session", "code": 404}, "Invalid Session"),
        ({"message": "three"}, "three"),
        ({"errorMessage": "four"}, "four"),
        ({"error": {"code": 1}}, ""),
        ({"errors": []}, ""),
        ([], ""),
    ],
)
def test_where_it_stands(body, said):
    assert said_in(json.dumps(body).encode()) == said


@given(
    st.binary()
    | st.recursive(
        st.none() | st.text(),
        lambda e: (
            st.lists(e) | st.dictionaries(st.sampled_from(["errors", "error", "message", "errorMessage"]), e)
        ),
    ).map(lambda j: json.dumps(j).encode())
)
def test_no_body_is_too_odd(body):
    assert len(said_in(body)) <= 200
