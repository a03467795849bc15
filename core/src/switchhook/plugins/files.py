"""Plugins that are a file each, in the folder that `[plugins] path` names: for trying out. They may do what
the server may, so a folder or a file that somebody else may write is refused."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ..contract.errors import PluginError, SettingsError
from ..contract.hookspecs import HOOKS
from ..contract.names import check_name

ORIGIN = "[plugins] path"
"""What stands in place of a distribution in messages."""

LARGEST = 1024 * 1024  # bytes of a file
NOT_HERE = {hook for hook in HOOKS if hook.startswith("create_")} | {"load_audio"}
"""Hooks that only an installed plugin may have: a call cannot do without what they make."""

MOVE = "make a distribution of it: switchhook new-plugin"


@dataclass(frozen=True, slots=True)
class PluginFile:
    """`name` is the file as the configuration reaches it, "plugins/hello.py"."""

    name: str
    path: Path

    @property
    def key(self) -> str:
        """Its name in `[plugins.NAME]` and in lists of plugins."""
        return self.path.stem

    def load(self) -> ModuleType:
        """Raises PluginError. Nothing of it is run before it is known to be the server's own."""
        source = self._source()
        module = ModuleType(f"switchhook_path_{self.key.replace('-', '_')}")
        module.__file__ = str(self.path)
        sys.modules[module.__name__] = module  # which annotations are looked up in
        try:
            exec(compile(source, module.__file__, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # the server's own
        except (Exception, SystemExit) as error:
            why = f"importing it failed: {type(error).__name__}: {' '.join(str(error).split())}"
            raise self._refusal(why, "mend it, or take it out of the folder") from error
        self._refuse_drivers(module)
        return module

    def _source(self) -> bytes:
        """Of the very file whose mode and owner were looked at."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            why = "is a link" if self.path.is_symlink() else f"cannot be read: {error.strerror}"
            raise self._refusal(why, "put the file itself there, readable by the server") from None
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
                cure = f"expected a plain file of at most {LARGEST} bytes"
                raise self._refusal("is no file of Python", cure)
            if why := writable_by_others(found):
                raise self._refusal(why, cure_of(self.path))
            with open(handle, "rb", closefd=False) as file:
                return file.read(LARGEST)
        finally:
            os.close(handle)

    def _refuse_drivers(self, module: ModuleType) -> None:
        for name, value in vars(module).items():
            options = getattr(value, "switchhook_impl", None)
            hook = (options.get("specname") or name) if isinstance(options, dict) else ""
            if hook in NOT_HERE:
                why = "a file may handle responses and listen; engines, transports and codecs are installed"
                raise PluginError(self.name, why, distribution=ORIGIN, hook=hook, cure=MOVE)

    def _refusal(self, why: str, cure: str) -> PluginError:
        return PluginError(self.name, why, distribution=ORIGIN, cure=cure)


def plugin_files(folder: Path, base: Path) -> list[PluginFile]:
    """Those in the folder, first to last. Raises SettingsError and PluginError."""
    return list(_found(folder, base))


def _found(folder: Path, base: Path) -> Iterator[PluginFile]:
    shown = os.path.relpath(folder, base) if folder.is_relative_to(base) else str(folder)
    try:
        about = folder.stat()
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise SettingsError(f"plugins.path: cannot read the folder {shown}: {error.strerror}") from None
    if why := writable_by_others(about):
        raise SettingsError(f"plugins.path: the folder {shown} {why}; {cure_of(folder)}")
    for path in inside:
        if path.suffix != ".py" or path.name.startswith((".", "_")):
            continue
        file = PluginFile(f"{shown}/{path.name}", path)
        try:
            check_name(file.key)
        except ValueError as error:
            raise PluginError(file.name, str(error), distribution=ORIGIN, cure="rename the file") from None
        yield file


def writable_by_others(found: os.stat_result) -> str:
    """Why somebody else than the server and root could change it; empty: nobody could."""
    if found.st_uid not in (os.geteuid(), 0):
        return f"belongs to another user ({found.st_uid})"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"may be written by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return ""


def cure_of(path: Path) -> str:
    return f"make it the server's own: chown it, and chmod go-w {path}"
