"""A plugin that raises is told where to mend it: its author's own line, and all of the way there if asked for."""

import json
import logging
import sys
from importlib import import_module

import pytest

from switchhook import AssistantError, CallInfo, parse_response
from switchhook.contract.traces import home, place, trace
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins

PACKAGE = {
    "__init__.py": "",
    "plugin.py": """
from switchhook import hookimpl
from .lookup import balance

@hookimpl
def handle_text(response, call):
    return balance(response.text)
""",
    "lookup.py": """
import json

def balance(text):
    return json.loads(text)
""",
}
SECRET = "pin 4711"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A plugin of several files, which asks a library to do what it cannot."""
    folder = tmp_path / "acme_bank"
    folder.mkdir()
    for name, code in PACKAGE.items():
        (folder / name).write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("acme_bank.plugin")
    for name in [name for name in sys.modules if name.startswith("acme_bank")]:
        del sys.modules[name]


@pytest.fixture
def failed(package, caplog):
    """What is logged of its handler, at any level."""
    caplog.set_level(logging.DEBUG)
    plugins = Plugins()
    plugins.hold(Plugin("responses/bank", "acme-bank", "1", package))
    hooks = Hooks(plugins, list(plugins.loaded.values()))
    hooks.handle(parse_response({"response_type": "text", "text": SECRET}), CallInfo("1", "support"))
    return {
        record.levelname: record.getMessage() for record in caplog.records if "bank" in record.getMessage()
    }


def test_the_authors_own_line_is_named_however_deep_it_came_up(failed):
    assert failed["WARNING"].endswith("acme_bank/lookup.py:5")
    assert "hook handle_text: JSONDecodeError at " in failed["WARNING"]


def test_all_of_the_way_is_there_for_who_asks_for_debug_lines(failed):
    said = failed["DEBUG"]
    assert "Traceback (most recent call last):" in said
    for part in ("acme_bank/plugin.py", "acme_bank/lookup.py", "json/decoder.py", "JSONDecodeError: •••"):
        assert part in said


def test_no_line_of_it_has_a_value(failed):
    assert not any("4711" in line for line in failed.values())


def test_a_library_alone_is_named_where_the_author_has_no_line_in_it():
    with pytest.raises(ValueError, match="Expecting") as raised:
        json.loads("{")
    assert "json/decoder.py" in place(raised.value, ("/nowhere/",))


def test_the_first_of_a_group_is_named():
    def fail():
        raise ValueError(SECRET)

    with pytest.raises(ValueError, match=SECRET) as raised:
        fail()
    group = ExceptionGroup("all", [raised.value])
    [*_, inner] = raised.traceback
    assert place(group, (__file__,)) == f" at {__file__}:{inner.lineno + 1}"
    assert "  | ValueError: •••" in trace(group)


def test_causes_are_told_and_our_own_reasons_shown():
    def ask():
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise AssistantError(SECRET, reason="HTTP 503") from error

    with pytest.raises(AssistantError) as raised:
        ask()
    said = trace(raised.value).splitlines()
    assert [line for line in said if not line.startswith(("  ", "Traceback"))] == [
        "KeyError: •••",
        "which led to:",
        "AssistantError: HTTP 503",
    ]


def test_an_exception_that_caused_itself_is_told_once():
    error = ValueError()
    error.__context__ = other = KeyError()
    other.__context__ = error
    assert trace(error).count("ValueError") == 1


def test_files_are_those_of_the_package_or_the_module_alone(package):
    [folder] = home(package)
    assert folder.endswith("/acme_bank/")
    assert home(test_files_are_those_of_the_package_or_the_module_alone) == (__file__,)
    assert home(object()) == ()
