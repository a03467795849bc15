"""Finished recordings go to a store that speaks S3. The directory is where they wait until it has them."""

from __future__ import annotations

import fcntl
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, BinaryIO

from pydantic import Field, model_validator

from switchhook import Secret, Table

from .keeping import ENDINGS

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds until a store that fails is asked again
LOOK = 600.0  # seconds until the directory is looked through again, for what others have left
PATIENCE = (5, 60)  # seconds to connect, and for an answer
CODE = re.compile(r"[A-Za-z0-9.]{1,64}")
NEED = "an S3 store needs boto3: pip install 'switchhook-recording[s3]'"


class StoreSettings(Table):
    """`[plugins.recording.s3]`."""

    bucket: str = Field(min_length=3, description="that is there already")
    endpoint: str | None = Field(None, description="address of a store that is not Amazon's, https://…")
    region: str | None = Field(None, description="of the bucket, where the store has regions")
    prefix: str = Field("", description='of all keys, such as "calls/"')
    access_key: Secret | None = Field(None, description="none: from where Amazon's tools have it")
    secret_key: Secret | None = Field(None, description="to that")

    @model_validator(mode="after")
    def _whole(self) -> StoreSettings:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("expected both access_key and secret_key, or neither")
        return self

    def address(self, path: Path) -> str:
        """Of a recording, for the call record."""
        return f"s3://{self.bucket}/{self.key(path)}"

    def key(self, path: Path) -> str:
        """Files lie in folders of a day each."""
        return f"{self.prefix}{path.parent.name}/{path.name}"


Put = Callable[[str, BinaryIO], None]
"""A whole file under that key. It may raise anything."""


class Bucket:
    """Used by one thread. Raises what boto3 raises."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings, self._client = settings, None

    def put(self, key: str, file: BinaryIO) -> None:
        self._ready().put_object(Bucket=self._settings.bucket, Key=key, Body=file, ContentType="audio/wav")

    def check(self) -> None:
        self._ready().head_bucket(Bucket=self._settings.bucket)

    def _ready(self) -> Any:
        if self._client is None:
            self._client = _client(self._settings)
        return self._client


def _client(settings: StoreSettings) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ImportError(NEED) from None
    config = Config(
        connect_timeout=PATIENCE[0],
        read_timeout=PATIENCE[1],
        retries={"mode": "standard", "total_max_attempts": 2},
        request_checksum_calculation="when_required",  # what stores of others do not know
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"} if settings.endpoint else {},
    )
    keys = {}
    if settings.access_key is not None and settings.secret_key is not None:
        keys = {
            "aws_access_key_id": settings.access_key.get_secret_value(),
            "aws_secret_access_key": settings.secret_key.get_secret_value(),
        }
    return boto3.client(
        "s3", endpoint_url=settings.endpoint, region_name=settings.region, config=config, **keys
    )


class Uploads:
    """A thread that moves files to the store, and tries until it takes them."""

    def __init__(self, directory: Path, settings: StoreSettings, put: Put) -> None:
        self._directory, self._settings, self._put = directory, settings, put
        self._files: SimpleQueue[Path | None] = SimpleQueue()
        self._ended = Event()
        self._thread = Thread(target=self._work, name="uploads", daemon=True)
        self._thread.start()

    def add(self, path: Path) -> None:
        self._files.put(path)

    def close(self, patience: float) -> None:
        """What is left stays in the directory for the next start. Blocks for so many seconds at most."""
        self._files.put(None)
        self._thread.join(patience)
        self._ended.set()

    def _work(self) -> None:
        self._look()
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            try:
                path = self._files.get(timeout=LOOK)
            except Empty:
                self._look()
                continue
            if path is None:
                return
            if self._is_done(path):
                pause = FIRST_PAUSE
            else:
                self._files.put(path)  # behind the others: it may be this one alone that is not taken
                self._ended.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _look(self) -> None:
        try:
            found = sorted(self._directory.glob("*/*"))
        except OSError as error:  # the next look may see them
            reason = error.strerror or type(error).__name__
            logger.error("recordings in %s: %s", self._directory, reason)  # noqa: TRY400  # a trace tells no more
            return
        for path in found:
            if path.name.endswith(ENDINGS):
                self._files.put(path)

    def _is_done(self, path: Path) -> bool:
        try:
            self._once(path)
        except Exception as error:  # noqa: BLE001  # a library's, of many kinds; the file stays and is tried again
            logger.error("%s is not stored yet: %s", path.name, why(error))  # noqa: TRY400  # its text may have keys
            return False
        return True

    def _once(self, path: Path) -> None:
        with suppress(FileNotFoundError), path.open("rb") as file:  # another worker has moved it
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another worker moves it
            self._put(self._settings.key(path), file)
            path.unlink(missing_ok=True)


def why(error: Exception) -> str:
    """Its kind, and the code by which a store says what it minds, such as AccessDenied. Its text may have
    keys."""
    kind, answer = type(error).__name__, getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return f"{kind} ({code})" if CODE.fullmatch(str(code or "")) else kind
