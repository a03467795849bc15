"""The distributions agree with each other and stay small."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = {
    path.parent.name: tomllib.loads(path.read_text())
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))
}
CORE = tomllib.loads((ROOT / "core/pyproject.toml").read_text())


def test_all_distributions_have_one_version():
    versions = {part["project"]["version"] for part in [CORE, *PARTS.values()]}
    assert len(versions) == 1


@pytest.mark.parametrize("name", PARTS)
def test_a_plugin_is_named_after_its_folder(name):
    assert PARTS[name]["project"]["name"] == f"switchhook-{name.replace('_', '-')}"


@pytest.mark.parametrize("name", PARTS)
def test_a_plugin_says_which_switchhook_it_was_made_for(name):
    assert "switchhook>=0.1,<0.2" in PARTS[name]["project"]["dependencies"]


@pytest.mark.parametrize("name", PARTS)
def test_a_plugin_is_typed_and_under_the_same_licence(name):
    assert (ROOT / f"plugins/{name}/src/switchhook_{name}/py.typed").exists()
    assert PARTS[name]["project"]["license"] == "Apache-2.0"


def test_the_extras_of_core_name_distributions_of_ours():
    extras = CORE["project"]["optional-dependencies"]
    named = {
        name
        for extra in ("genesys", "offline", "openai", "recording", "sql", "telemetry", "watson", "whisper")
        for name in extras[extra]
    }
    assert named <= {f"{part['project']['name']}>=0.1,<0.2" for part in PARTS.values()}
    assert extras["embedded"] == ["switchhook[offline]"]  # its older name


def sources(folder):
    return [(path, path.read_text()) for path in sorted((ROOT / folder).rglob("src/**/*.py"))]


def modules_named(folder):
    """The modules that files name in imports, wherever these stand."""
    for _, text in sources(folder):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module


@pytest.mark.parametrize("name", PARTS)
def test_a_plugin_imports_only_public_names_of_core_and_libraries_that_plugins_share(name):
    shared = {f"switchhook_{each}" for each, part in PARTS.items() if "entry-points" not in part["project"]}
    ours = {module for module in modules_named(f"plugins/{name}") if module.startswith("switchhook")}
    public = {module for module in ours if module == "switchhook"}
    assert {module.split(".")[0] for module in ours - public} <= shared | {f"switchhook_{name}"}


@pytest.mark.parametrize("name", PARTS)
def test_a_plugin_requires_what_it_imports_of_ours(name):
    required = {text.partition(">")[0].replace("-", "_") for text in PARTS[name]["project"]["dependencies"]}
    ours = {
        module.split(".")[0] for module in modules_named(f"plugins/{name}") if module.startswith("switchhook")
    }
    assert ours - {f"switchhook_{name}"} <= required


@pytest.mark.parametrize("word", ["genesys", "watson", "moonshine", "hibari", "websockets", "numpy"])
def test_core_imports_no_vendor(word):
    imports = [line for _, text in sources("core") for line in text.splitlines() if "import " in line]
    assert not [line for line in imports if word in line.lower().split("#")[0].split('"')[0]]


def test_only_one_file_imports_stevedore():
    files = [
        path.name
        for path, text in sources("core")
        if "\nfrom stevedore" in text or "\nimport stevedore" in text
    ]
    assert files == ["loader.py"]


def test_constraints_pin_everything_and_record_no_address():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    assert all("==" in line for line in lines)
    assert not [line for line in lines if "://" in line or "@" in line]


def imported(path, text):
    """Absolute names of modules; `from . import x` is the package, and x may be a module of it."""
    package = path.relative_to(next(p for p in path.parents if p.name == "src")).parts[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{each.name}" for each in node.names)


def test_nothing_but_tests_needs_what_is_for_tests():
    needed = {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("core", "plugins")
        for path, text in sources(folder)
        if "testing" not in path.parts and path.name != "testing.py"
        for name in imported(path, text)
        if "testing" in name.split(".") and "switchhook" in name
    }
    assert needed == set()


@pytest.mark.parametrize("name", ["core", *(f"plugins/{part}" for part in PARTS)])
def test_what_a_distribution_imports_it_declares(name):
    project = tomllib.loads((ROOT / name / "pyproject.toml").read_text())["project"]
    # what an extra brings may be imported where it is installed
    told = [*project["dependencies"], *chain(*project.get("optional-dependencies", {}).values())]
    declared = {re.split(r"[^\w-]", each)[0].lower().replace("_", "-") for each in told} | {project["name"]}
    brought = packages_distributions() | {"pydantic_core": ["pydantic"]}  # of one release
    roots = {
        module.partition(".")[0]
        for path, text in sources(name)
        if "testing" not in path.parts
        for module in imported(path, text)
    }
    missing = {
        root
        for root in roots - sys.stdlib_module_names - {"__future__"}
        if not declared & {each.lower().replace("_", "-") for each in brought.get(root, [root])}
    }
    assert missing == set()
