"""New connectors and new keys."""

from __future__ import annotations

import shlex
import tomllib
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from switchhook import SettingsError, check_name
from switchhook_audiohook.credentials import new_api_key, new_client_secret

from .. import CONFIG
from . import cards, texts
from .entries import Entries
from .files import Changes

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = "secrets"


def new(config: Path, name: str, integration: str | None) -> list[str]:
    """Returns what to print. If it raises SettingsError or StartError, nothing was written."""
    try:
        check_name(name)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    entries = Entries(config)
    if name in entries.names("connectors"):
        raise SettingsError(f"connector {name!r} exists already; see: switchhook connector show {name}")
    _check_integration(entries, name, integration)
    secret = new_client_secret()
    script = config.with_name(f"{name}.toml" if config.name != f"{name}.toml" else f"{name}-script.toml")
    with Changes() as changes:
        if integration is None:
            changes.create(config.parent / SECRETS / name, secret + "\n", private=True)
            entries.add_integration(name, new_api_key(), f"{SECRETS}/{name}")
        said = _known_words(script)
        if not script.exists():
            changes.create(script, texts.SCRIPT)
        entries.add_connector(name, integration or name, str(uuid.uuid4()), script.name)
        card = changes.replace(config, entries.text, partial(cards.read, name=name))
    called = texts.TRY.format(script=script, config=_named(config), name=name, said=said)
    trial = ["", *called.splitlines()]
    if integration is not None:
        return [*cards.show(card, f"that of integration {integration!r}, printed when it was made"), *trial]
    return [*cards.show(card, secret), "", _kept(config, name), *trial]


def _named(config: Path) -> str:
    """The option that names the configuration, if it is not the one that commands take by themselves."""
    return "" if config == CONFIG else f" --config {shlex.quote(str(config))}"


def _known_words(script: Path) -> str:
    """What to say to the bot so that it understands: the first phrase of a script that was there before."""
    try:
        steps = tomllib.loads(script.read_text("utf-8-sig"))["steps"].values()
        said = next(phrase for step in steps for phrase in step.get("phrases", ()))
        return f"--say {shlex.quote(said)}"
    except FileNotFoundError:
        return texts.SAID
    except (
        OSError,
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
        StopIteration,
    ):  # `check` says what is wrong
        return "--say hello"


def rotate(config: Path, name: str) -> list[str]:
    """As `new`."""
    entries = Entries(config)
    integration = entries.integration_of(name)
    if len(entries.keys(integration)) > 1:
        raise SettingsError(
            f"integration {integration!r} has a second key already; once Genesys Cloud has it: "
            f"switchhook connector rotate {name} --retire"
        )
    directory = config.parent / SECRETS
    numbers = (f"{integration}-{number}" for number in range(2, 10_000))
    file = next(each for each in numbers if not (directory / each).exists())
    secret = new_client_secret()
    with Changes() as changes:
        changes.create(directory / file, secret + "\n", private=True)
        entries.add_key(integration, new_api_key(), f"{SECRETS}/{file}")
        card = changes.replace(config, entries.text, partial(cards.read, name=name))
    return [*cards.show(card, secret), "", _kept(config, file), *texts.ROTATE.format(name=name).splitlines()]


def retire(config: Path, name: str) -> list[str]:
    """As `new`."""
    entries = Entries(config)
    integration = entries.integration_of(name)
    keys = entries.keys(integration)
    if len(keys) < 2:
        raise SettingsError(
            f"integration {integration!r} has one key; make its successor first: "
            f"switchhook connector rotate {name}"
        )
    older = keys.pop(0)
    with Changes() as changes:
        card = changes.replace(config, entries.text, partial(cards.read, name=name))
    removed = _forget(config, older)
    return [f"the older key is retired{removed}; send serve a SIGHUP", "", *cards.show(card)]


def _check_integration(entries: Entries, name: str, integration: str | None) -> None:
    known = entries.names("transport", "integrations")
    if integration is None and name in known:
        raise SettingsError(f"integration {name!r} exists already; use it with --integration {name}")
    if integration is not None and integration not in known:
        raise SettingsError(
            f"there is no integration {integration!r}, known: {', '.join(known) or 'none'}; "
            "leave out --integration to make one"
        )


def _forget(config: Path, key: Mapping[str, object]) -> str:
    """Removes the file of a secret if we have made it; another may have more than one purpose."""
    secret = key.get("client_secret")
    file = secret.get("file") if isinstance(secret, dict) else None
    if not isinstance(file, str) or Path(file).parent != Path(SECRETS):
        return ""
    (config.parent / file).unlink(missing_ok=True)
    return f" and {file} removed"


def _kept(config: Path, file: str) -> str:
    return f"the secret is shown this once; it is kept in {config.parent / SECRETS / file}, mode 0600"
