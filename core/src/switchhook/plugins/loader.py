"""Finds plugins with stevedore and holds them with pluggy: the one file that imports stevedore."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.metadata import EntryPoint, distributions, entry_points, requires
from itertools import chain
from typing import Any

import pluggy
from stevedore import DriverManager

from ..contract import hookspecs
from ..contract.errors import PluginError, SettingsError, cause
from ..contract.names import did_you_mean, nearest
from ..contract.traces import home, place
from .claims import HOOK, Claim, claimed, refuse_two
from .contract_check import refuse_misfit, refuse_other_major
from .files import ORIGIN, PluginFile
from .guard import HookGuard

DRIVERS = ("transport", "stt", "tts", "assistant", "caller", "record_sink", "state")
"""Groups of plugins that are only imported if the configuration or the command line names them."""

SHARED = ("codec", "responses", "extension")
"""Groups of plugins that are all loaded if they are installed, unless the configuration says otherwise."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin. `name` is group/name, or a file; `hooks` are those it implements."""

    name: str
    distribution: str
    version: str
    module: object = field(compare=False, repr=False)
    hooks: tuple[str, ...] = ()
    file: PluginFile | None = None

    @property
    def key(self) -> str:
        """Its name in `[plugins.NAME]` and in lists of plugins."""
        return self.file.key if self.file else self.name.partition("/")[2]

    @property
    def files(self) -> Collection[str]:
        """As `home` gives them. One that core brings has its module alone: the rest of core is no plugin."""
        of_core = self.distribution == "switchhook"
        return (getattr(self.module, "__file__", ""),) if of_core else home(self.module)

    def named_in(self, names: Sequence[str]) -> bool:
        return self.name in names or self.key in names


