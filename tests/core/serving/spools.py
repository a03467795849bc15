"""Spools without threads: each line is written at once."""

import os

from switchhook import CallRecord
from switchhook.contract.records import TurnRecord
from switchhook.serving.records.line_writer import LineWriter
from switchhook.serving.records.spool import Spool
from switchhook.serving.records.spool_log import START, abandoned

MEGABYTE = 1024 * 1024
AT = "2026-03-01T12:00:00.000+00:00"


def spool_in(directory, most=64 * MEGABYTE):
    spool = Spool(directory, most, LineWriter(directory))
    assert spool.begin()
    return spool


def call(name, turns=0, **given):
    made = [TurnRecord(number, "speech", float(number), f"text {number}") for number in range(1, turns + 1)]
    return CallRecord(id=name, connector="support", started=AT, record_id=name, turns=made, **given)


def kill(spool):
    """Its lock goes with the process, and nothing else happens."""
    spool.log.release()


def age(*paths):
    """Nobody has written to them for long."""
    for path in paths:
        os.utime(path, (0, 0))


def taken_over(directory):
    [log] = abandoned(directory)
    log.recover()
    return log


def records(log):
    return log.read(START, 1000)[0]
