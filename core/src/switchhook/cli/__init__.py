"""The commands of core, a module each, imported when its command runs. Imports all but `testing`."""

from __future__ import annotations

import argparse
from pathlib import Path

CONFIG = Path("switchhook.toml")  # it is read where no other is named


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=CONFIG,
        metavar="FILE",
        help=f"the configuration, TOML; default: ./{CONFIG}",
    )


def add_config_beside_connector(parser: argparse.ArgumentParser) -> None:
    """It is None if it is not named, so that a command can say when it was named in vain."""
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"with --connector; default: ./{CONFIG}")
