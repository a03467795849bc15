"""Threads that own tools."""

import threading

from switchhook_embedded.crew import Crew

PATIENCE = 10.0  # seconds until a test that waits has failed


def threads_of(name):
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


class Gate:
    """A job that holds its thread until the test lets go."""

    def __init__(self):
        self.entered, self.open = threading.Event(), threading.Event()
        self.tools = []

    def __call__(self, tool):
        self.tools.append(tool)
        self.entered.set()
        assert self.open.wait(PATIENCE)


def test_there_is_no_thread_before_somebody_works():
    Crew("unused", ["tool"])

    assert threads_of("unused") == []


def test_each_tool_has_one_thread_however_many_work():
    crew = Crew("shared", ["a", "b"])

    with crew.working(), crew.working():
        assert len(threads_of("shared")) == 2


def test_threads_end_after_the_last_one_has_left():
    crew = Crew("ending", ["a", "b"])
    with crew.working():
        threads = threads_of("ending")

    for thread in threads:
        thread.join(PATIENCE)
    assert threads_of("ending") == []


def test_threads_stay_while_somebody_works():
    crew = Crew("staying", ["a"])
    done = threading.Event()
    with crew.working():
        with crew.working():
            pass
        crew.submit(lambda _: done.set())
        assert done.wait(PATIENCE)


def test_each_thread_has_its_own_tool():
    crew, first, second = Crew("own", ["a", "b"]), Gate(), Gate()
    with crew.working():
        crew.submit(first)
        crew.submit(second)
        assert first.entered.wait(PATIENCE)
        assert second.entered.wait(PATIENCE)
        first.open.set()
        second.open.set()

    assert sorted(first.tools + second.tools) == ["a", "b"]


def test_urgent_jobs_come_first_and_else_the_earlier_one():
    crew, gate, order, done = Crew("urgent", [None]), Gate(), [], threading.Event()
    with crew.working():
        crew.submit(gate)
        assert gate.entered.wait(PATIENCE)
        for name, urgent in [("a", False), ("b", True), ("c", False), ("d", True)]:
            crew.submit(lambda _, name=name: order.append(name), urgent=urgent)
        crew.submit(lambda _: done.set(), urgent=False)
        gate.open.set()
        assert done.wait(PATIENCE)

    assert order == ["b", "d", "a", "c"]


def test_what_waits_is_dropped_when_the_last_one_leaves():
    crew, gate, order = Crew("dropping", [None]), Gate(), []
    with crew.working():
        crew.submit(gate)
        assert gate.entered.wait(PATIENCE)
        crew.submit(lambda _: order.append("late"))
    done = threading.Event()
    with crew.working():
        gate.open.set()
        crew.submit(lambda _: done.set())
        assert done.wait(PATIENCE)

    assert order == []


def test_a_thread_that_was_to_end_goes_on_for_the_next_one():
    crew, gate, done = Crew("again", [None]), Gate(), threading.Event()
    with crew.working():
        crew.submit(gate)
        assert gate.entered.wait(PATIENCE)
    with crew.working():
        assert len(threads_of("again")) == 1
        crew.submit(lambda _: done.set())
        gate.open.set()
        assert done.wait(PATIENCE)


def test_a_crew_works_again_after_it_ended():
    crew, done = Crew("anew", [None]), threading.Event()
    with crew.working():
        threads = threads_of("anew")
    for thread in threads:
        thread.join(PATIENCE)

    with crew.working():
        crew.submit(lambda _: done.set())
        assert done.wait(PATIENCE)
