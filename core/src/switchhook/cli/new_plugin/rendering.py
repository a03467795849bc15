"""The files of a plugin, from templates that are plain files with $names."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from string import Template
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from .answers import GROUPS, PREFIX, Answers

TEMPLATES = Path(__file__).parent / "templates"
EVERY = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    ".gitignore": "gitignore",
    ".github/workflows/test.yml": "test.yml",
}
OWN = {  # $package and $module are part of the path
    "src/$package/__init__.py": "plugin.py",
    "src/$package/leg.py": "leg.py",
    "src/$package/caller.py": "caller.py",
    "tests/test_$module.py": "test.py",
    "example/example.toml": "example.toml",
    "example/switchhook.toml": "switchhook.toml",
}
MARKER = "src/$package/py.typed"


def rendered(answers: Answers) -> dict[str, str]:
    """Path in the plugin's folder to text."""
    words = _words(answers)
    sources = {path: _template("every", name) for path, name in EVERY.items()}
    own = ((path, name) for path, name in OWN.items() if _has(answers.kind, name))
    sources |= {path: _template(answers.kind, name) for path, name in own}
    made = {
        _put(path, words): _put(file.read_text(encoding="utf-8"), words) for path, file in sources.items()
    }
    return {**made, _put(MARKER, words): ""}


def next_commands(answers: Answers, folder: Path) -> list[str]:
    """What to type after it was made."""
    words = _words(answers)
    return [
        f"cd {_quoted(folder)}",
        "pip install -e '.[test]'",
        "pytest",
        "mypy",
        *words["commands"].splitlines(),
    ]


def _template(kind: str, name: str) -> Path:
    return TEMPLATES / kind / f"{name}.in"


def _has(kind: str, name: str) -> bool:
    return _template(kind, name).exists()


def _put(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)


def _words(answers: Answers) -> dict[str, str]:
    about = _about(answers.kind)
    words = {
        "name": answers.name,
        "kind": answers.kind,
        "author": answers.author,
        "quoted_author": json.dumps(answers.author, ensure_ascii=False),
        "year": str(answers.year),
        "key": answers.key,
        "KEY": answers.key.upper(),
        "module": answers.name.replace("-", "_"),
        "group": GROUPS[answers.kind],
        "distribution": answers.distribution,
        "package": answers.package,
        "bounds": bounds(),
        "trying": _trying(),
        "ignored": "" if _has(answers.kind, "switchhook.toml") else "/example/switchhook.toml",
    }
    needs = [f"switchhook{words['bounds']}", *about["needs"]]
    told = {
        name: _put(about[name], words).strip()
        for name in ("summary", "what", "configure", "around", "result")
    }
    commands = "\n".join(_put(line, words) for line in about["commands"])
    return {**words, **told, "needs": ", ".join(map(json.dumps, needs)), "commands": commands}


def _about(kind: str) -> dict[str, Any]:
    """What a kind is, in words."""
    return tomllib.loads((TEMPLATES / kind / "about.toml").read_text(encoding="utf-8"))


def bounds() -> str:
    """Of the series that this is: before 1.0 the next minor version may change the contracts."""
    here = Version(version(PREFIX))
    after = f"{here.major}.{here.minor + 1}" if here.major == 0 else str(here.major + 1)
    return f">={here.major}.{here.minor},<{after}"


def _trying() -> str:
    """Switchhook with a transport and what works offline."""
    prefix = f"{PREFIX}-transport-"
    extras = (Requirement(text) for text in requires(PREFIX) or [] if text.startswith(prefix))
    names = [each.name.removeprefix(prefix) for each in extras]
    return f"{PREFIX}[{','.join([*names[:1], 'offline'])}]"


def _quoted(folder: Path) -> str:
    import shlex

    return shlex.quote(str(folder))
