"""Records the calls of those connectors and callers that are to be recorded."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from anyio import to_thread
from pydantic import BaseModel

from switchhook import (
    Action,
    AppInfo,
    AudioFormat,
    CallInfo,
    CallRecord,
    Figure,
    Finding,
    HandOver,
    Remark,
    SetListening,
    Tap,
    hookimpl,
)

from .disk import Disk, RecordingFile
from .figures import RECORDINGS_LOST
from .keeping import SEALED, Keeper
from .message import MESSAGE
from .opening import unsealed
from .recorder import Recorder
from .sealing import read_recipient
from .settings import RecordingSettings, WhenLost
from .store import Bucket, StoreSettings, Uploads, why

YES = ("true", "yes", "on", "1")
ENDING = 8.0  # seconds for the disk, when the server ends
STATE = "recording"


@dataclass(slots=True)
class Recording:
    """Of one call."""

    recorder: Recorder
    file: RecordingFile
    when_lost: WhenLost
    handed_over: bool = False


class Recordings:
    """Of one configuration."""

    def __init__(
        self, settings: RecordingSettings, directory: Path, lost: Callable[[int], None] = lambda _: None
    ) -> None:
        """`lost` is told in any thread how many recordings are newly lost."""
        self.settings, self._directory = settings, directory
        self._recipient = read_recipient(settings.encrypt_to) if settings.encrypt_to else None
        # the directory is where they wait for a store: those that were too old there are in none
        self.keeper = Keeper(directory, settings.keep, lost if settings.s3 else lambda _: None)
        self._uploads = Uploads(directory, settings.s3, Bucket(settings.s3).put) if settings.s3 else None
        self.disk = Disk(self._uploads.add if self._uploads else lambda _: None, lost)

    def begin(self, call: CallInfo, audio: AudioFormat) -> Recording | None:
        of_connector = self.settings.of(call.connector)
        if not of_connector.record or not self._agrees(call):
            return None
        path = self._directory / _name(call, datetime.now(UTC), sealed=self._recipient is not None)
        file = RecordingFile(self.disk, path, audio, self._recipient, call.id)
        return Recording(Recorder(audio, file), file, of_connector.when_lost or "allow")

    def _agrees(self, call: CallInfo) -> bool:
        name = self.settings.consent
        return name is None or str(call.variables.get(name, "")).strip().lower() in YES

    def kept_as(self, recording: Recording) -> str:
        """For the record."""
        path = recording.file.path
        return self.settings.s3.address(path) if self.settings.s3 else str(path)

    async def close(self) -> None:
        await to_thread.run_sync(self.disk.close, ENDING)
        if self._uploads is not None:
            await to_thread.run_sync(self._uploads.close, ENDING)
        await to_thread.run_sync(self.keeper.close, ENDING)


def _name(call: CallInfo, now: datetime, *, sealed: bool) -> str:
    """A folder of the day, and in it a name that has the conversation's and the call's own id."""
    parts = (
        f"{now:%H%M%S}",
        *(re.sub(r"[^A-Za-z0-9-]", "", each)[:64] for each in (call.conversation_id, call.id)),
    )
    return f"{now:%Y-%m-%d}/{'_'.join(part for part in parts if part)}.wav{SEALED if sealed else ''}"


@hookimpl
def settings_model() -> type[BaseModel]:
    return RecordingSettings


@hookimpl
def figures() -> Sequence[Figure]:
    return [RECORDINGS_LOST]


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[Recordings | None]:
    @asynccontextmanager
    async def recording() -> AsyncIterator[Recordings | None]:
        settings: RecordingSettings = app.settings_of("recording")
        if settings.directory is None:
            yield None
            return
        recordings = Recordings(
            settings, settings.directory, lambda count: app.measured(RECORDINGS_LOST.name, count, {})
        )
        try:
            yield recordings
        finally:
            await recordings.close()

    return recording()


@hookimpl
def create_tap(call: CallInfo, audio: AudioFormat, plugin: Recordings | None) -> Tap | None:
    recording = plugin.begin(call, audio) if plugin is not None else None
    if recording is None:
        return None
    call.state[STATE] = recording
    return recording.recorder


@hookimpl
def rewrite_action(action: Action, call: CallInfo) -> list[Action] | None:
    """A call that has to be recorded, and is not, goes to a person in place of what the bot would do. Where
    the bot does not listen, its author wants nothing of the caller to be kept."""
    recording: Recording | None = call.state.get(STATE)
    if recording is not None and isinstance(action, SetListening) and action.speech is not None:
        recording.recorder.deaf = not action.speech and MESSAGE not in call.shared
    if recording is None or not recording.file.lost or recording.when_lost != "hand_over":
        return None
    if recording.handed_over:
        return [] if not isinstance(action, HandOver | Remark) else None
    recording.handed_over = True
    return [Remark(f"handed over, as the call cannot be recorded: {recording.file.lost}"), HandOver()]


@hookimpl
def call_ended(call: CallInfo, record: CallRecord, plugin: Recordings | None) -> None:
    recording: Recording | None = call.state.get(STATE)
    if recording is None or plugin is None:
        return
    recording.recorder.finish()
    recording.file.close()
    if recording.file.lost:
        fault = {"source": "extension/recording", "hook": "create_tap", "error": recording.file.lost}
        record.faults.append({**fault, "at": record.seconds})
    else:
        record.recordings.append(plugin.kept_as(recording))


@hookimpl
def open_recording(file: Path, identity: Path) -> bytes | None:
    return unsealed(file, identity) if file.name.endswith(SEALED) else None


@hookimpl
def check(app: AppInfo) -> AsyncIterator[Finding]:
    async def findings() -> AsyncIterator[Finding]:
        settings: RecordingSettings = app.settings_of("recording")
        if settings.directory is None:
            return
        for name in sorted(set(settings.connectors) - set(app.settings.connectors)):
            cure = f"connectors are {', '.join(sorted(app.settings.connectors))}"
            yield Finding("error", f"plugins.recording.connectors.{name}", "there is no such connector", cure)
        if problem := await to_thread.run_sync(partial(_unwritable, settings.directory)):
            cure = "make it, or say another [plugins.recording] directory"
            yield Finding("error", "plugins.recording.directory", problem, cure)
        if settings.s3 is not None:
            yield await to_thread.run_sync(_stored, settings.s3)

    return findings()


def _stored(settings: StoreSettings) -> Finding:
    subject = "plugins.recording.s3"
    try:
        Bucket(settings).check()
    except ImportError as error:
        return Finding("error", subject, "boto3 is not installed", str(error))
    except Exception as error:  # noqa: BLE001  # a library's, of many kinds
        problem = f"the bucket {settings.bucket} cannot be reached: {why(error)}"
        return Finding(
            "error", subject, problem, "look at endpoint, bucket and keys; recordings wait meanwhile"
        )
    return Finding("ok", subject, f"the bucket {settings.bucket} is there")


def _unwritable(directory: Path) -> str:
    """Why nothing can be written there; empty if it can."""
    # of what may not be looked at nothing is known; that is said of the folder which it is in
    there = next(path for path in (directory, *directory.parents) if os.path.lexists(path))
    if not os.path.exists(there):  # noqa: PTH110
        return f"{there} is a link to what is not there"
    if not there.is_dir():
        return f"{there} is no directory"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} cannot be written to"
