"""Threads that own tools."""

import threading

from switchhook_embedded.threads import WorkerThreads

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
    WorkerThreads("unused", ["tool"])

    assert threads_of("unused") == []


def test_each_tool_has_one_thread_however_many_work():
    threads = WorkerThreads("shared", ["a", "b"])

    with threads.working(), threads.working():
        assert len(threads_of("shared")) == 2


def test_threads_end_after_the_last_one_has_left():
    threads = WorkerThreads("ending", ["a", "b"])
    with threads.working():
        running = threads_of("ending")

    for thread in running:
        thread.join(PATIENCE)
    assert threads_of("ending") == []


def test_threads_stay_while_somebody_works():
    threads = WorkerThreads("staying", ["a"])
    done = threading.Event()
    with threads.working():
        with threads.working():
            pass
        threads.submit(lambda _: done.set())
        assert done.wait(PATIENCE)


def test_each_thread_has_its_own_tool():
    threads, first, second = WorkerThreads("own", ["a", "b"]), Gate(), Gate()
    with threads.working():
        threads.submit(first)
        threads.submit(second)
        assert first.entered.wait(PATIENCE)
        assert second.entered.wait(PATIENCE)
        first.open.set()
        second.open.set()

    assert sorted(first.tools + second.tools) == ["a", "b"]


def test_urgent_jobs_come_first_and_else_the_earlier_one():
    threads, gate, order, done = WorkerThreads("urgent", [None]), Gate(), [], threading.Event()
    with threads.working():
        threads.submit(gate)
        assert gate.entered.wait(PATIENCE)
        for name, urgent in [("a", False), ("b", True), ("c", False), ("d", True)]:
            threads.submit(lambda _, name=name: order.append(name), urgent=urgent)
        threads.submit(lambda _: done.set(), urgent=False)
        gate.open.set()
        assert done.wait(PATIENCE)

    assert order == ["b", "d", "a", "c"]


def test_what_waits_is_dropped_when_the_last_one_leaves():
    threads, gate, order = WorkerThreads("dropping", [None]), Gate(), []
    with threads.working():
        threads.submit(gate)
        assert gate.entered.wait(PATIENCE)
        threads.submit(lambda _: order.append("late"))
    done = threading.Event()
    with threads.working():
        gate.open.set()
        threads.submit(lambda _: done.set())
        assert done.wait(PATIENCE)

    assert order == []


def test_a_thread_that_was_to_end_goes_on_for_the_next_one():
    threads, gate, done = WorkerThreads("again", [None]), Gate(), threading.Event()
    with threads.working():
        threads.submit(gate)
        assert gate.entered.wait(PATIENCE)
    with threads.working():
        assert len(threads_of("again")) == 1
        threads.submit(lambda _: done.set())
        gate.open.set()
        assert done.wait(PATIENCE)


def test_threads_work_again_after_it_ended():
    threads, done = WorkerThreads("anew", [None]), threading.Event()
    with threads.working():
        running = threads_of("anew")
    for thread in running:
        thread.join(PATIENCE)

    with threads.working():
        threads.submit(lambda _: done.set())
        assert done.wait(PATIENCE)


def test_how_long_the_oldest_urgent_job_has_waited_is_known(monkeypatch):
    clock = [10.0]
    monkeypatch.setattr("switchhook_embedded.threads.monotonic", lambda: clock[0])
    threads, gate = WorkerThreads("late", [None]), Gate()
    with threads.working():
        threads.submit(gate)
        assert gate.entered.wait(PATIENCE)
        threads.submit(lambda _: None, urgent=False)
        clock[0] = 20.0
        assert threads.behind() == 0.0
        for clock[0] in (21.0, 22.0):
            threads.submit(lambda _: None)
        clock[0] = 25.0
        assert threads.behind() == 4.0
        gate.open.set()
