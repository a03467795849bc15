"""What a plugin is made from: said on the command line, asked for, or recorded in the plugin."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import distributions, entry_points, requires
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

from packaging.requirements import Requirement

from ...contract.errors import SettingsError
from ...contract.names import check_name, did_you_mean
from ...contract.visible import visible

GROUPS = {
    "response": "responses",
    "stt": "stt",
    "tts": "tts",
    "assistant": "assistant",
    "codec": "codec",
    "transport": "transport",
    "extension": "extension",
    "command": "commands",
}
"""The entry-point group of each kind."""

PREFIX = "switchhook"
LONGEST = 40  # characters of a name: it stands in the names of files
LONGEST_AUTHOR = 200


@dataclass(frozen=True, slots=True)
class Answers:
    name: str
    kind: str
    author: str
    year: int

    @property
    def key(self) -> str:
        """Its name in the configuration, spelt so that the environment can. A command's is as it is typed."""
        return self.name if self.kind == "command" else self.name.replace("-", "_")

    @property
    def distribution(self) -> str:
        return f"{PREFIX}-{self.name.replace('_', '-')}"

    @property
    def package(self) -> str:
        return f"{PREFIX}_{self.name.replace('-', '_')}"


def asked(name: str | None, kind: str | None, author: str | None) -> Answers:
    """Raises SettingsError for what is wrong, and for what is missing where nobody can be asked."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if name is None:
        name = _ask("name", _check_plugin_name) if terminal else _missing("NAME", "new-plugin spelling")
    _check_plugin_name(name)
    if kind is None:
        choices = f"one of {', '.join(GROUPS)}"
        kind = _ask(f"kind, {choices}", _check_kind) if terminal else _missing("--kind", choices)
    _refuse_taken(answers := Answers(name, _check_kind(kind), "", datetime.now().astimezone().year))
    if author is None:
        known = _known_author() or f"the authors of {answers.distribution}"
        author = (_ask("author", check_author, known)) if terminal else known
    return Answers(name, kind, check_author(author), answers.year)


def recorded(folder: Path) -> Answers:
    """What a plugin that was made by this command was made from. Raises SettingsError."""
    path = folder / "pyproject.toml"
    try:
        pyproject = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"cannot read {path}: {error.strerror}; say --update FOLDER of a plugin"
        ) from None
    except ValueError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    table: Any = pyproject
    for part in ("tool", PREFIX, "new-plugin"):
        table = table.get(part) if isinstance(table, dict) else None
    match table:
        case {"name": str(name), "kind": str(kind), "author": str(author), "year": int(year)}:
            return Answers(_check_plugin_name(name), _check_kind(kind), check_author(author), year)
        case _:
            where = f"[tool.{PREFIX}.new-plugin]"
            raise SettingsError(
                f"{path}: expected name, kind, author and year in {where}, as new-plugin writes it"
            )


def _missing(what: str, example: str) -> NoReturn:
    raise SettingsError(f"say {what}: {example}")


def _ask(what: str, check: Callable[[str], object], default: str = "") -> str:
    """Until the answer is one."""
    while True:
        try:
            said = input(f"{what}{f' [{visible(default)}]' if default else ''}: ").strip() or default
        except EOFError:
            raise SettingsError(f"nobody said a {what.partition(',')[0]}") from None
        try:
            check(said)
        except SettingsError as error:
            print(error, file=sys.stderr)
        else:
            return said


def _check_kind(kind: str) -> str:
    if kind not in GROUPS:
        raise SettingsError(f"there is no kind {visible(kind)[:50]!r}; {did_you_mean(kind, GROUPS, 'kinds')}")
    return kind


def check_author(author: str) -> str:
    """Of one line, for it stands in the licence."""
    if not author.strip() or not author.isprintable() or len(author) > LONGEST_AUTHOR:
        raise SettingsError(f"--author: expected a name, of one line and at most {LONGEST_AUTHOR} characters")
    return author


def _check_plugin_name(name: str) -> str:
    """As other names of the configuration; and as a distribution and a package need it."""
    from ...contract.settings import PluginsSettings

    meant = _suggested(name)
    hint = f"; did you mean {meant!r}?" if meant and meant != name else ""
    try:
        check_name(name)
    except ValueError as error:
        raise SettingsError(f"{visible(str(error))[:200]}{hint}") from None
    if not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name) or len(name) > LONGEST:
        form = f"that neither begins, ends nor goes on with two signs, of at most {LONGEST} characters"
        raise SettingsError(f"expected a name {form}, got {name!r}{hint}")
    if name != meant:
        raise SettingsError(f"{name!r}: the distribution begins with {PREFIX}- anyway{hint}")
    if name in PluginsSettings.model_fields:
        raise SettingsError(f"{name!r} is a key of [plugins], so no plugin can have that name; try my-{name}")
    return name


def _suggested(name: str) -> str:
    """A good name, made of it; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name[:1000]).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9_]+|_(?=_)", "-", plain.rpartition("/")[2])
    plain = re.sub(rf"^{PREFIX}[-_]+", "", re.sub(r"[-_]*-[-_]*", "-", plain).strip("-_"))
    return plain[:LONGEST].strip("-_")


def _refuse_taken(answers: Answers) -> None:
    """Two plugins of one name in a group are an error as soon as both are installed, and of two distributions
    of one name only one can be."""
    group = f"{PREFIX}.{GROUPS[answers.kind]}"
    ours = (Requirement(text).name for text in requires(PREFIX) or [])
    installed = [each.entry_points for each in distributions(name=answers.distribution)]
    its_own = any((entry.group, entry.name) == (group, answers.key) for entry in chain(*installed))
    if answers.distribution in ours or (installed and not its_own):
        taken = f"the distribution {answers.distribution} is another one"
        raise SettingsError(f"{taken}; try my-{answers.name}")
    for entry in entry_points(group=group):
        origin = entry.dist.name if entry.dist else ""
        if entry.name == answers.key and origin != answers.distribution:
            raise SettingsError(
                f"{entry.group}/{entry.name} is installed already (from {origin}); try my-{answers.name}"
            )


def _known_author() -> str:
    """As git knows who is at work; empty where it does not."""
    asking = ["git", "config", "user.name"]
    try:
        told = subprocess.run(asking, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603  # nothing of it comes from outside
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    said = told.stdout.strip()
    return said if said.isprintable() and len(said) <= LONGEST_AUTHOR else ""
