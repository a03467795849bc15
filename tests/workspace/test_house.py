"""The house stays readable in an afternoon: few rooms, few floors, small pieces, and nothing that points up."""

import ast
from pathlib import Path

import pytest

from .rooms import House, imported, sizes

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core/src/switchhook"
FOLDERS = sorted(path.parent.relative_to(CORE).as_posix() for path in CORE.rglob("__init__.py"))
FILES = [*sorted(CORE.rglob("*.py")), *sorted(ROOT.glob("plugins/*/src/**/*.py"))]
ORDER = [  # from the ground up: a room imports only what stands in a line before its own
    "speakable",
    "contract",
    "plugins",
    "call",
    "serving virtual",
    "testing tools",
    "__init__",
    "cli",
    "__main__",
]
ASSISTANTS = {  # lines: of those that talk to a service
    "assistant_http": 500,
    "assistant_openai": 500,
    "assistant_watson": 530,  # sessions or none, whole answers or streams, and two ages of one format
}
LIMITS = {"lines of a file": 300, "lines of a function": 40, "methods of a class": 20}


@pytest.fixture(scope="module")
def core():
    return House(CORE, "switchhook")


@pytest.fixture(scope="module")
def call():
    return House(CORE / "call", "switchhook.call")


@pytest.fixture(scope="module")
def server():
    return House(CORE / "serving", "switchhook.serving")


def test_core_has_few_rooms(core):
    assert len(core.rooms) <= 12, core.rooms


def test_core_has_few_floors(core):
    assert core.floors <= 8


def test_nothing_in_core_points_up(core):
    assert core.upward(ORDER) == set()


def test_a_call_has_few_rooms(call):
    assert len(call.rooms) <= 14, call.rooms


def test_nothing_in_a_call_imports_the_call_itself(call):
    assert [room for room, others in call.arrows.items() if "call" in others] == []


def test_a_server_has_few_rooms_on_few_floors(server):
    assert len(server.rooms) <= 14, server.rooms
    assert server.floors <= 7


def test_the_dialogue_stands_on_the_ground(call):
    assert call.arrows["dialogue"] == set()


def test_the_dialogue_does_no_input_and_no_output():
    names = {
        name
        for file in (CORE / "call/dialogue").glob("*.py")
        for name in imported(file, "switchhook.call.dialogue.x")
    }
    outside = {name.split(".")[0] for name in names}
    assert not outside & {
        "anyio",
        "asyncio",
        "trio",
        "socket",
        "threading",
        "time",
        "logging",
        "os",
        "random",
    }


def test_the_dialogue_imports_of_core_only_the_contract():
    names = {
        name
        for file in (CORE / "call/dialogue").glob("*.py")
        for name in imported(file, "switchhook.call.dialogue.x")
    }
    ours = {name.split(".")[1] for name in names if name.startswith("switchhook.")}
    inside = {name for name in names if name.startswith("switchhook.call.")}
    assert ours <= {"contract", "call"}
    assert all(name.startswith("switchhook.call.dialogue") for name in inside)


def test_nothing_outside_testing_imports_testing(core):
    assert [room for room, others in core.arrows.items() if "testing" in others] == []


def test_files_functions_and_classes_are_small():
    large = {
        (file.name, kind, name) for file in FILES for kind, name, size in sizes(file) if size > LIMITS[kind]
    }
    assert large == set(), "larger than the limit: cut it"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_core_goes_round_in_no_circle(folder):
    package = ".".join(("switchhook", *Path(folder).parts))
    assert House(CORE / folder, package).floors


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_core_opens_with_a_sentence(folder):
    doc = ast.get_docstring(ast.parse((CORE / folder / "__init__.py").read_text(encoding="utf-8")))
    assert doc
    assert len(doc) > 20


@pytest.mark.parametrize("name", ASSISTANTS)
def test_an_assistant_of_a_service_knows_its_form_and_little_else(name):
    """What several of them need lies once, in a library that they share."""
    files = ROOT.glob(f"plugins/{name}/src/**/*.py")
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= ASSISTANTS[name]


def test_every_assistant_of_a_service_is_counted():
    found = {path.name for path in ROOT.glob("plugins/assistant_*")}
    assert found == ASSISTANTS.keys() | {"assistant_script"}, "a script is a format of our own"
