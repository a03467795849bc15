"""Connectors, integrations and keys in the text of a configuration, whose order and comments stay."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable

from switchhook import SettingsError

from . import texts

Table = MutableMapping[str, Any]


class Entries:
    """One configuration. Raises SettingsError where it does not have what is asked for."""

    def __init__(self, config: Path) -> None:
        self.path = config
        try:
            text = config.read_text("utf-8-sig") if config.exists() else texts.CONFIGURATION
            self._document = tomlkit.parse(text)
        except OSError as error:
            raise SettingsError(f"cannot read {config}: {error.strerror}") from None
        except (TOMLKitError, UnicodeDecodeError) as error:
            raise SettingsError(f"{config} is not valid TOML: {error}") from None

    @property
    def text(self) -> str:
        return tomlkit.dumps(self._document)

    def names(self, *path: str) -> list[str]:
        """Names of the tables within a table, which may be absent."""
        table: Any = self._document
        for part in path:
            table = table.get(part, {}) if isinstance(table, Mapping) else {}
        return [*table] if isinstance(table, Mapping) else []

    def integration_of(self, connector: str) -> str:
        if connector not in self.names("connectors"):
            known = ", ".join(self.names("connectors")) or "none"
            raise SettingsError(f"there is no connector {connector!r} in {self.path}; known: {known}")
        return str(self._at("connectors", connector, "address", "integration"))

    def keys(self, integration: str) -> MutableSequence[Any]:
        return cast("MutableSequence[Any]", self._at("transport", "integrations", integration, "keys"))

    def add_connector(self, name: str, integration: str, instance_id: str, script: str) -> None:
        table = self._add(texts.CONNECTOR, "connectors", name)
        table["address"] = tomlkit.value(
            f'{{ integration = "{integration}", instance_id = "{instance_id}" }}'
        )
        for key, value in texts.ENGINES.items():
            table[key] = tomlkit.value(value.format(script=script))
        table["language"] = "en-US"
        table["max_silences"] = tomlkit.item(2)
        if not isinstance(table, InlineTable):
            table["max_silences"].comment(texts.SILENCES).trivia.comment_ws = "  "
            cast("Any", table).add(tomlkit.comment(texts.UNMASK))

    def add_integration(self, name: str, api_key: str, secret_file: str) -> None:
        keys = tomlkit.value(f"[\n    {_key(api_key, secret_file)},\n]")
        table = self._add(texts.INTEGRATION, "transport", "integrations", name)
        table["keys"] = keys
        if isinstance(table, tomlkit.items.Table):
            table.add(tomlkit.nl())

    def add_key(self, integration: str, api_key: str, secret_file: str) -> None:
        keys = self.keys(integration)
        key = tomlkit.value(_key(api_key, secret_file))
        keys.append(tomlkit.item(key.unwrap()) if isinstance(keys, AoT) else key)

    def _at(self, *path: str) -> Any:
        value: Any = self._document
        for depth, part in enumerate(path, 1):
            if not isinstance(value, Mapping) or part not in value:
                where = ".".join(path[:depth])
                raise SettingsError(
                    f"{where} is not in {self.path}; if the environment sets it, edit it there"
                )
            value = value[part]
        return value

    def _add(self, comment: str, *path: str) -> Table:
        table: Any = self._document
        for part in path[:-1]:
            if part not in table:
                table[part] = _empty(table, is_super_table=True)
            table = table[part]
        table[path[-1]] = _empty(table)
        made = table[path[-1]]
        if not isinstance(made, InlineTable):
            made.add(tomlkit.comment(comment))
        return cast("Table", made)


def _empty(parent: object, *, is_super_table: bool = False) -> Any:
    """A new table; within one that is written on one line, it must be written so too."""
    inline = isinstance(parent, InlineTable)
    return tomlkit.inline_table() if inline else tomlkit.table(is_super_table=is_super_table)


def _key(api_key: str, secret_file: str) -> str:
    return f'{{ api_key = "{api_key}", client_secret = {{ file = "{secret_file}" }} }}'