class Plugins:
    """All that is loaded, and pluggy's callers over it."""

    def __init__(self, order: Sequence[str] = ()) -> None:
        self.manager = pluggy.PluginManager("switchhook")
        self.manager.add_hookspecs(hookspecs)
        self.guard = HookGuard()
        self.loaded: dict[str, Plugin] = {}
        self.claims: dict[str, Claim] = {}  # by type of response
        self._order = list(order)
        self._there: dict[str, list[EntryPoint]] = {}

    def _installed(self, group: str) -> list[EntryPoint]:
        """They are looked for once: whoever reads a configuration beside live calls takes time from them."""
        if not self._there:
            every = entry_points()
            for each in (*DRIVERS, *SHARED):
                self._there[each] = _sorted(every.select(group=f"switchhook.{each}"))
        return self._there[group]

    def load_one(self, group: str, name: str) -> Plugin:
        """Import the one plugin of that name: a driver. Raises PluginError."""
        if (full := f"{group}/{name}") not in self.loaded:
            self._load(group, only_one(group, name, self._installed(group)))
        return self.loaded[full]

    def load_shared(
        self,
        only: Sequence[str] | None = None,
        exclude: Sequence[str] = (),
        files: Sequence[PluginFile] = (),
    ) -> None:
        """Import codecs, responses and extensions, and the files. Raises PluginError."""
        refuse_unknown([*(only or []), *exclude, *self._order], files, self._installed)
        found = {(group, entry.name) for group in SHARED for entry in self._installed(group)}
        wanted: list[tuple[str, str] | PluginFile] = [
            (group, name) for group, name in found if _wanted(group, name, only, exclude)
        ]
        wanted += [file for file in files if not {file.name, file.key} & set(exclude)]
        # pluggy asks the last registered first
        for each in sorted(wanted, key=self._rank, reverse=True):
            if isinstance(each, PluginFile):
                self.load_file(each)
            else:
                group, name = each
                self._load(group, only_one(group, name, self._installed(group)))

    def load_file(self, file: PluginFile) -> Plugin:
        """Raises PluginError."""
        return self.hold(Plugin(file.name, ORIGIN, "", file.load(), file=file))

    def _rank(self, plugin: tuple[str, str] | PluginFile) -> tuple[int, bool, str, str]:
        """Of those that the order does not name, files are first: they are being tried out."""
        installed = isinstance(plugin, tuple)
        group, name = plugin if isinstance(plugin, tuple) else (plugin.name, plugin.key)
        full = f"{group}/{name}" if installed else group
        places = [i for i, item in enumerate(self._order) if item in (name, full)]
        return (min(places, default=len(self._order)), installed, name, group)

    def _load(self, group: str, entry: EntryPoint) -> None:
        name, distribution = f"{group}/{entry.name}", entry.dist.name if entry.dist else ""
        refuse_other_major(name, distribution)
        module = _import(group, entry)
        self.hold(Plugin(name, distribution, entry.dist.version if entry.dist else "", module))

    def hold(self, plugin: Plugin) -> Plugin:
        """Register an object; directly called by tests and by programs that embed Switchhook."""
        for other in self.loaded.values():
            if other.module is plugin.module:
                cause, cure = (
                    f"is the same object as {other.name}",
                    "give each entry point a module of its own",
                )
                raise PluginError(plugin.name, cause, distribution=plugin.distribution, cure=cure)
        refuse_misfit(plugin.name, plugin.distribution, plugin.module)
        try:
            self.manager.register(plugin.module, plugin.name)
            self.manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            cause = str(error).replace("\n", " ")
            raise PluginError(plugin.name, cause, distribution=plugin.distribution) from error
        callers = self.manager.get_hookcallers(plugin.module) or []
        done = replace(plugin, hooks=tuple(sorted(caller.name for caller in callers)))
        self.loaded[plugin.name] = done
        for caller in callers:
            for impl in caller.get_hookimpls():
                if impl.plugin is plugin.module:
                    self.guard.wrap(plugin.name, plugin.distribution, caller.name, impl)
        if HOOK in done.hooks:
            self._claim(done)
        return done

    def _claim(self, plugin: Plugin) -> None:
        own = home(plugin.module)
        try:
            [given] = self.caller(HOOK, [plugin])() or [None]
        except (Exception, SystemExit) as error:
            why = f"{cause(error)}{place(error, own)}"
            raise PluginError(plugin.name, why, distribution=plugin.distribution, hook=HOOK) from error
        if "handle_unknown" not in plugin.hooks:
            why, cure = "claims response types, and handles none", "implement handle_unknown"
            raise PluginError(plugin.name, why, distribution=plugin.distribution, hook=HOOK, cure=cure)
        for name, claim in claimed(plugin.name, plugin.distribution, given, own).items():
            if name in self.claims:
                refuse_two(claim, name, self.claims[name])
            self.claims[name] = claim

    def caller(self, hook: str, plugins: Sequence[Plugin]) -> Any:
        """A caller of `hook` that asks these plugins only."""
        kept = {id(plugin.module) for plugin in plugins}
        left_out = [p.module for p in self.loaded.values() if id(p.module) not in kept]
        return self.manager.subset_hook_caller(hook, left_out)


def installed(group: str) -> list[EntryPoint]:
    """The group's entry points; nothing is imported."""
    return _sorted(entry_points(group=f"switchhook.{group}"))


def _sorted(entries: Iterable[EntryPoint]) -> list[EntryPoint]:
    return sorted(entries, key=lambda entry: entry.name)


def strays() -> Iterator[tuple[EntryPoint, str]]:
    """Entry points whose group is probably misspelt, so that they are never loaded, and the group that was
    meant."""
    known = [f"switchhook.{group}" for group in (*DRIVERS, *SHARED, "commands")]
    for entry in chain.from_iterable(dist.entry_points for dist in distributions()):
        if entry.group in known:
            continue
        near = get_close_matches(entry.group.lower(), known, n=1)
        alike = get_close_matches(entry.group.lower(), known, n=1, cutoff=0.85)
        if alike or entry.group.lower().partition(".")[0] == "switchhook":
            yield entry, (near or ["one of " + ", ".join(known)])[0]


def stray(entry: EntryPoint, meant: str) -> PluginError:
    """The error that says so."""
    return PluginError(
        f"{entry.group}/{entry.name}",
        f"is in the entry-point group {entry.group!r}, which nobody reads, so it is not loaded",
        distribution=entry.dist.name if entry.dist else "",
        cure=f"did you mean the group {meant!r}? then install it anew",
    )


