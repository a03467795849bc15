"""Each part of the dialogue owns its fields: nobody writes them but itself."""

import ast
from pathlib import Path

import pytest

from switchhook.call import dialogue

MODULES = sorted(Path(dialogue.__file__).parent.glob("*.py"))


def is_own(target):
    """`self.field`, and not a field of something else."""
    return isinstance(target.value, ast.Name) and target.value.id == "self"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_field_is_written_by_its_own_class_alone(module):
    nodes = ast.walk(ast.parse(module.read_text("utf-8")))
    written = [
        node for node in nodes if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    ]
    assert [ast.unparse(target) for target in written if not is_own(target)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_what_a_part_holds_is_changed_by_its_own_methods_alone(module):
    calls = [node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Call)]
    within = [ast.unparse(call.func) for call in calls if ast.unparse(call.func).startswith("self.")]
    assert [name for name in within if name.count(".") > 2] == []
