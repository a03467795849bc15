"""What goes away warns first, at the line of who uses it."""

import warnings

import pluggy
import pytest

import switchhook
from switchhook import Say, hookimpl
from switchhook.contract.deprecation import Deprecated, warn
from switchhook.contract.hook import hook


def line_of(function, below):
    return __file__, function.__code__.co_firstlineno + below


@pytest.fixture
def former(monkeypatch):
    monkeypatch.setitem(switchhook._FORMER, "Speak", ("Say", "0.3"))


def test_a_former_name_still_works_and_says_what_to_use_and_until_when(former):
    with pytest.warns(
        Deprecated, match=r"switchhook\.Speak is deprecated and will be gone in 0\.3: use switchhook\.Say"
    ):
        assert switchhook.Speak is Say


def test_who_imports_it_is_told_the_line_of_the_import(former):
    def imports():
        from switchhook import Speak

        return Speak

    with pytest.warns(Deprecated) as caught:
        imports()
    assert (caught[0].filename, caught[0].lineno) == line_of(imports, 1)


def test_a_former_name_is_none_of_those_that_are_listed(former):
    assert "Speak" not in switchhook.__all__


def test_the_line_is_the_first_one_outside_of_switchhook(monkeypatch):
    """As where an author calls what calls what is deprecated."""
    inner: dict = {"__name__": "switchhook.somewhere", "warn": warn}
    exec("def deep():\n    warn('a', 'b', '0.3')\ndef public():\n    deep()", inner)

    def author():
        inner["public"]()

    with pytest.warns(Deprecated, match="^a is deprecated and will be gone in 0.3: use b$") as caught:
        author()
    assert (caught[0].filename, caught[0].lineno) == line_of(author, 1)


def test_one_line_is_told_once_where_python_is_left_as_it_is():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            warn("a", "b", "0.3")
    assert len(caught) == 1


# --- hooks


@pytest.fixture
def manager(monkeypatch):
    """Of two hooks: one goes away, of the other a parameter."""
    monkeypatch.setattr("switchhook.contract.hook.entered", {})

    class Specs:
        @hook("call", "all", former="will be gone in 0.3: use call_ended")
        def call_over(self, call):
            """What is returned is ignored. Any plugin."""

        @hook("call", "all", former_parameters={"leg": "will be gone in 0.3: use call"})
        def call_begun(self, call, leg):
            """What is returned is ignored. Any plugin."""

    manager = pluggy.PluginManager("switchhook")
    manager.add_hookspecs(Specs)
    return manager


def test_who_implements_a_former_hook_is_told_file_and_line(manager):
    class Old:
        @hookimpl
        def call_over(self, call):
            """Never called."""

    with pytest.warns(Deprecated, match="^the hook call_over will be gone in 0.3: use call_ended$") as caught:
        manager.register(Old())
    assert (caught[0].filename, caught[0].lineno) == line_of(Old.call_over, 0)


def test_who_asks_for_a_former_parameter_is_told_file_and_line(manager):
    class Old:
        @hookimpl
        def call_begun(self, leg):
            """Never called."""

    with pytest.warns(Deprecated, match="^the parameter leg of the hook call_begun will be gone") as caught:
        manager.register(Old())
    assert (caught[0].filename, caught[0].lineno) == line_of(Old.call_begun, 0)


def test_who_does_without_is_told_nothing(manager):
    class New:
        @hookimpl
        def call_begun(self, call):
            """Never called."""

    manager.register(New())
