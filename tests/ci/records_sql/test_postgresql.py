"""Records in a real PostgreSQL: each once and in order, whoever writes, and whenever the database comes and goes."""

import json
import os
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import gettempdir

import anyio
import pytest

from switchhook import CallRecord, Options, SinkUnavailable
from switchhook.contract.record_settings import RecordsSettings
from switchhook.serving.records.keeping import RecordKeeping
from switchhook_records_sql import sink as module
from switchhook_records_sql.plugin import create_record_sink

INITDB = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None) or shutil.which("initdb")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(INITDB is None, reason="needs PostgreSQL: apt-get install postgresql"),
]
NOW = datetime.now(UTC)


class Database:
    """A cluster of its own, on a socket in its folder: nobody else sees it. PostgreSQL refuses to run as root."""

    def __init__(self, folder):
        self.folder, self.running = folder, None
        self.as_user: dict = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self.as_user:
            shutil.chown(folder, "postgres")
        made = [INITDB, "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **self.as_user)
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def start(self):
        program = Path(INITDB).with_name("postgres")
        command = [program, "-D", self.folder / "data", "-k", self.folder, "-h", "", "-F"]
        self.running = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL, **self.as_user)
        ready = [Path(INITDB).with_name("pg_isready"), "-q", "-h", self.folder]
        while subprocess.run(ready, check=False).returncode:
            assert self.running.poll() is None

    def stop(self):
        if self.running is not None:
            self.running.send_signal(signal.SIGINT)  # its clients are cut off
            self.running.wait(30)
            self.running = None


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pg")
    root = Path(gettempdir()).resolve()
    for path in (folder, *folder.parents):  # another user has to get there
        if root in path.parents:
            path.chmod(0o755)
    database = Database(folder)
    database.start()
    yield database
    database.stop()


@pytest.fixture
async def database(cluster):
    async with sink_of(cluster) as sink:
        await sink._work(lambda: sink._database.write(partial(module._delete, which=module._is(""))))
    return cluster


def sink_of(database, **options):
    return create_record_sink(Options({"url": database.url, **options}, place="records", base=Path()))


def record(record_id, started=NOW, **given):
    made = CallRecord("leg-1", "support", started.isoformat(), record_id=record_id, **given)
    return json.loads(made.line())


async def ids(sink, wanted="", newest=None):
    return [each["record_id"] async for each in sink.records(wanted, newest)]


async def test_a_record_comes_back_as_it_was(database):
    given = record("a", conversation_id="c-1", reason="häßlich \ud83d \0 \n", output_variables={"x": None})
    async with sink_of(database) as sink:
        await sink.put([given])
        assert [each async for each in sink.records("c-1", None)] == [given]


async def test_two_processes_store_each_record_once(database):
    async with sink_of(database) as one, sink_of(database) as other, anyio.create_task_group() as group:
        for sink in (one, other) * 10:
            group.start_soon(sink.put, [record(f"r{number}") for number in range(20)])
    async with sink_of(database) as sink:
        assert len(await ids(sink)) == 20


async def test_a_conversation_is_found_exported_and_erased(database):
    async with sink_of(database) as sink:
        await sink.put([record("a", conversation_id="x"), record("b"), record("c", conversation_id="x")])
        assert sorted(await ids(sink, "x")) == ["a", "c"]
        assert await sink.erase("x") == 2
        assert await ids(sink) == ["b"]


async def test_old_records_are_erased(database):
    async with sink_of(database) as sink:
        await sink.put([record("old", NOW - timedelta(days=91)), record("young", NOW - timedelta(days=89))])
        module._delete_old(sink._database._engine, 90 * 86400)
        assert await ids(sink) == ["young"]


async def test_a_record_that_it_refuses_is_no_reason_to_wait(database):
    async with sink_of(database) as sink:
        with pytest.raises(ValueError, match="the database refuses it"):
            await sink.put([{**record("a"), "seen": float("nan")}])


async def test_a_database_that_is_stopped_is_away_and_there_again_when_it_is_started(database):
    async with sink_of(database) as sink:
        await sink.put([record("a")])
        database.stop()
        with pytest.raises(SinkUnavailable):
            await sink.put([record("b")])
        database.start()
        await sink.put([record("b")])
        assert await ids(sink) == ["a", "b"]


async def test_records_of_calls_that_go_on_while_it_comes_and_goes_are_all_there_in_order(database, tmp_path):
    settings = RecordsSettings(spool=tmp_path / "spool", sinks=[{"use": "sql"}])
    names = [f"r{number:03d}" for number in range(120)]
    keeping = RecordKeeping(settings, {"sql": sink_of(database)})
    async with keeping.kept(lambda *_: None):
        for at, name in enumerate(names):
            ended = CallRecord("leg", "support", (NOW + timedelta(seconds=at)).isoformat(), record_id=name)
            keeping.grew(ended)
            keeping.call(ended)
            if at in (20, 60):
                await anyio.to_thread.run_sync(database.stop)
            if at in (40, 100):
                await anyio.to_thread.run_sync(database.start)
            await anyio.sleep(0.02)
        async with sink_of(database) as sink:
            with anyio.fail_after(60):
                while len(await ids(sink)) < len(names):
                    await anyio.sleep(0.1)
            assert await ids(sink) == names
            assert await sink._work(lambda: sink._database.look(_order_of_arrival, [])) == names


def _order_of_arrival(engine):
    """PostgreSQL keeps what nobody has changed in the order in which it came."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT record_id FROM switchhook_calls ORDER BY ctid")
        return [row[0] for row in rows]
