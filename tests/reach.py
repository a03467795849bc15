"""What a test reaches decides where it runs. Most need nothing but Python and are `make quick`. What opens sockets,
starts processes, runs a speech engine or takes half a minute is marked `real`, and runs in `make test` beside them.
What builds or installs, or needs programs that are no part of a developer's set-up, is marked `ci` and runs in
`.ci/run` alone.

Whole folders and files are listed here; a single test in a file of quick ones is marked where it stands.
"""

import os
import sys
from pathlib import Path

import pytest
import urllib3.util.connection  # noqa: F401  # tries a socket when it is imported first, in whichever test that were

TESTS = Path(__file__).parent
CI = {
    "docs/test_demo.py",
    "docs/test_first_calls.py",
    "docs/test_howto_commands.py",
    "transport_genesys/test_proxies.py",
    "websocket/test_cut_network.py",
    "workspace/test_release.py",
    "workspace/test_wheels.py",
}
REAL = {
    *("assistant_watson", "conformance", "end_to_end", "switchhook_conformance", "testing_watson"),
    *("stt_moonshine", "stt_whisper", "tts_hibari", "tts_pico"),
    *(
        "core/serving/test_admin.py",
        "embedded/test_process.py",
        "audiohook/test_without_io.py",
        "genesys_tools/test_plugin.py",
        "http/test_connections.py",
        "tts_watson/test_synthesis.py",
    ),
    *("stt_watson/test_recognition.py", "stt_watson/test_survival.py", "stt_watson/test_wire.py"),
    *("genesys_tools/test_architect.py", "genesys_tools/test_dial_call.py"),
    *("transport_genesys/test_odd_clients.py", "transport_genesys/test_what_is_logged.py"),
    "genesys_tools/test_public.py",
    *("transport_genesys/test_server.py", "watson/test_fetching.py", "watson/test_http.py"),
    *("watson/test_network.py", "websocket/test_handshake.py", "websocket/test_messages.py"),
    *("websocket/test_entrance.py", "websocket/test_proxy.py", "faults/test_matrix.py"),
}
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
    """To import what is listed costs half of the time that `make quick` needs to find its tests."""
    return True if config.option.markexpr == QUICK and _marker(collection_path) else None


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if marker := _marker(item.path):
            item.add_marker(marker)


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
    """Of a listed file or folder; nothing of another."""
    name = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    if name in CI:
        return "ci"
    return "real" if {name, name.partition("/")[0]} & REAL else ""


def _refuse(event, _):
    if event in OUTSIDE and _running:
        pytest.fail(f"{_running[0]} {OUTSIDE[event]}: mark it real, or list its file in tests/reach.py")
