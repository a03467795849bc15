"""Builds every distribution as it is published: with licence, a page of its own and the project's address.

A folder of this checkout has none of the three, so that a plugin's own folder holds nothing but the plugin.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

from hatchling.build import build_sdist, build_wheel

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "plugins/docs/src/switchhook_docs/site"  # made by release/pages.py


def parts() -> Iterator[Path]:
    yield ROOT / "core"
    yield from sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def page(project: dict[str, Any]) -> str:
    """The README of one distribution."""
    if project["name"] == "switchhook":
        # links into this checkout lead nowhere from an index
        return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", (ROOT / "README.md").read_text())
    return "\n\n".join([f"# {project['name']}", f"{project['description']}.", *_use(project)]) + "\n"


def _use(project: dict[str, Any]) -> Iterator[str]:
    name, groups = project["name"], project.get("entry-points", {})
    yield "Part of Switchhook, which answers phone calls for voice bots."
    if not groups:
        yield "A library that other plugins need; they bring it along, and it does nothing by itself."
        if name == "switchhook-embedded":
            yield "For offline speech say `pip install 'switchhook[offline]'`."
        return
    yield f"```sh\npip install {name}\n```"
    for group, entries in groups.items():
        kind = group.removeprefix("switchhook.")
        names = ", ".join(f"`{each}`" for each in entries)
        match kind:
            case "stt" | "tts" | "assistant":
                used = next(iter(entries))
                yield f'Then, in a connector of the configuration: `{kind} = {{ use = "{used}" }}`.'
            case "commands":
                yield "Commands of `switchhook`: " + names + "."
            case _:
                yield f"`switchhook plugins` shows it: {kind}, {names}."


def dressed(pyproject: str, repository: str) -> str:
    added = ['readme = "README.md"', 'license-files = ["LICENSE"]']
    made = re.sub(r"^(license = .*)$", "\n".join([r"\1", *added]), pyproject, count=1, flags=re.MULTILINE)
    if repository:
        links = {"Source": repository, "Changelog": repository, "Issues": f"{repository}/issues"}
        made += "\n[project.urls]\n" + "".join(f'{name} = "{url}"\n' for name, url in links.items())
    return made


def build(part: Path, out: Path, repository: str, *, sdist: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / part.name
        shutil.copytree(part, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "dist"))
        pyproject = copy / "pyproject.toml"
        text = pyproject.read_text()
        pyproject.write_text(dressed(text, repository))
        (copy / "README.md").write_text(page(tomllib.loads(text)["project"]))
        shutil.copy(ROOT / "LICENSE", copy)
        with chdir(copy):
            build_wheel(str(out))
            if sdist:
                build_sdist(str(out))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "out", type=Path, metavar="FOLDER", help="made if it is not there; older files of ours go"
    )
    parser.add_argument(
        "--repository", default="", metavar="URL", help="where the project lives, for the links"
    )
    parser.add_argument("--sdist", action="store_true", help="source distributions too")
    asked = parser.parse_args()
    if not (SITE / "index.html").exists():
        print("there is no documentation site for switchhook-docs; say make site", file=sys.stderr)
        return 2
    out = asked.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("switchhook*.whl"), *out.glob("switchhook*.tar.gz")]:
        old.unlink()
    for part in parts():
        build(part, out, asked.repository.rstrip("/"), sdist=asked.sdist)
    print(f"{len(list(out.glob('*.whl')))} wheels in {asked.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
