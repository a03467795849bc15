"""Looks for known vulnerabilities in every version that is pinned. usage: audit.py [REQUIREMENTS]"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def pins(text: str) -> int:
    return sum("==" in line for line in text.splitlines() if not line.startswith("#"))


def verdict(found: Mapping[str, Any], expected: int) -> tuple[int, list[str]]:
    """The exit status, and what is said. Who looked at nothing has found nothing: that is no good news."""
    packages = found.get("dependencies", [])
    skipped = [
        f"{each['name']}: not looked at: {each['skip_reason']}" for each in packages if "skip_reason" in each
    ]
    seen = [each for each in packages if "skip_reason" not in each]
    bad = [
        f"{each['name']} {each['version']}: {fault['id']}, {_mended(fault['fix_versions'])}"
        for each in seen
        for fault in each.get("vulns", [])
    ]
    said = [
        *skipped,
        *bad,
        f"{len(seen)} of {expected} pinned packages looked at, {len(bad)} vulnerabilities known",
    ]
    return (1 if bad or skipped or not seen or len(seen) < expected else 0), said


def _mended(versions: list[str]) -> str:
    return f"mended in {', '.join(versions) or 'no version'}"


def main(requirements: str = str(ROOT / "constraints.txt")) -> int:
    command = (
        BIN / "pip-audit",
        "--requirement",
        requirements,
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
    )
    done = subprocess.run([*map(str, command), "--progress-spinner", "off"], capture_output=True, text=True)  # noqa: PLW1510  # its status says too little
    try:
        found = json.loads(done.stdout)
    except ValueError:
        print(f"nothing was looked at: {done.stderr.strip()[-2000:]}", file=sys.stderr)
        return 1
    status, said = verdict(found, pins(Path(requirements).read_text(encoding="utf-8")))
    print("\n".join(said))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
