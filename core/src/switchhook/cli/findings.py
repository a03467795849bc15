"""What `check` finds about plugins without asking them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.findings import Finding
    from ..contract.record_settings import RecordsSettings
    from ..serving.generations.app import App

LONGEST = 80  # characters of a setting of a plugin's that are shown
SECRET_IN_ADDRESS = re.compile(r"(?<=://)[^/?#@\s'\"]*@")
QUERY = re.compile(r"(\w://[^?\s'\"]*)\?[^\s'\"]*")


@contextmanager
def noticed(findings: list[Finding]) -> Iterator[None]:
    """What plugins use, when they are loaded, that will go away. Other warnings are as they were."""
    import warnings

    from ..contract.deprecation import Deprecated
    from ..contract.findings import Finding

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", Deprecated)  # each line once
        yield
    for each in caught:
        if issubclass(each.category, Deprecated):
            said = f"{each.filename}:{each.lineno}: {each.message}"
            findings.append(Finding("warning", "deprecated", said, "upgrade the plugin, or tell its author"))
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


def of_settings(app: App) -> Iterator[Finding]:
    """What each plugin takes from the configuration, and what it has by itself."""
    from ..contract.findings import Finding
    from ..contract.visible import visible

    for name, table in sorted(app.plugin_settings.items()):
        given = table.model_fields_set
        told = (
            f"{key} = {visible(_shown(getattr(table, key)))}{'' if key in given else ' (default)'}"
            for key in type(table).model_fields
        )
        yield Finding("ok", f"plugins.{name}", ", ".join(told) or "takes no settings")


def _shown(value: object) -> str:
    """Addresses without what may be a secret in them: it is read where logs are."""
    text = SECRET_IN_ADDRESS.sub("…@", repr(value))
    return QUERY.sub(r"\1?…", text)[:LONGEST]


def of_records(asked: RecordsSettings) -> Iterator[Finding]:
    """Whether there are places for them that can be written to."""
    from ..contract.findings import Finding
    from ..serving.records.files import unwritable

    if asked.waiting is None:
        said = "is not set: no call records are kept"
        yield Finding("warning", "records.directory", said, 'directory = "records"')
    for name, folder in (("directory", asked.directory), ("spool", asked.spool)):
        if folder is not None and (why := unwritable(folder)):
            said = f"cannot write to {folder}, as {why}: calls would leave no record"
            yield Finding("error", f"records.{name}", said, "choose a directory that this user may write to")


def why_not(error: Exception) -> str:
    """A file's name and why it cannot be had; of another error what a log may say."""
    from ..contract.errors import cause

    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return cause(error)
