"""What the admin port says of several workers together: nothing is lost, and nothing counts twice."""

import anyio
import pytest

from switchhook import AdminPage
from switchhook.serving.workers.line import packed, unpacked
from switchhook.serving.workers.pages import Pages

pytestmark = pytest.mark.anyio
PATH = "/metrics"


class Worker:
    """`count`: what it says; None: nothing. It merges by adding. `before` is awaited when it is asked."""

    def __init__(self, slot, count):
        self.slot, self.count = slot, count
        self.ended = anyio.Event()
        self.merges = True

    async def before(self, question):
        pass

    async def ask_page(self, **question):
        await self.before(question)
        if self.count is None or self.ended.is_set():
            return None
        if "page" in question:
            return packed(page(self.count))
        given = [*(each for _, each in question["pages"]), *question["gone"]]
        return packed(page(sum(number(unpacked(each)) for each in given))) if self.merges else None


class Crew:
    def __init__(self, *workers):
        self.workers = {each.slot: each for each in workers}
        self.pages = Pages(self)

    def all_ready(self):
        return list(self.workers.values())

    def in_slot(self, slot):
        return self.workers.get(slot)

    def end(self, worker):
        """As a supervisor does."""
        worker.ended.set()
        del self.workers[worker.slot]
        self.pages.bury(worker)

    async def status(self, query=""):
        return (await self.pages.answer(PATH, query))[0]

    async def count(self):
        status, found = await self.pages.answer(PATH, "")
        assert status == 200
        return number(found)


def page(count):
    return AdminPage(str(count).encode(), "text/plain")


def number(page):
    return int(page.content)


async def test_what_workers_count_is_added():
    assert await Crew(Worker(0, 1), Worker(1, 20)).count() == 21


async def test_what_one_has_counted_that_ended_still_counts():
    one, two, three = Worker(0, 1), Worker(1, 20), Worker(2, 300)
    crew = Crew(one, two, three)
    for each in (one, two):
        await crew.count()
        crew.end(each)
    assert await crew.count() == 321


async def test_one_that_does_not_answer_counts_as_it_did_last():
    busy = Worker(1, 20)
    crew = Crew(Worker(0, 1), busy)
    await crew.count()
    busy.count = None
    assert await crew.count() == 21
    busy.count = 25
    assert await crew.count() == 26


async def test_one_that_ends_while_it_answers_counts_once():
    one, two = Worker(0, 1), Worker(1, 20)
    crew = Crew(one, two)
    await crew.count()

    async def before(question):
        if "page" in question and not two.ended.is_set():
            crew.end(two)

    one.before = before
    assert await crew.count() == 21
    assert await crew.count() == 21


async def test_nothing_of_one_that_has_ended_is_kept_but_what_it_counted():
    one, two = Worker(0, 1), Worker(1, 20)
    crew = Crew(one, two)
    await crew.count()

    async def before(question):
        if not two.ended.is_set():
            crew.end(two)

    one.before = before
    await crew.count()
    assert set(crew.pages._last) == {one}


async def test_one_that_ends_while_those_before_it_are_added_is_not_lost():
    workers = [Worker(slot, 10**slot) for slot in range(4)]
    crew = Crew(*workers)
    for each in workers[1:3]:
        await crew.count()
        crew.end(each)

    async def before(question):
        if "merge" in question and not workers[3].ended.is_set():
            crew.end(workers[3])

    workers[0].before = before
    assert await crew.count() == 1111
    assert await crew.count() == 1111


async def test_two_who_ask_at_the_same_time_are_told_the_same():
    workers = [Worker(slot, 10**slot) for slot in range(4)]
    crew = Crew(*workers)
    for each in workers[1:3]:
        await crew.count()
        crew.end(each)

    async def before(_):
        await anyio.lowlevel.checkpoint()

    workers[0].before = before
    found = []

    async def ask():
        found.append(await crew.count())

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask)
    assert found == [1111] * 3
    assert await crew.count() == 1111


async def test_another_one_adds_where_the_first_has_ended():
    one, two = Worker(0, 1), Worker(1, 20)
    crew = Crew(one, two)

    async def before(question):
        if "merge" in question and not one.ended.is_set():
            crew.end(one)

    one.before = before
    assert await crew.count() == 21


async def test_a_page_that_cannot_be_added_is_each_workers_own():
    one = Worker(0, 1)
    one.merges = False
    assert await Crew(one).status() == 404
    assert await Crew(one).status("worker=0") == 200
    assert await Crew(one).status("worker=7") == 404


async def test_where_no_worker_answers_that_is_said():
    one = Worker(0, 1)
    crew = Crew(one)
    await crew.count()
    one.count = None
    assert await crew.status() == 503
