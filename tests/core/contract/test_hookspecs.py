"""Every hook is documented; the public names are what they seem, and cost nothing until they are used."""

import ast
import inspect
from pathlib import Path

import pytest

import switchhook
from switchhook.contract import hookspecs
from switchhook.contract.hookspecs import HOOKS
from switchhook.contract.responses import MODELS
from switchhook.plugins.loader import DRIVERS

LISTENERS = [name for name, hook in HOOKS.items() if hook.listens]


def doc(hook):
    return " ".join((getattr(hookspecs, hook).__doc__ or "").split())


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_what_none_means_or_that_the_return_is_ignored(hook):
    assert "None" in doc(hook) or "What is returned is ignored" in doc(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_who_may_implement_it(hook):
    assert "Any plugin." in doc(hook) or "For plugins in `switchhook." in doc(hook)


@pytest.mark.parametrize("hook", LISTENERS)
def test_the_return_of_a_listener_is_ignored(hook):
    assert "What is returned is ignored" in doc(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_names_of_a_hook_are_what_pluggy_matches(hook):
    kinds = {p.kind for p in inspect.signature(getattr(hookspecs, hook)).parameters.values()}
    assert kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD}


def test_each_response_type_has_a_hook():
    handlers = {hook.removeprefix("handle_") for hook in HOOKS if hook.startswith("handle_")}
    assert handlers == {*MODELS, "unknown"}


def test_each_group_of_drivers_has_a_hook():
    assert {f"create_{group}" for group in DRIVERS} <= set(HOOKS)


def test_the_others_are_asked_while_calls_are_answered():
    of_the_start = {
        "settings_model",
        "lifespan",
        "check",
        "check_public",
        "figures",
        "open_recording",
        "response_models",
        *(f"create_{group}" for group in DRIVERS),
    }
    assert {hook.name for hook in HOOKS.values() if hook.phase == "start"} == of_the_start


@pytest.mark.parametrize("hook", [hook for hook in HOOKS.values() if hook.phase == "call"])
def test_each_hook_of_a_call_may_have_the_plugins_own_value(hook):
    assert "plugin" in hook.parameters


# --- public names


def typed_names():
    """Name to module, as type checkers read `switchhook/__init__.py`."""
    tree = ast.parse(Path(switchhook.__file__).read_text(encoding="utf-8"))
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.asname: node.module for node in checked.body for alias in node.names}  # type: ignore[attr-defined]


def test_type_checkers_see_the_names_that_a_program_gets():
    assert typed_names() == switchhook._MODULE


@pytest.mark.parametrize("name", switchhook.__all__)
def test_each_public_name_resolves(name):
    assert getattr(switchhook, name) is not None


def test_the_public_names_are_listed():
    assert dir(switchhook) == sorted(switchhook.__all__)


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="has no public name 'Sya'"):
        switchhook.Sya  # noqa: B018  # reading it is the test
