"""How a package is built, counted from its imports. A room is a folder or module directly inside, and an arrow goes
from it to each other room that it imports. A room that imports no other stands on floor 1, each of the rest one above
the highest that it imports. Every import statement counts, under TYPE_CHECKING and inside functions too;
names that are strings are not followed.
"""

import ast
from functools import cache
from pathlib import Path


class House:
    """`folder` is a package's; `package` its dotted name."""

    def __init__(self, folder, package):
        self.folder, self.package = folder, package
        self.rooms = sorted(
            path.stem
            for path in folder.iterdir()
            if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
        )
        self.arrows = {room: self._imports(room) - {room} for room in self.rooms}

    def files(self, room):
        file = self.folder / f"{room}.py"
        return [file] if file.exists() else sorted((self.folder / room).rglob("*.py"))

    def _imports(self, room):
        names = (name for file in self.files(room) for name in imported(file, self._name(file)))
        prefix = f"{self.package}."
        inside = {name.removeprefix(prefix).split(".")[0] for name in names if name.startswith(prefix)}
        return {each if each in self.rooms else "__init__" for each in inside}

    def _name(self, file):
        parts = file.relative_to(self.folder).with_suffix("").parts
        return ".".join([self.package, *parts])

    def floor(self, room):
        """Raises ValueError for a circle."""
        return self._floor(room, ())

    def _floor(self, room, above):
        if room in above:
            raise ValueError(f"a circle of imports in {self.package}: {' > '.join([*above, room])}")
        return 1 + max((self._floor(each, (*above, room)) for each in sorted(self.arrows[room])), default=0)

    @property
    def floors(self):
        return max(map(self.floor, self.rooms))

    def upward(self, order):
        """Arrows from a room to one that is not before it in `order`, as (room, imported)."""
        rank = {room: number for number, rooms in enumerate(order) for room in rooms.split()}
        return {
            (room, other)
            for room, others in self.arrows.items()
            for other in others
            if rank[other] >= rank[room]
        }


@cache
def imported(file, module):
    """Full names of what a module imports: modules, and names in them."""
    found = set()
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # module is a/b/c, or a/b/__init__: both stand in a.b
                home = module.split(".")[: -node.level]
                base = ".".join([*home, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return frozenset(found)


def sizes(file):
    """(kind, name, size) of a module in lines, of its functions in lines, of its classes in methods."""
    text = file.read_text(encoding="utf-8")
    yield "lines of a file", file.stem, len(text.splitlines())
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield "lines of a function", node.name, node.end_lineno - first + 1
        elif isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            yield "methods of a class", node.name, len(methods)
