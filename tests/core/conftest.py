import importlib.metadata
import os
import sys
from textwrap import dedent

import pytest
import trio.testing


@pytest.fixture
def anyio_backend():
    """Virtual time: the clock jumps to the next deadline when everybody waits."""
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


class Site:
    """A directory of installed distributions: core, and the plugins that a test makes up."""

    def __init__(self, root, core):
        self.root, self._changes = root, 0
        self._entry_points = {}
        self._write_metadata("switchhook", core.version, (), core.read_text("entry_points.txt"))

    def add(
        self,
        group,
        name,
        source="",
        *,
        distribution=None,
        version="1.2.3",
        requires=("switchhook>=0.1,<0.2",),
        target=None,
    ):
        """Install a plugin under `switchhook.GROUP`; returns the name of its module. `target` is what the
        entry point names, where that is not the module made of `source`."""
        distribution = distribution or f"acme-{name}"
        module = f"{distribution}_{group}_{name}".replace("-", "_")
        (self.root / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        groups = self._entry_points.setdefault(distribution, {})
        groups.setdefault(f"switchhook.{group}", []).append(f"{name} = {target or module}")
        text = "".join("\n".join([f"[{key}]", *lines, ""]) for key, lines in groups.items())
        self._write_metadata(distribution, version, requires, text)
        return module

    def _write_metadata(self, distribution, version, requires, entry_points):
        folder = self.root / f"{distribution.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(exist_ok=True)
        lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requires]
        (folder / "METADATA").write_text("\n".join([*lines, "", ""]), encoding="utf-8")
        (folder / "entry_points.txt").write_text(entry_points, encoding="utf-8")
        # importlib lists a directory again when its time has changed, which several writes at once need not do
        self._changes += 1
        os.utime(self.root, (self._changes, self._changes))

    def imported(self):
        return {name for name, module in sys.modules.items() if self._holds(module)}

    def _holds(self, module):
        return str(getattr(module, "__file__", None)).startswith(str(self.root))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Nothing but core is installed, and what the test adds."""
    root = tmp_path / "site"
    root.mkdir()
    finder, context = importlib.metadata.MetadataPathFinder, importlib.metadata.DistributionFinder.Context
    search, core = finder.find_distributions, importlib.metadata.distribution("switchhook")
    monkeypatch.syspath_prepend(root)
    monkeypatch.setattr(
        finder, "find_distributions", lambda asked: search(context(name=asked.name, path=[str(root)]))
    )
    site = Site(root, core)
    yield site
    for name in site.imported():
        del sys.modules[name]
