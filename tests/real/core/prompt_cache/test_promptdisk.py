"""Prompts on a disk that a process wrote to until it crashed."""

import subprocess
import sys

import pytest

from switchhook.call.prompt_cache.disk import FOLDER

from ....core.prompt_cache.test_promptdisk import KEY, disk, names

pytestmark = pytest.mark.anyio

CRASH = """
import os, sys
from pathlib import Path
from switchhook.call.prompt_cache.disk import PromptDisk
os.fsync = lambda _: os._exit(9)
PromptDisk(Path(sys.argv[1]), 1000)._write("a" * 64, b"half")
"""


async def test_what_a_crash_left_half_written_is_removed(tmp_path):
    assert subprocess.run([sys.executable, "-c", CRASH, tmp_path]).returncode == 9
    left = names(tmp_path / FOLDER)
    await disk(tmp_path).read(KEY)
    assert ([name.endswith(".half") for name in left], names(tmp_path / FOLDER)) == ([True], [])
