"""What is public, a line for each name, hook, field and signature, as the sources have it. `make public-api` writes it
down anew, once the changelog names what has changed."""

import json
import re
import sys
from pathlib import Path

import griffe

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("public_api.json")
CHANGELOG = ROOT / "CHANGELOG.md"
MODULES = ("testing", "testing.conformance")  # whose own names are public, too
SPECIAL = ("__init__", "__aiter__", "__aenter__", "__aexit__")
OURS = "switchhook"


def public_api(source=ROOT / "core/src"):
    """By name; what stands in a class by `Class.member`, a setting by the path of its class, a hook as `hook NAME`."""
    loader = griffe.GriffeLoader(search_paths=[source], allow_inspection=False)
    package = loader.load(OURS)
    loader.resolve_aliases(external=False)
    api = {}
    for name, found in _exported(package):
        api |= _described(name, found)
    for module in MODULES:
        for name, found in _exported(package[module]):
            api |= _described(f"{module}.{name}", found)
    for module in ("start_hooks", "hookspecs"):
        for name, found in package[f"contract.{module}"].members.items():
            if not found.is_alias and found.is_function:
                api[f"hook {name}"] = _signature(found)
    for name, found in package["contract.settings"].members.items():
        if found.is_alias and not found.target_path.startswith(f"{OURS}."):
            continue
        table = found.final_target if found.is_alias else found
        if table.is_class and (not found.is_alias or name == "Choosing" or name.endswith("Settings")):
            api |= _described(f"settings {name}", table)
    return dict(sorted(api.items()))


def _exported(module):
    """What a package's __init__ takes from elsewhere in it, and the functions that stand in a module itself."""
    for name, member in module.members.items():
        if name.startswith("_"):
            continue
        if not member.is_alias:
            if member.is_function:
                yield name, member
        elif module.is_init_module and member.target_path.startswith(f"{OURS}."):
            yield name, member.final_target


def _described(name, found):
    if found.is_function:
        return {name: _signature(found)}
    if found.is_attribute:
        return {name: _typed(found)}
    lines = {name: f"class({', '.join(str(base) for base in found.bases)})"}
    for member, what in sorted(found.all_members.items()):
        if (member.startswith("_") and member not in SPECIAL) or member == "model_config":
            continue
        lines[f"{name}.{member}"] = _signature(what) if what.is_function else _typed(what)
    return lines


def _signature(function):
    marks = sorted(function.labels & {"async", "classmethod", "staticmethod"})
    return " ".join([*marks, function.signature().removeprefix(function.name)])


def _typed(attribute):
    value = str(attribute.value) if attribute.value is not None else ""
    shown = f" = {value}" if value and not value.startswith("Field(") else ""
    return f"{attribute.annotation or ''}{shown}".strip()


def changes(before, after):
    """Lines of a message: what is gone, what is new, what is another."""
    gone = [f"- {name}{_said(before[name])}" for name in before.keys() - after.keys()]
    new = [f"+ {name}{_said(after[name])}" for name in after.keys() - before.keys()]
    other = [
        f"~ {n}{_said(before[n])}\n  now{_said(after[n])}"
        for n in before.keys() & after.keys()
        if before[n] != after[n]
    ]
    return sorted(gone) + sorted(new) + sorted(other)


def _said(what):
    return what if what.startswith("(") else f": {what}"


def unnamed(lines, changelog):
    """What has changed and is not named in the changelog's newest section: `Name` in backticks, a hook by its own."""
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    told = " ".join(re.findall(r"`[^`]*`", newest))
    names = {re.match(r"[-+~] (?:hook |settings )?([\w.]+)", line)[1] for line in lines}
    parts = {
        name: [part for part in name.split(".") if part not in ("testing", "conformance")] for name in names
    }
    return sorted(n for n, own in parts.items() if not any(re.search(rf"\b{part}\b", told) for part in own))


def main():
    before = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    after = public_api()
    lines = changes(before, after)
    if before and (missing := unnamed(lines, CHANGELOG.read_text())):
        sys.stdout.write("\n".join([*lines, ""]))
        return f"say under the newest heading of CHANGELOG.md what has changed: {', '.join(missing)}"
    SNAPSHOT.write_text(json.dumps(after, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
