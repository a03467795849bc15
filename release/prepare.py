"""Builds what is published, checks it, and says how it is published. usage: prepare.py REPOSITORY"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
BIN = Path(sys.executable).parent


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


def project() -> dict[str, Any]:
    made: dict[str, Any] = tomllib.loads((ROOT / "core/pyproject.toml").read_text())["project"]
    return made


def version() -> str:
    made: str = project()["version"]
    return made


def everything() -> str:
    """With every extra there is."""
    return f"switchhook[{','.join(project()['optional-dependencies'])}]"


def refusal(repository: str) -> str:
    """Why nothing is built."""
    if not re.fullmatch(r"https://[^\s]+[^\s/]", repository):
        return "say where the project lives, for the links of its pages: make release REPOSITORY=https://…"
    if f"## {version()}" not in (ROOT / "CHANGELOG.md").read_text():
        return f'CHANGELOG.md: expected a heading "## {version()} - DATE", found none: name what is released'
    return ""


def bill_of_materials() -> None:
    """Of an environment that has all that the extras bring, speech engines included."""
    folder = BIN.parent / "installed-from-wheels"
    venv.create(folder, with_pip=True, clear=True)
    pip = (folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--constraint", "constraints.txt", "--find-links", DIST, everything())
    run(BIN / "cyclonedx-py", "environment", "--output-file", DIST / "switchhook.cdx.json", folder)
    shutil.rmtree(folder)


def main(repository: str) -> int:
    if why := refusal(repository):
        print(why, file=sys.stderr)
        return 2
    run(sys.executable, ROOT / "release/build.py", DIST, "--repository", repository, "--sdist")
    packages = sorted([*DIST.glob("*.whl"), *DIST.glob("*.tar.gz")])
    run(BIN / "twine", "check", "--strict", *packages)
    bill_of_materials()
    bill, licences = DIST / "switchhook.cdx.json", DIST / "LICENCES.txt"
    run(sys.executable, ROOT / "release/licences.py", bill, licences)
    files = [*packages, bill, licences]
    sums = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    (DIST / "SHA256SUMS").write_text("".join(sums))
    beside = "switchhook.cdx.json (what they need), LICENCES.txt, SHA256SUMS"
    print(f"ready in dist/: {len(packages)} packages, {beside}")
    twine = (BIN / "twine").relative_to(ROOT)
    print(f"to publish, with the rights to: {twine} upload dist/*.whl dist/*.tar.gz")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
