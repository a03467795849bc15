"""What an operator does around a Genesys transport: enter connectors, call them, try them from outside."""

from pathlib import Path

CONFIG = Path("switchhook.toml")  # it is read where no other is named
