"""Whether a bill of materials holds only licences that we may pass on.

usage: licences.py BILL.cdx.json LIST.txt
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "Zlib"),
    *("PSF-2.0", "Python-2.0"),
    "MPL-2.0",  # binds changes of its own files, and we change none
}
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
JUDGED = {
    # what it says in its metadata, and what was found in it by a person
    "soxr": (
        "LGPL-2.1-or-later",
        "LGPL-2.1-or-later: a library that is loaded as it is and can be exchanged",
    ),
    **dict.fromkeys(
        ("psycopg", "psycopg-binary"),
        ("LGPL-3.0-only", "LGPL-3.0-only: a library that is loaded as it is and can be exchanged"),
    ),
    "protobuf": ("", "BSD-3-Clause, as its file LICENSE says"),
    "py-nanotts": ("", "Apache-2.0, as its file LICENSE says"),
}


def said(component: Mapping[str, Any]) -> list[str]:
    """What its metadata says, in SPDX's words where we know them."""
    found = (each.get("expression") or each["license"] for each in component.get("licenses", []))
    texts = (each if isinstance(each, str) else each.get("id") or each.get("name", "") for each in found)
    return [CLASSIFIERS.get(text, text) for text in texts]


def is_allowed(expression: str) -> bool:
    """One of several that may be chosen, each of those that hold together."""
    choices = (choice.split(" AND ") for choice in expression.split(" OR "))
    return any(all(each.strip() in ALLOWED for each in choice) for choice in choices)


def judged(component: Mapping[str, Any]) -> tuple[str, bool]:
    """The licence, and whether it is one that we may pass on."""
    licences = said(component)
    if component["name"] in JUDGED:
        expected, found = JUDGED[component["name"]]
        return found, licences == [each for each in [expected] if each]
    return ", ".join(licences) or "none is said", bool(licences) and all(map(is_allowed, licences))


def lines(bill: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for component in sorted(bill["components"], key=lambda each: each["name"].lower()):
        licence, good = judged(component)
        yield f"{component['name']} {component.get('version', '')}: {licence}", good


def main(source: str, target: str) -> int:
    bill = json.loads(Path(source).read_text(encoding="utf-8"))
    made = list(lines(bill))
    Path(target).write_text("".join(f"{line}\n" for line, _ in made), encoding="utf-8")
    bad = [line for line, good in made if not good]
    for line in bad or ([] if made else ["the bill of materials is empty"]):
        print(f"{line}: not a licence that is allowed; see release/licences.py", file=sys.stderr)
    return 1 if bad or not made else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
