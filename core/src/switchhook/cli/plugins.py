"""Show what is installed, from which distribution, which hooks; what failed and why.

Where there is a configuration, also the files of its [plugins] path.

example:
  switchhook plugins
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import CONFIG, add_config

if TYPE_CHECKING:
    from pathlib import Path

    from ..plugins.loader import Plugins


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    error: str = ""
    file: bool = False


GROUP = "answer calls"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of a table")


def run(arguments: argparse.Namespace) -> int:
    from ..plugins.loader import Plugins

    plugins = Plugins()
    rows = [*_rows(plugins), *_files(plugins, arguments.config)]
    if arguments.json:
        items = [
            {
                "name": r.name,
                "group": f"switchhook.{r.name.partition('/')[0]}" if not r.file else None,
                "distribution": r.distribution,
                "version": r.version,
                "hooks": r.hooks,
                "error": r.error or None,
            }
            for r in rows
        ]
        print(json.dumps(items, indent=2))
    else:
        _print_table(rows)
    return 1 if any(row.error for row in rows) else 0


def _rows(plugins: Plugins) -> list[Row]:
    from ..contract.errors import PluginError
    from ..plugins.loader import DRIVERS, SHARED, installed, stray, strays

    rows: list[Row] = []
    for group in (*DRIVERS, *SHARED):
        for name in sorted({entry.name for entry in installed(group)}):
            try:
                plugin = plugins.load_one(group, name)
                rows.append(Row(plugin.name, plugin.distribution, plugin.version, plugin.hooks))
            except PluginError as error:
                rows.append(Row(f"{group}/{name}", error.distribution, "", (), str(error)))
    for entry in installed("commands"):
        dist = entry.dist
        rows.append(
            Row(f"commands/{entry.name}", dist.name if dist else "", dist.version if dist else "", ())
        )
    for entry, meant in strays():
        lost = stray(entry, meant)
        rows.append(
            Row(
                f"{entry.group.partition('.')[2] or entry.group}/{entry.name}",
                lost.distribution,
                "",
                (),
                str(lost),
            )
        )
    return rows


def _files(plugins: Plugins, config: Path) -> list[Row]:
    """Those of `[plugins] path`."""
    if config == CONFIG and not config.exists():
        return []
    from ..contract.errors import PluginError
    from ..contract.options import Options
    from ..contract.settings import PluginsSettings
    from ..plugins.files import plugin_files
    from ..serving.config.configuration import read_table

    table = read_table(config)
    options = Options(table.get("plugins", {}), place="plugins", base=table.base)
    path, rows = options.parse(PluginsSettings).path, []
    for file in plugin_files(path, table.base) if path else ():
        try:
            plugin = plugins.load_file(file)
            rows.append(Row(plugin.name, plugin.distribution, "", plugin.hooks, file=True))
        except PluginError as error:
            rows.append(Row(file.name, error.distribution, "", (), str(error), file=True))
    return rows


def _print_table(rows: list[Row]) -> None:
    from ..contract.visible import visible

    table = [("PLUGIN", "DISTRIBUTION", "VERSION", "HOOKS")]
    table += [
        (r.name, r.distribution, r.version, (r.error and "FAILED") or ", ".join(r.hooks) or "-") for r in rows
    ]
    widths = [max(len(line[i]) for line in table) for i in range(3)]
    for line in table:
        print(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]]
            ).rstrip()
        )
    for row in rows:
        if row.error:
            print(f"\n{visible(row.error, lines=True)}")
