"""How long a recording that was fetched is given to other calls, in virtual time."""

from contextlib import asynccontextmanager

import anyio
import pytest
from trio.testing import MockClock

from switchhook_http import HttpError
from switchhook_responses.fetching import LONGEST, USUAL, Fetcher, FetchError

pytestmark = pytest.mark.anyio
URL = "https://example.org/a.wav"


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


class Server:
    """Gives a new recording each time, after a second: b"1", b"2" and so on. `answers`: status and headers by
    address, or what the connection fails with."""

    def __init__(self, headers=None, **answers):
        self.answers = {
            "a.wav": (200, headers or {}),
            **{name.replace("_", "."): each for name, each in answers.items()},
        }
        self.asked = self.at_once = self.most = 0

    @asynccontextmanager
    async def request(self, method, url, headers):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await anyio.sleep(1)
            self.asked += 1
            answer = self.answers[url.rpartition("/")[2]]
            if isinstance(answer, Exception):
                raise answer
            status, headers = answer
            yield Answer(status, headers, b"%d" % self.asked)
        finally:
            self.at_once -= 1


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    async def chunks(self):
        yield self.body


def fetching(server, cache=100):
    return Fetcher(hosts=(), most=100, patience=5.0, cache=cache, pool=server)


async def twice(server, after):
    files = fetching(server)
    first = await files.fetch(URL)
    await anyio.sleep(after)
    return first, await files.fetch(URL)


@pytest.mark.parametrize(
    ("control", "lasts"),
    [
        ("", USUAL),
        ("public", USUAL),
        ("max-age=60", 60),
        ('Max-Age = "60", must-revalidate', 60),
        ("max-age=60, s-maxage=90", 90),
        ("max-age=999999999", LONGEST),
        ("max-age=soon", USUAL),
    ],
)
async def test_a_recording_is_kept_for_as_long_as_its_server_says(control, lasts):
    headers = {"cache-control": control} if control else {}
    assert await twice(Server(headers), lasts - 1) == (b"1", b"1")
    assert await twice(Server(headers), lasts + 1) == (b"1", b"2")


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60", "No-Cache", "max-age=0"])
async def test_what_is_for_one_caller_alone_is_given_to_no_other(control):
    server = Server({"cache-control": control})
    files, heard = fetching(server), []

    async def call():
        heard.append(await files.fetch(URL))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(call)
    assert sorted(heard) == [b"1", b"2", b"3"]
    assert server.most == 2  # whoever waited for another's fetches his own beside the others
    assert await files.fetch(URL) == b"4"


async def test_so_is_what_such_an_answer_redirects_to():
    moved = 302, {"location": "b.wav", "cache-control": "no-store"}
    assert await twice(Server(a_wav=moved, b_wav=(200, {})), 1) == (b"2", b"4")


async def test_what_several_want_at_the_same_time_is_fetched_once():
    server = Server()
    files = fetching(server)
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(files.fetch, URL)
    assert server.asked == 1


@pytest.mark.parametrize("trouble", [HttpError("connect"), (503, {})])
async def test_while_the_server_cannot_be_reached_the_one_that_is_kept_is_heard(trouble):
    server = Server()
    files = fetching(server)
    await files.fetch(URL)
    await anyio.sleep(USUAL + 1)
    server.answers["a.wav"] = trouble
    assert await files.fetch(URL) == b"1"
    server.answers["a.wav"] = 200, {}
    assert await files.fetch(URL) == b"3"


async def test_one_that_was_taken_away_is_heard_no_more():
    server = Server()
    files = fetching(server)
    await files.fetch(URL)
    await anyio.sleep(USUAL + 1)
    for answer in ((404, {}), HttpError("connect")):
        server.answers["a.wav"] = answer
        with pytest.raises(FetchError):
            await files.fetch(URL)
