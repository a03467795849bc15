"""What Python would print by itself is a line of the log, without anybody's words."""

import gc
import logging
import sys
import threading
import warnings

import pytest

from switchhook.serving.log import outcries

HOOKS = ((warnings, "showwarning"), (sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"))


@pytest.fixture
def log(caplog, monkeypatch):
    for where, name in HOOKS:
        monkeypatch.setattr(where, name, getattr(where, name))  # as it was, after the test
    outcries.catch()
    caplog.set_level(logging.DEBUG)
    return caplog


def warned(text, category):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        outcries.catch()  # the test's own filter has put back what was there before
        warnings.warn(text, category, stacklevel=2)


def test_a_warning_of_code_is_said_with_its_place(log):
    warned("name it otherwise", DeprecationWarning)
    [line] = log.messages
    assert line.startswith("DeprecationWarning at ")
    assert line.endswith(": name it otherwise")
    assert "test_outcries.py:" in line


def test_of_a_warning_that_may_quote_a_value_kind_and_place_are_said(log):
    warned("unexpected value 'watermelon'", UserWarning)
    [line] = log.messages
    assert line.startswith("UserWarning at ")
    assert "watermelon" not in line


def test_a_thread_that_fails_is_named_without_the_text_of_its_exception(log):
    def fail():
        raise ValueError("watermelon")

    thread = threading.Thread(target=fail, name="acme")
    thread.start()
    thread.join()
    assert log.messages[0].startswith("thread acme ended by ValueError at ")
    assert "watermelon" not in log.text


def test_what_nobody_can_take_is_said_without_its_text(log):
    class Leaky:
        def __del__(self):
            raise ValueError("watermelon")

    Leaky()
    gc.collect()
    assert any("ValueError at " in line for line in log.messages)
    assert "watermelon" not in log.text


def test_what_ends_the_process_is_said_without_its_text(log):
    try:
        raise ValueError("watermelon")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert log.messages[0].startswith("the process ends by ValueError at ")
    assert "watermelon" not in log.text
