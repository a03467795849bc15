"""An engine in a process of its own. The processes are real; nothing is said in them."""

import gc
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from switchhook import SpeechError, StartError
from switchhook_embedded.process import SpeakingProcess

PARROT = str(Path(__file__).parent / "parrot.py")
PATIENCE = 20.0  # seconds until a test that waits has failed

# a program that starts the process, tells of it, and does what is asked
PROGRAM = """
import os, sys
from switchhook_embedded.process import SpeakingProcess
parrot = SpeakingProcess("parrot", sys.argv[1:])
print(parrot.speak("who", "en-US").decode(), flush=True)
"""


@pytest.fixture
def parrot():
    parrot = SpeakingProcess("parrot", [PARROT], patience=PATIENCE)
    yield parrot
    parrot.close()


def number(parrot):
    return int(parrot.speak("who", "en-US"))


def wait_until_gone(pid):
    """Of a process that is not our child, so that it can not be waited for."""
    gone, patience = threading.Event(), PATIENCE
    while patience > 0 and alive(pid):
        gone.wait(0.01)
        patience -= 0.01
    return not alive(pid)


def alive(pid):
    """A process that has ended and was not reaped is gone too."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def program(more):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + more, PARROT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("text", ["Hello.", "", "x" * 100_000, "Füße 漢字 \0 <b>", "line\nline"])
def test_a_text_arrives_as_it_is(parrot, text):
    assert parrot.speak(text, "en-US").decode() == f"en-US:{text}"


def test_half_a_surrogate_pair_is_left_out(parrot):
    assert parrot.speak("a\ud83db", "en-US") == b"en-US:ab"


def test_one_process_says_all(parrot):
    assert number(parrot) == number(parrot)


def test_texts_of_many_threads_do_not_mix(parrot):
    answers = {}

    def ask(text):
        answers[text] = parrot.speak(text, "en-US").decode()

    threads = [threading.Thread(target=ask, args=[str(n)]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert answers == {str(n): f"en-US:{n}" for n in range(20)}


def test_what_a_library_prints_does_not_disturb(parrot):
    assert parrot.speak("print", "en-US") == b"en-US:print"


def test_a_text_that_fails_says_only_what_kind_of_error(parrot):
    with pytest.raises(SpeechError, match=r"^parrot failed: ValueError$"):
        parrot.speak("fail", "en-US")


def test_a_text_that_fails_leaves_the_process(parrot):
    before = number(parrot)
    with pytest.raises(SpeechError):
        parrot.speak("fail", "en-US")

    assert number(parrot) == before


def test_a_process_that_died_in_between_is_started_again(parrot):
    before = number(parrot)
    os.kill(before, signal.SIGKILL)
    parrot._running._process.wait()

    assert number(parrot) != before


def test_a_process_that_dies_of_a_text_fails_that_one_only(parrot):
    with pytest.raises(SpeechError, match="its process died, another is started"):
        parrot.speak("die", "en-US")

    assert parrot.speak("Hello.", "en-US") == b"en-US:Hello."


def test_a_process_that_hangs_is_replaced():
    parrot = SpeakingProcess("parrot", [PARROT], patience=0.2)
    before = number(parrot)
    with pytest.raises(SpeechError, match=r"gave no answer in 0\.2 s"):
        parrot.speak("hang", "en-US")

    assert not alive(before)
    assert number(parrot) != before


def test_a_process_that_stands_still_is_replaced():
    parrot = SpeakingProcess("parrot", [PARROT], patience=0.2)
    os.kill(number(parrot), signal.SIGSTOP)
    with pytest.raises(SpeechError, match=r"gave no answer in 0\.2 s"):
        parrot.speak("Hello.", "en-US")

    assert parrot.speak("Hello.", "en-US") == b"en-US:Hello."


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_that_end_a_server_do_not_end_its_voice(parrot, name):
    before = number(parrot)
    os.kill(before, getattr(signal, name))

    assert number(parrot) == before


def test_ctrl_c_goes_to_another_process_group(parrot):
    assert os.getpgid(number(parrot)) != os.getpgid(0)


def test_it_ends_when_it_is_closed(parrot):
    before = number(parrot)
    parrot.close()

    assert not alive(before)


def test_it_may_be_used_again_after_it_was_closed(parrot):
    parrot.close()

    assert parrot.speak("Hello.", "en-US") == b"en-US:Hello."


def test_it_ends_when_nobody_has_it_any_more():
    parrot = SpeakingProcess("parrot", [PARROT])
    pid = number(parrot)
    del parrot
    gc.collect()

    assert not alive(pid)


@pytest.mark.parametrize("more", ["", "sys.exit(3)", "raise SystemError"])
def test_it_ends_with_the_program(more):
    done = program(more + "\nsys.stderr = None")
    pid = int(done.communicate()[0])

    assert not alive(pid)


def test_it_ends_when_the_program_is_killed():
    running = program("sys.stdin.read()")
    pid = int(running.stdout.readline())
    running.kill()
    running.communicate()

    assert wait_until_gone(pid)


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="this system ends no process at a time")
def test_it_ends_when_the_program_is_killed_while_it_hangs():
    running = program("print('asks', flush=True); parrot.speak('hang', 'en-US')")
    pid = int(running.stdout.readline())
    running.stdout.readline()
    running.kill()
    running.communicate()

    assert wait_until_gone(pid)


def test_a_library_that_is_missing_stops_the_start():
    with pytest.raises(StartError, match="parrot cannot be imported: No module named 'no_such_library'"):
        SpeakingProcess("parrot", [PARROT, "missing"])


def test_a_process_that_is_never_ready_stops_the_start():
    with pytest.raises(StartError, match="parrot: its process died before it was ready"):
        SpeakingProcess("parrot", [PARROT, "silent"])


def test_the_folder_one_is_in_lends_no_modules(tmp_path, monkeypatch):
    (tmp_path / "switchhook_embedded.py").write_text("raise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)
    parrot = SpeakingProcess("parrot", [PARROT])

    assert parrot.speak("Hello.", "en-US") == b"en-US:Hello."
