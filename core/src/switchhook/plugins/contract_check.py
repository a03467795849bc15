"""Checks whether a plugin fits the contract. Errors name plugin, distribution, hook, cause and way out."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib.metadata import requires, version
from itertools import chain
from types import ModuleType
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..contract.errors import PluginError
from ..contract.hookspecs import HOOKS
from ..contract.names import did_you_mean


def refuse_other_major(plugin: str, distribution: str) -> None:
    """Raises PluginError if the plugin's metadata requires another version of switchhook."""
    ours = version("switchhook")
    for text in (requires(distribution) or []) if distribution else []:
        try:
            needed = Requirement(text)
        except InvalidRequirement:
            why = f"has metadata that cannot be read: {text!r}"
            raise PluginError(plugin, why, distribution=distribution, cure="reinstall it") from None
        if canonicalize_name(needed.name) != "switchhook" or (
            needed.marker and not needed.marker.evaluate({"extra": ""})
        ):
            continue
        if not needed.specifier.contains(ours, prereleases=True):
            cause = f"was made for switchhook {needed.specifier}, this is {ours}"
            raise PluginError(
                plugin, cause, distribution=distribution, cure=f"upgrade {distribution} or switchhook"
            )


def refuse_misfit(plugin: str, distribution: str, module: object) -> None:
    """Raises PluginError for the first hook function that does not fit."""
    found = list(_hook_functions(module))
    if not found:
        cure = "mark its functions with @hookimpl"
        raise PluginError(plugin, "implements no hook", distribution=distribution, cure=cure)
    for hook, function in found:
        for cause, cure in chain(_borrowed(module, function), _faults(hook, function)):
            raise PluginError(plugin, cause, distribution=distribution, hook=hook, cure=cure)


def _hook_functions(module: object) -> Iterator[tuple[str, Any]]:
    for name in dir(module):
        function = getattr(module, name, None)
        options = getattr(function, "switchhook_impl", None)
        if inspect.isroutine(function) and options is not None:
            yield options.get("specname") or name, function


def _borrowed(module: object, function: Any) -> Iterator[tuple[str, str]]:
    """A hook function that a module only imports to call it would be asked as a hook of that module too."""
    home, name = getattr(function, "__module__", ""), getattr(function, "__name__", "")
    if not isinstance(module, ModuleType) or home == module.__name__:
        return
    of_a_module = getattr(sys.modules.get(home), name, None) is function  # and not made by a function of it
    if of_a_module and name not in getattr(module, "__all__", ()):
        yield (
            f"was imported from {home}, whose hook it is",
            f"import the module {home} instead; or, to have it as a hook of this plugin, name it in __all__",
        )


def _faults(hook: str, function: Any) -> Iterator[tuple[str, str]]:
    if hook not in HOOKS:
        yield "there is no such hook", did_you_mean(hook, HOOKS, "hooks")
        return
    known = HOOKS[hook].parameters
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in known or parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            yield f"has no parameter {str(parameter)!r}", f"its parameters: {', '.join(known)}"
    if function.switchhook_impl["wrapper"] or function.switchhook_impl["hookwrapper"]:
        yield (
            "is a hook wrapper, which is not supported",
            "to change what other plugins ask for, implement rewrite_action",
        )
    undecided = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    if any(check(function) for check in undecided):
        yield (
            "is a coroutine or a generator, so it could never decline",
            "make it a plain def; to answer slowly return an async generator made by an inner function",
        )
