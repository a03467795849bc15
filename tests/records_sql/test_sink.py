"""Records in SQLite: each once, found, erased, and forgotten in time. PostgreSQL is tried where it is installed."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from sqlalchemy import create_engine, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from switchhook import CallRecord, Options, SettingsError, SinkUnavailable, StartError
from switchhook.testing.conformance import check_record_sink
from switchhook_records_sql import database, schema
from switchhook_records_sql import sink as module
from switchhook_records_sql.database import arguments
from switchhook_records_sql.plugin import create_record_sink
from switchhook_records_sql.schema import migrate, versions

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


@pytest.fixture
def anyio_backend():
    return "asyncio"  # virtual time knows nothing of a database


@pytest.fixture
def file(tmp_path):
    return tmp_path / "folder" / "records.db"


@pytest.fixture
def made(file):
    def made(**options):
        return create_record_sink(Options({"file": str(file), **options}, place="records", base=Path()))

    return made


def record(record_id, started=NOW, **given):
    made = CallRecord("leg-1", "support", started.isoformat(), record_id=record_id, **given)
    return json.loads(made.line())


async def ids(sink, wanted="", newest=None):
    return [each["record_id"] async for each in sink.records(wanted, newest)]


async def test_a_record_comes_back_as_it_was(made):
    given = record("a", conversation_id="c-1", reason="häßlich \ud83d \0 \n", output_variables={"x": None})
    async with made() as sink:
        await sink.put([given])
        assert [each async for each in sink.records("", None)] == [given]


async def test_a_record_that_comes_again_is_stored_once(made):
    async with made() as sink:
        for some in (["a"], ["a", "b"], ["b", "b", "c"]):
            await sink.put([record(each) for each in some])
        assert sorted(await ids(sink)) == ["a", "b", "c"]


async def test_what_came_first_stays(made):
    async with made() as sink:
        await sink.put([record("a", outcome="completed")])
        await sink.put([record("a", outcome="interrupted")])
        [found] = [each async for each in sink.records("", None)]
    assert found["outcome"] == "completed"


async def test_records_are_there_for_the_next_process(made):
    async with made() as sink:
        await sink.put([record("a")])
    async with made() as sink:
        assert await ids(sink) == ["a"]


async def test_only_the_owner_reads_the_file(made, file):
    async with made() as sink:
        await sink.put([record("a")])
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]


async def test_records_are_found_in_the_order_in_which_calls_ended(made):
    async with made() as sink:
        early, late = (
            record("z", NOW - timedelta(hours=2)),
            record("a", NOW - timedelta(hours=3), seconds=7200.0),
        )
        await sink.put([late, early])
        assert await ids(sink) == ["z", "a"]


@pytest.mark.parametrize(("newest", "names"), [(1, ["c"]), (2, ["b", "c"]), (9, ["a", "b", "c"]), (0, [])])
async def test_the_newest_are_found(made, newest, names):
    async with made() as sink:
        await sink.put([record(name, NOW + timedelta(minutes=at)) for at, name in enumerate("abc")])
        assert await ids(sink, newest=newest) == names


@pytest.mark.parametrize("name", ["record_id", "id", "conversation_id"])
async def test_a_record_is_found_and_erased_by_each_of_its_ids(made, name):
    async with made() as sink:
        await sink.put([record("other"), {**record("mine"), name: "wanted"}])
        assert len(await ids(sink, "wanted")) == 1
        assert await sink.erase("wanted") == 1
        assert await ids(sink) == ["other"]


async def test_an_id_that_a_database_could_not_hold_is_found_all_the_same(made):
    odd = "half \ud83d \0" + "x" * 300
    async with made() as sink:
        await sink.put([record("a", conversation_id=odd)])
        assert await ids(sink, odd) == ["a"]


async def test_many_records_are_read_in_pieces(made, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 3)
    names = [f"r{number:02d}" for number in range(10)]
    async with made() as sink:
        await sink.put([record(name, NOW + timedelta(seconds=at)) for at, name in enumerate(names)])
        assert await ids(sink) == names


async def test_old_records_are_erased_and_young_ones_stay(made, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 1)
    async with made() as sink:
        await sink.put([record(f"r{days}", NOW - timedelta(days=days)) for days in (1, 89, 91, 400)])
        assert len(await ids(sink)) == 4
        while module._delete_old(sink._database._engine, 90 * 86400):
            pass
        assert await ids(sink) == ["r89", "r1"]


async def test_that_is_done_when_it_is_entered(made, monkeypatch):
    async with made() as sink:
        await sink.put([record("old", NOW - timedelta(days=91)), record("new")])
    done, delete = [], module._delete_old
    monkeypatch.setattr(module, "_delete_old", lambda *given, **more: done.append(delete(*given, **more)))
    async with made(keep="90d"):
        while not done:
            await anyio.sleep(0.01)
    assert done[0] == 1


async def test_a_file_that_cannot_be_opened_is_away(file, made):
    file.mkdir(parents=True)
    with pytest.raises((SinkUnavailable, OSError)):
        async with made():
            pass


async def test_a_database_that_another_holds_is_away(made, file, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0)
    async with made() as sink:
        await sink.put([record("b")])
        other = sqlite3.connect(file)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SinkUnavailable):
            await sink.put([record("a")])
        other.rollback()
        other.close()
        await sink.put([record("a")])
        assert sorted(await ids(sink)) == ["a", "b"]


async def test_whoever_only_looks_makes_no_file(made, file):
    async with made() as sink:
        assert await ids(sink) == []
        assert await ids(sink, "a") == []
        assert await sink.erase("a") == 0
    assert not file.parent.exists()


async def test_a_file_that_could_not_be_made_is_known_before_the_first_record(made, monkeypatch):
    # root may do anything
    monkeypatch.setattr(database.os, "access", lambda *given: False)  # type: ignore[attr-defined]
    with pytest.raises(PermissionError):
        async with made():
            pass


@pytest.mark.parametrize("away", ["moved", "deleted"])
async def test_records_go_where_they_are_found_after_the_file_was(away, made, file):
    async with made() as sink:
        await sink.put([record("a")])
        file.rename(file.with_suffix(".old")) if away == "moved" else file.unlink()
        assert await ids(sink) == []
        await sink.put([record("b")])
    async with made() as sink:
        assert await ids(sink) == ["b"]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_came_in_place_of_another_is_read(made, file, tmp_path):
    other = create_record_sink(Options({"file": "other.db"}, place="records", base=tmp_path))
    async with other, made() as sink:
        await other.put([record("b")])
        await sink.put([record("a")])
        (tmp_path / "other.db").rename(file)
        assert await ids(sink) == ["b"]


async def test_tables_that_are_gone_are_made_anew(made, file):
    """A database that was restored from nothing, for instance."""
    async with made() as sink:
        await sink.put([record("a")])
        with sqlite3.connect(file) as other:
            other.executescript("DROP TABLE switchhook_calls; DROP TABLE switchhook_schema")
        other.close()
        with pytest.raises(SinkUnavailable):
            await sink.put([record("b")])
        await sink.put([record("b")])
        assert await ids(sink) == ["b"]


class RefusedError(Exception):
    """By a database: its text holds what was to be stored."""


@pytest.mark.parametrize("kind", [ProgrammingError, InternalError, OperationalError, NotSupportedError])
async def test_what_a_database_says_of_itself_is_no_fault_of_a_record(kind, made, monkeypatch):
    """Such as a right that is missing, or a server that was made read-only."""
    async with made() as sink:
        monkeypatch.setattr(module, "_insert", failing(kind))
        with pytest.raises(SinkUnavailable) as raised:
            await sink.put([record("a")])
    assert raised.value.reason == "RefusedError"
    assert "secret" not in str(raised.value)


async def test_why_a_database_cannot_be_connected_to_is_said(made, file):
    async with made() as sink:
        await sink.put([record("a")])
        file.unlink()
        file.mkdir()
        with pytest.raises(OSError, match="Is a directory"):
            await sink.put([record("b")])
    url = make_url("postgresql+psycopg://me:s3cret@127.0.0.1:1/calls")
    with pytest.raises(SinkUnavailable) as raised:
        async with module.SqlSink(url):
            pass
    assert "port 1 failed: Connection refused" in raised.value.reason
    assert "s3cret" not in raised.value.reason


async def test_which_trouble_a_file_of_sqlite_has_is_said(made, file, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0)
    async with made() as sink:
        await sink.put([record("a")])
        other = sqlite3.connect(file)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SinkUnavailable) as raised:
            await sink.put([record("b")])
        other.close()
    assert raised.value.reason == "OperationalError (SQLITE_BUSY)"


@pytest.mark.parametrize("kind", [DataError, IntegrityError])
async def test_what_it_says_of_values_is(kind, made, monkeypatch):
    async with made() as sink:
        monkeypatch.setattr(module, "_insert", failing(kind))
        with pytest.raises(ValueError, match="RefusedError") as raised:
            await sink.put([record("a")])
    assert "secret" not in str(raised.value)


def failing(kind):
    def fail(*given, **more):
        raise kind("INSERT", {"record": "secret"}, RefusedError("secret"))

    return fail


async def test_old_records_that_may_not_be_erased_hold_up_no_new_ones(made, monkeypatch, caplog):
    async with made() as sink:
        await sink.put([record("a")])
    monkeypatch.setattr(module, "_delete_old", failing(IntegrityError))
    async with made(keep="90d") as sink:
        while "records that are too old stay for now" not in caplog.text:
            await anyio.sleep(0.01)
        await sink.put([record("b")])
        assert sorted(await ids(sink)) == ["a", "b"]


@pytest.mark.parametrize("keep", [float("inf"), "1000000d"])
async def test_records_may_be_kept_for_longer_than_there_are_dates(keep, made):
    async with made(keep=keep) as sink:
        await sink.put([record("a", NOW - timedelta(days=4000))])
        await anyio.wait_all_tasks_blocked()
        assert await ids(sink) == ["a"]


def test_what_the_address_says_of_the_connection_goes_before():
    given = arguments(make_url("postgresql+psycopg://a/b?options=-csearch_path%3Dx&tcp_user_timeout=9"))
    assert given["options"] == "-c statement_timeout=30000 -csearch_path=x"
    assert "tcp_user_timeout" not in given
    assert given["keepalives_idle"] > 0


async def test_what_is_no_record_is_refused_and_not_away(made):
    async with made() as sink:
        for wrong in ({}, {**record("a"), "started": "yesterday"}, {**record("a"), "seconds": "long"}):
            with pytest.raises((KeyError, TypeError, ValueError)):
                await sink.put([wrong])


# --- versions


async def test_tables_of_a_later_version_are_left_alone(made, file):
    async with made() as sink:
        await sink.put([record("a")])
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(insert(versions).values(version=99))
    engine.dispose()
    with pytest.raises(StartError, match="upgrade switchhook-records-sql"):
        async with made():
            pass


def test_each_step_is_taken_once_and_in_order(tmp_path):
    engine, taken = create_engine(f"sqlite:///{tmp_path / 'x.db'}"), []
    steps = [lambda _, number=number: taken.append(number) for number in range(3)]
    for known in (1, 1, 3, 3):
        with engine.begin() as connection:
            migrate(connection, tuple(steps[:known]))
    engine.dispose()
    assert taken == [0, 1, 2]


def test_a_step_that_fails_is_taken_again(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")

    def fail(_):
        raise SQLAlchemyError

    with pytest.raises(SQLAlchemyError), engine.begin() as connection:
        migrate(connection, (fail,))
    with engine.begin() as connection:
        migrate(connection)
        assert schema.calls.select().compile(engine)
        assert connection.execute(versions.select()).all() == [(1,)]
    engine.dispose()


# --- options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "say either file"),
        ({"file": "a.db", "url": "postgresql://a/b"}, "say either file"),
        ({"url": "mysql://user:s3cret@host/x"}, "postgresql://"),
        ({"url": "no url with s3cret"}, "postgresql://"),
        ({"file": "a.db", "keep": "0s"}, "keep"),
        ({"file": "a.db", "keep": "90 years"}, "keep"),
    ],
)
def test_wrong_options_are_refused_and_show_no_password(options, said):
    with pytest.raises(SettingsError, match="records") as raised:
        create_record_sink(Options(options, place="records", base=Path()))
    assert said in str(raised.value)
    assert "s3cret" not in str(raised.value)


async def test_it_conforms(made):
    await check_record_sink(made)


async def test_a_file_that_is_no_database_is_no_fault_of_records(made, file):
    file.parent.mkdir()
    file.write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(SinkUnavailable, match="its file is broken, or no database"):
        async with made() as sink:
            await sink.put([record("a")])
