"""An author's own functions: those that a connector names are found, and have a schema."""

from importlib.metadata import EntryPoint

import pytest

from switchhook import SettingsError
from switchhook_chat import functions


def no_type(town):
    return town


def many(*towns: str):
    return towns


def unknown(town: "Nothing"):  # type: ignore[name-defined]  # noqa: F821
    return town


class Strange:
    pass


def strange(town: Strange):
    return town


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (no_type, "own: parameter town: expected a type"),
        (many, "own: parameter towns: expected one that is given by name"),
        (unknown, "Nothing"),
        (strange, "Strange"),
    ],
)
def test_a_function_without_a_schema_is_refused_at_the_start(function, said):
    with pytest.raises(SettingsError, match=said):
        functions.tool_of("own", function, None)


def installed(monkeypatch, *values):
    found = [EntryPoint("own", value, functions.GROUP) for value in values]
    monkeypatch.setattr(functions, "entry_points", lambda group: found if group == functions.GROUP else [])


def test_a_function_is_found_by_its_entry_point(monkeypatch):
    installed(monkeypatch, "switchhook:plain_text")
    (tool,) = functions.load(["own"])
    assert tool.form.name == "own"
    assert tool.form.parameters["required"] == ["text"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "own: expected an entry point of"),
        (["switchhook:plain_text", "switchhook:visible"], "2 distributions have one of that name"),
        (["no_such_module:tool"], "own: cannot be imported: No module named"),
        (["switchhook:no_such_name"], "own: cannot be imported"),
        (["math:pi"], "own: math:pi is no function"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_at_the_start(monkeypatch, values, said):
    installed(monkeypatch, *values)
    with pytest.raises(SettingsError, match=said):
        functions.load(["own"])
