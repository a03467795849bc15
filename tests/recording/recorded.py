"""Calls in virtual time that are recorded, and what is in their files."""

import struct
from contextlib import asynccontextmanager

from switchhook import hookimpl
from switchhook.call.dialogue.limits import Limits
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call
from switchhook_recording import plugin
from switchhook_recording.plugin import Recordings
from switchhook_recording.settings import RecordingSettings

FRAME, SIZE = 0.2, 1600
LIMITS = Limits(post_response=3600.0)


class Plugin:
    """The plugin as a server has it, with its value."""

    def __init__(self, recordings):
        self.recordings = recordings

    @hookimpl
    def create_tap(self, call, audio):
        return plugin.create_tap(call, audio, self.recordings)

    @hookimpl
    def rewrite_action(self, action, call):
        return plugin.rewrite_action(action, call)

    @hookimpl
    def call_ended(self, call, record):
        plugin.call_ended(call, record, self.recordings)


@asynccontextmanager
async def recording(directory, **settings):
    read = RecordingSettings.model_validate({"directory": directory, **settings})
    recordings = Recordings(read, directory)
    try:
        yield Plugin(recordings)
    finally:
        await recordings.close()


def greeting(**answers):
    return MemoryAssistant(lambda turn: answers.get(turn.text, [] if turn.number > 1 else ["welcome"]))


async def speak(talk, byte, seconds):
    for _ in range(round(seconds / FRAME)):
        await talk.wait(FRAME)
        talk.leg.speak(bytes([byte]) * SIZE)


async def recorded(
    directory, act, *, assistant=None, plugins=(), leg=None, before=lambda disk: None, **settings
):
    """The record of a call in which the caller does `act`, with its recording on disk. `before` is told the
    disk before it is asked for anything."""
    async with recording(directory, **settings) as ours:
        before(ours.recordings.disk)
        asked = assistant or greeting()
        async with a_call(asked, plugins=[ours, *plugins], limits=LIMITS, leg=leg) as talk:
            await act(talk)
            talk.leg.close()
            return await talk.over()


def file_of(talk):
    return talk.call.info.seen_by("responses/test1", None).state["recording"].file


class Wav:
    """Of the bytes of a file."""

    def __init__(self, data):
        parts, place = {}, 12
        self.whole = data[:4] == b"RIFF" and data[8:12] == b"WAVE" and struct.unpack("<I", data[4:8])[0]
        while place < len(data):
            name, size = data[place : place + 4], struct.unpack("<I", data[place + 4 : place + 8])[0]
            parts[name] = data[place + 8 : place + 8 + size]
            place += 8 + size + size % 2
        self.tag, self.channels, self.rate, _, self.block, self.bits = struct.unpack(
            "<HHIIHH", parts[b"fmt "][:16]
        )
        self.data = parts[b"data"]
        self.caller, self.bot = self.data[0::2], self.data[1::2]
        self.seconds = len(self.data) / self.block / self.rate

    def at(self, side, second):
        return getattr(self, side)[round(second * self.rate)]

    def begins(self, side, byte):
        """Seconds until the byte is first heard."""
        return getattr(self, side).index(byte) / self.rate


def only_file(directory):
    [file] = directory.glob("*/*")
    return file
