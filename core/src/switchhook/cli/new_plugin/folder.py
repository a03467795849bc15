"""A plugin's folder: made, compared, written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from ...contract.errors import SettingsError, StartError
from ...contract.names import did_you_mean
from ...contract.visible import visible


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None where there is no file."""

    before: str | None
    after: str
    shown: str  # as a unified diff


def make(folder: Path, files: Mapping[str, str]) -> None:
    """Raises StartError where something is there already, or it cannot be written."""
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise StartError(
            f"{folder} is there already, and nothing is written over it; say another NAME or --into"
        )
    for path, text in files.items():
        _write(folder / path, text)


def changes(folder: Path, files: Mapping[str, str]) -> dict[str, Change]:
    """How `files` differ from what is there."""
    found = {path: _change(folder / path, path, text) for path, text in files.items()}
    return {path: change for path, change in found.items() if change.before != change.after}


def overwrite(folder: Path, found: Mapping[str, Change], only: Sequence[str]) -> list[Path]:
    """Those of `only`, or all where it is empty. What they held is kept beside them. Raises SettingsError
    for one that would be written as it is, before anything is written."""
    for path in only:
        if path not in found:
            raise SettingsError(
                f"--write: {path} would not change; {did_you_mean(path, found, 'what would')}"
            )
    written = [path for path in found if path in only or not only]
    for path in written:
        before = found[path].before
        if before is not None:
            _write(folder / f"{path}.orig", before)
        _write(folder / path, found[path].after)
    return [folder / path for path in written]


def _change(file: Path, path: str, after: str) -> Change:
    try:
        before: str | None = file.read_bytes().decode()
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise StartError(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise StartError(f"cannot read {file}: {error}") from None
    lines = unified_diff(
        (before or "").splitlines(keepends=True),
        after.splitlines(keepends=True),
        "/dev/null" if before is None else f"a/{path}",
        f"b/{path}",
    )
    ended = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    new = before is None and not after  # an empty file has no lines that differ
    return Change(
        before, after, f"--- /dev/null\n+++ b/{path}\n" if new else visible("".join(ended), lines=True)
    )


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    except OSError as error:
        raise StartError(f"cannot write {file}: {error.strerror}") from None
