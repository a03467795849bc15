"""What a test reaches decides where it runs. Most need nothing but Python and are `make quick`. What opens sockets,
starts processes, runs a speech engine or takes half a minute is real, and runs in `make test` beside them. What builds
or installs, or needs programs that are no part of a developer's set-up, runs in `.ci/run` alone.

The folder of a test says which it is: what is below `tests/real` is real, what is below `tests/ci` is CI's, everything
else is quick. Both mirror the folders of `tests`.
"""

import os
import sys
from pathlib import Path

import pytest
import urllib3.util.connection  # noqa: F401  # tries a socket when it is imported first, in whichever test that were

TESTS = Path(__file__).parent
FOLDERS = "real", "ci"  # and the names of their markers
SLOW = {"end_to_end", "faults", "scenarios"}  # folders of the longest files, none of which is to begin last
OUTSIDE = {  # audit events, and what they tell
    "socket.bind": "opens a socket",
    "socket.connect": "opens a socket",
    "socket.getaddrinfo": "asks for an address",
    "subprocess.Popen": "starts a process",
    "os.fork": "starts a process",
    "os.posix_spawn": "starts a process",
}
IN_CI = "LEAVE_NO_TEST_OUT"  # set: nothing may be left out
QUICK = "not real and not ci"
_running = []  # the quick test that runs now


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "real: opens sockets, starts processes, runs a speech engine or takes long"
    )
    config.addinivalue_line("markers", "ci: builds, installs, or needs programs of its own")
    sys.addaudithook(_refuse)


def pytest_ignore_collect(collection_path, config):
    """To import what is not quick costs half of the time that `make quick` needs to find its tests."""
    return True if config.option.markexpr == QUICK and _marker(collection_path) else None


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if marker := _marker(item.path):
            item.add_marker(marker)
    items.sort(key=lambda item: not SLOW.intersection(item.path.parts))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    if not (item.get_closest_marker("real") or item.get_closest_marker("ci")):
        _running.append(item.nodeid)
    try:
        return (yield)
    finally:
        _running.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """What a developer may do without is a failure in CI."""
    report = yield
    if os.environ.get(IN_CI) and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"left out, which {IN_CI} forbids: {report.longrepr}"
    return report


def _marker(path):
    """Of a file or folder; nothing of what is quick."""
    top = path.relative_to(TESTS).parts[:1] if path.is_relative_to(TESTS) else ()
    return top[0] if top and top[0] in FOLDERS else ""


def _refuse(event, _):
    if event in OUTSIDE and _running:
        pytest.fail(f"{_running[0]} {OUTSIDE[event]}: it belongs below tests/real")