def bundled_first(entries: Sequence[EntryPoint]) -> list[EntryPoint]:
    """First those of our own distributions, then the others."""
    ours = _ours()
    return sorted(entries, key=lambda entry: (entry.dist is None or entry.dist.name not in ours, entry.name))


def _ours() -> list[str]:
    """Names of our own distributions: those of our extras."""
    return [re.split(r"[ ;<>=!~\[]", text, maxsplit=1)[0] for text in requires("switchhook") or []]


def only_installed(group: str) -> str:
    """The name of the only plugin of a group, where the configuration names none. Raises SettingsError and
    PluginError."""
    names = sorted({entry.name for entry in installed(group)})
    if not names:
        raise PluginError(
            group, "none is installed", cure="pip install the transport of your platform; the README names it"
        )
    if len(names) > 1:
        found = ", ".join(names)
        raise SettingsError(f"several {group}s are installed ({found}): say which in [{group}] use")
    return names[0]


def _wanted(group: str, name: str, only: Sequence[str] | None, exclude: Sequence[str]) -> bool:
    names = {name, f"{group}/{name}"}
    return not names & set(exclude) and (only is None or bool(names & set(only)))


def only_one(group: str, name: str, entries: Sequence[EntryPoint]) -> EntryPoint:
    """The entry point of that name. Raises PluginError if there is none, or if several distributions have
    one."""
    found = {(e.dist.name if e.dist else "", e.value): e for e in entries if e.name == name}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise PluginError(f"{group}/{name}", "is not installed", cure=_way_to(group, name, entries))
    claims = " and ".join(f"{dist} ({value})" for dist, value in sorted(found))
    raise PluginError(f"{group}/{name}", f"is claimed by {claims}", cure="uninstall one of them")


def _way_to(group: str, name: str, entries: Sequence[EntryPoint]) -> str:
    """What to do about a plugin that is not installed; only names that exist are said."""
    here = sorted({e.name for e in entries})
    said = f"installed: {', '.join(here) or 'none'}"
    prefix = f"switchhook-{group}-"
    ours = {dist.removeprefix(prefix): dist for dist in _ours() if dist.startswith(prefix)}
    meant = name if name in ours else nearest(name, sorted({*here, *ours}))
    if meant is None:
        return said
    install = "" if meant in here else f" pip install {ours[meant]};"
    return f"{'' if meant == name else f'did you mean {meant!r}?'}{install} {said}".lstrip()


def refuse_unknown(
    names: Sequence[str],
    files: Sequence[PluginFile] = (),
    there: Callable[[str], Sequence[EntryPoint]] = installed,
) -> None:
    """Raises PluginError for names in lists of plugins that are of nothing installed, nor of a file."""
    known: Mapping[str, str] = {
        **{f"{group}/{e.name}": e.name for group in SHARED for e in there(group)},
        **{file.name: file.key for file in files},
    }
    for name in names:
        if any(name in (e.name, f"{group}/{e.name}") for group in DRIVERS for e in there(group)):
            raise PluginError(name, "is a driver, which no list of plugins is about", cure="name it in `use`")
        if name not in known and name not in known.values():
            cure = did_you_mean(
                name, sorted({*known, *known.values()} if "/" not in name else known), "installed"
            )
            raise PluginError(name, "is named in the configuration but not installed", cure=cure)


def _import(group: str, entry: EntryPoint) -> object:
    # stevedore's own list comes from a file that can be out of date, and names no distribution
    DriverManager.ENTRY_POINT_CACHE[entry.group] = [entry]
    try:
        return DriverManager[object](entry.group, entry.name).extensions[0].plugin
    except (Exception, SystemExit) as error:
        raise broken(group, entry, error) from error


def broken(group: str, entry: EntryPoint, error: BaseException) -> PluginError:
    """The error for an entry point whose import failed."""
    distribution = entry.dist.name if entry.dist else ""
    out = f", or say [plugins] exclude = [{entry.name!r}]" if group in SHARED else ""
    return PluginError(
        f"{group}/{entry.name}",
        f"importing {entry.value} failed: {type(error).__name__}: {' '.join(str(error).split())}",
        distribution=distribution,
        cure=f"reinstall {distribution}{out}",
    )
