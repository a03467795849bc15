"""Builds the documentation site. usage: pages.py FOLDER

README.md is its first page, and every page of docs/ has a place in its navigation, a new one too. It is put
together in a folder of its own, for the pages beside README.md are outside docs/. A link that leads nowhere
fails the build.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCE = re.compile(r"(\]\([\w./]+\.py)\)")  # a link to one
ROOT = Path(__file__).resolve().parents[1]
HOME = "index.md"
PROJECT = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
SECTIONS = {  # and which pages stand there, in this order
    "Why": ("why.md",),
    "First hour": (HOME, "tutorial.md", "web-tutorial.md"),
    "How-to": ("how-to/*.md",),
    "Concepts": ("concepts.md", "faults.md", "security-review.md"),
    "Reference": ("reference/*.md", "benchmarks.md", "dependencies.md"),
    "Decisions": ("decisions/*.md",),
    "Glossary": ("glossary.md",),
    "Project": PROJECT,
    "More": ("**/*.md",),  # what none of them has
}


def gather(docs: Path) -> None:
    """What is to be read, with links that hold in this one folder."""
    shutil.copytree(ROOT / "docs", docs, ignore=shutil.ignore_patterns("__pycache__", "zensical.toml"))
    for ours in docs.glob("*.py"):  # what makes pages
        ours.unlink()
    for source in docs.rglob("*.py"):  # of example plugins: to be read, and no module of the site's package
        source.rename(f"{source}.txt")
    for linking in docs.rglob("*.md"):
        up = "../" * (len(linking.relative_to(docs).parts) - 1)
        text = SOURCE.sub(r"\1.txt)", linking.read_text(encoding="utf-8"))
        for name in PROJECT:  # above the folder `docs` in a checkout, and in it on the site
            text = text.replace(f"]({up}../{name}", f"]({up}{name}")
        linking.write_text(text, encoding="utf-8")
    for name, page in {HOME: "README.md", **{each: each for each in PROJECT}}.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        (docs / name).write_text(text.replace("](docs/", "]("), encoding="utf-8")


def navigation(docs: Path) -> str:
    """The line of the configuration."""
    placed: set[str] = set()
    sections = []
    for title, patterns in SECTIONS.items():
        pages = list(_pages(docs, patterns, placed))
        placed.update(pages)
        if pages:
            sections.append(f"{{ {json.dumps(title)} = {json.dumps(pages if pages[1:] else pages[0])} }}")
    return f"nav = [{', '.join(sections)}]"


def _pages(docs: Path, patterns: tuple[str, ...], placed: set[str]) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(docs.glob(pattern)):
            if (name := path.relative_to(docs).as_posix()) not in placed:
                yield name


def build(out: Path) -> int:
    """The exit status of the builder."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        gather(work / "docs")
        config = (ROOT / "docs/zensical.toml").read_text(encoding="utf-8")
        text = config.replace("[project]\n", f"[project]\n{navigation(work / 'docs')}\n", 1)
        (work / "zensical.toml").write_text(text, encoding="utf-8")
        builder = Path(sys.executable).parent / "zensical"
        status = subprocess.run([builder, "build", "--strict"], cwd=work, check=False).returncode
        if status == 0:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(work / "site", out)
            for script in out.rglob("*.js"):
                stay_here(script)
    return status


def stay_here(script: Path) -> None:
    """The theme would load libraries from elsewhere for pages that ask for them. None of ours does."""
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("https://", "about:blank#"), encoding="utf-8")


def main(out: str) -> int:
    status = build(Path(out).resolve())
    said = f"the site is in {out}" if status == 0 else "no site was built: mend what is named above"
    print(said, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
