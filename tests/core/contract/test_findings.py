"""Pages of the admin port: what cannot be sent is none, and its plugin is told so."""

import pytest

from switchhook import AdminPage


def test_a_page_is_bytes_and_says_what_they_are():
    assert AdminPage(b"1", "text/html") == AdminPage(content=b"1", content_type="text/html")


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [("text", "text/plain", TypeError), (b"1", "text/plain\r\nX: y", ValueError), (b"1", "téxt", ValueError)],
)
def test_a_page_that_cannot_be_sent_is_refused_where_it_is_made(content, kind, error):
    with pytest.raises(error, match="expected"):
        AdminPage(content, kind)
