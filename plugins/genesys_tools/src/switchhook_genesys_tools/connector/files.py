"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from switchhook import StartError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

T = TypeVar("T")


class Changes:
    """New files, and one that is replaced last. What was made is taken back when the block fails."""

    def __init__(self) -> None:
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            for path in reversed(self._made):
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)

    def create(self, path: Path, text: str, *, private: bool = False) -> None:
        """`private`: only the owner can read it, and its directory, if that is made too; those
        above are made as usual. Raises StartError."""
        try:
            for folder in reversed([each for each in path.parents if not each.exists()]):
                folder.mkdir(mode=0o700 if private and folder == path.parent else 0o777)
                self._made.append(folder)
            _write(path, text, 0o600 if private else 0o666)
        except FileExistsError:
            raise StartError(f"{path} exists already; move it away, or choose another name") from None
        except OSError as error:
            raise StartError(f"cannot write {path}: {error.strerror}") from None
        self._made.append(path)

    def replace(self, path: Path, text: str, read: Callable[[Path], T]) -> T:
        """`read` is tried on the new file, beside the old one, and raises when it is no good. Raises
        StartError."""
        path = path.resolve()  # a link stays a link
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            _write(new, text, 0o666)
            if path.exists():
                new.chmod(path.stat().st_mode & 0o777)
            value = read(new)
            new.replace(path)
        except OSError as error:
            raise StartError(f"cannot write {path}: {error.strerror}") from None
        finally:
            new.unlink(missing_ok=True)
        return value


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
