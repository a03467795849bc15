"""A configuration that is read again while calls are answered. In real time: it is read in a thread."""

import gc
import importlib.metadata
import os
import signal
import sys
import threading
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from switchhook import Full
from switchhook.serving.config.configuration import load_settings
from switchhook.serving.config.watched import Watched
from switchhook.serving.generations.app import App
from switchhook.serving.process.hangups import held
from switchhook.serving.reloading import Reloading
from switchhook.serving.server import Server

from .callers import DRIVER, MADE, leg

pytestmark = pytest.mark.anyio

EAR = """
import asyncio, threading
from switchhook import SettingsError, hookimpl
from switchhook.testing import MemorySpeechToText

LOG, THREADS = [], []

class Ear(MemorySpeechToText):
    async def __aenter__(self):
        match self.model:
            case "exits when entered":
                raise SystemExit(3)
            case "cancels itself":
                raise asyncio.CancelledError
            case "is never entered":
                await asyncio.Event().wait()
        if self.model == "cannot be entered":
            raise OSError("no such model")
        LOG.append(f"enter {self.model}")

    async def __aexit__(self, *_):
        if self.model == "is never left":
            await asyncio.Event().wait()
        if self.model == "exits when left":
            raise SystemExit(3)
        LOG.append(f"leave {self.model}")

@hookimpl
def create_stt(options):
    THREADS.append(threading.current_thread())
    if options.get("model") == "exits when made":
        raise SystemExit(3)
    if options.get("model") == "is cancelled when made":
        raise asyncio.CancelledError
    if options.get("model") == "cannot be made":
        raise SettingsError("model: there is none of that name")
    made = Ear()
    made.model = options.get("model", "small")
    return made
"""
CLOSABLE = """
from switchhook import hookimpl
from switchhook.testing import MemoryTextToSpeech

LOG = []

class Voice(MemoryTextToSpeech):
    async def aclose(self):
        LOG.append(f"close {self.voice}")

@hookimpl
def create_tts(options):
    made = Voice()
    made.voice = options.get("voice", "Ann")
    return made
"""
TRANSPORT = """
from switchhook import SettingsError, hookimpl

class Net:
    stays = ()
    told = ()

    def change(self, options, server, connectors):
        if options.get("key") == "wrong":
            raise SettingsError("transport.key: wrong")
        def take():
            self.told += (dict(options), server.max_calls, dict(connectors))
            return list(self.stays)
        return take

@hookimpl
def create_transport():
    return Net()
"""
PLUGIN = """
from contextlib import asynccontextmanager
import anyio
from switchhook import Table, hookimpl

LOG = []

async def fail():
    raise OSError("in the background")

class Mine(Table):
    word: str = "moin"

@hookimpl
def settings_model():
    return Mine

@asynccontextmanager
async def life(word):
    if word == "exit":
        raise SystemExit(3)
    LOG.append(f"enter {word}")
    if word == "later":
        async with anyio.create_task_group() as group:
            group.start_soon(fail)
            yield word
        return
    yield word
    LOG.append(f"leave {word}")

@hookimpl
def lifespan(app):
    return life(app.settings_of("acme").word)
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


class House:
    """A server of one connector, and its file. `log`: what was entered and left."""

    def __init__(self, folder, modules, **text):
        self.folder, self.file = folder, folder / "switchhook.toml"
        self.modules = modules
        self.reads = 0
        self.write(**text)
        files = Watched(self.file)
        self.server = Server(self.read(None))
        self.reloading = Reloading(self.server, files, self.read)

    def write(self, *, stt="", tts="", more=""):
        engines = f'assistant = {{ use = "memory" }}\nstt = {{ use = "ear" {stt} }}\ntts = {{ use = "voice" {tts} }}'
        self.file.write_text(f"[connectors.support]\n{engines}\n{more}")

    def read(self, before):
        self.reads += 1
        return App(load_settings(self.file), self.folder, before=before)

    async def again(self, **text):
        if text:
            self.write(**text)
        await self.reloading._again()

    def module(self, name):
        return sys.modules[self.modules[name]]

    def log(self, name="ear"):
        return self.module(name).LOG

    @property
    def ear(self):
        return self.server.generation.bots["support"].recognisers[0].driver

    @asynccontextmanager
    async def calls(self, *legs):
        async with self.server.calls.kept(), anyio.create_task_group() as group:
            for each in legs:
                group.start_soon(each.run)
                group.start_soon(self.server.answer, each)
            await anyio.sleep(0.01)
            yield
            for each in legs:
                each.close("hung_up")
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()


@pytest.fixture
def modules(site):
    site.add("assistant", "memory", DRIVER.format(group="assistant", made=MADE["assistant"]))
    return {
        "ear": site.add("stt", "ear", EAR),
        "voice": site.add("tts", "voice", CLOSABLE),
        "net": site.add("transport", "net", TRANSPORT),
        "acme": site.add("extension", "acme", PLUGIN),
    }


@pytest.fixture
async def house(modules, tmp_path, anyio_backend):
    made = House(tmp_path, modules)
    async with made.server.succession.running():
        yield made


async def settled():
    """What was superseded has been left."""
    for _ in range(5):
        await anyio.wait_all_tasks_blocked()


# --- what is kept


async def test_an_engine_whose_table_says_the_same_is_kept(house):
    before = house.ear
    await house.again(more='failure_text = "oh"')
    await settled()
    assert (house.ear, house.log()) == (before, ["enter small"])
    assert house.server.generation.bots["support"].failure_text == "oh"


async def test_an_engine_whose_table_changed_is_made_in_a_thread_and_the_other_left(house):
    await house.again(stt=', model = "large"')
    await settled()
    assert house.log() == ["enter small", "enter large", "leave small"]
    assert house.module("ear").THREADS[-1] is not threading.main_thread()


async def test_an_engine_that_a_file_belongs_to_is_made_anew_with_another_file(house):
    secret = house.folder / "secret"
    secret.write_text("one")
    table = {"stt": ', key = { file = "secret" }'}
    await house.again(**table)
    first = house.ear
    await house.again(**table)
    assert house.ear is first
    secret.write_text("another")
    await house.again(**table)
    assert house.ear is not first


async def test_what_a_plugin_measures_whose_lifespan_was_kept_is_told(house):
    first = house.server.app
    await house.again(stt=', model = "large"')
    first.measured("melons", 1.0, {})
    assert [*house.server.app.told.taken()] == [("melons", 1.0, {})]


async def test_an_engine_that_is_no_context_manager_is_closed_when_it_is_superseded(house):
    await house.again(tts=', voice = "Bob"')
    await settled()
    assert house.log("voice") == ["close Ann"]


async def test_a_plugin_whose_settings_say_the_same_keeps_its_lifespan(house):
    await house.again(stt=', model = "large"')
    await settled()
    assert house.log("acme") == ["enter moin"]
    assert house.server.app.plugins.guard.values == {"extension/acme": "moin"}


async def test_a_plugin_whose_settings_changed_has_another_lifespan(house):
    await house.again(more='[plugins.acme]\nword = "hello"')
    await settled()
    assert house.log("acme") == ["enter moin", "enter hello", "leave moin"]
    assert house.server.app.plugins.guard.values == {"extension/acme": "hello"}


async def test_prompts_that_were_spoken_are_kept_as_long_as_their_table_says_the_same(house):
    cache = house.server.app.cache
    await house.again(stt=', model = "large"')
    assert house.server.app.cache is cache
    await house.again(more="[prompts]\nmemory = 1")
    assert house.server.app.cache is not cache


# --- live calls


async def test_a_live_call_keeps_what_it_began_with_until_it_ends(house):
    caller, old = leg(), house.ear
    async with house.calls(caller):
        await house.again(stt=', model = "large"', more='[plugins.acme]\nword = "hello"')
        await settled()
        assert (house.log(), house.log("acme")) == (
            ["enter small", "enter large"],
            ["enter moin", "enter hello"],
        )
        caller.speak(b"\xff" * 1600)
        await settled()
        assert (len(old.opened), len(house.ear.opened)) == (1, 0)
    await settled()
    assert (house.log()[2:], house.log("acme")[2:]) == (["leave small"], ["leave moin"])
    assert caller.outcome is None


async def test_a_call_that_comes_belongs_to_what_was_read_last(house):
    await house.again(stt=', model = "large"')
    async with house.calls(leg()):
        assert len(house.ear.opened) == 1


async def test_a_connector_that_is_gone_gives_back_a_call_that_was_on_its_way(house):
    caller = leg()
    house.file.write_text(house.file.read_text().replace("connectors.support", "connectors.sales"))
    await house.again()
    async with house.calls(caller):
        pass
    assert (caller.outcome.reason, caller.outcome.info) == (
        "error",
        "this connector is not configured any more",
    )
    assert house.server.languages("support") == ()
    assert (
        await house.server.probe(["support"])
        == "connector support: this connector is not configured any more"
    )


async def test_a_hundred_readings_under_calls_lose_none_and_leave_nothing_behind(house):
    def counted():
        gc.collect()
        alive = sum(isinstance(each, App) for each in gc.get_objects())
        return len(house.server.succession._keeper), len(list(Path("/proc/self/fd").iterdir())), alive

    await house.again(more='[plugins.acme]\nword = "0"')
    await settled()
    before, callers = counted(), [leg(str(number)) for number in range(20)]
    async with house.calls(*callers):
        for number in range(100):
            models = f', model = "{number % 3}"'
            await house.again(
                stt=models, tts=', voice = "Bob"', more=f'[plugins.acme]\nword = "{number % 7}"'
            )
        assert [caller.outcome for caller in callers] == [None] * 20
        assert len(house.server.calls) == 20
    await house.again(more='[plugins.acme]\nword = "0"')
    await settled()
    assert counted() == before
    for name in ("ear", "acme"):
        log = house.log(name)
        assert len([line for line in log if line.startswith("enter")]) == 1 + len(
            [line for line in log if line.startswith("leave")]
        )


# --- what does not apply

BAD = {
    "no file": (None, "cannot read "),
    "no TOML": ("[connectors", "is not valid TOML"),
    "an unknown key": ("[server]\nprot = 1", "server.prot: unknown key; did you mean 'port'?"),
    "a plugin that is not installed": (
        '[connectors.a]\nassistant = { use = "memory" }\nstt = { use = "eer" }\ntts = { use = "voice" }',
        "plugin stt/eer: is not installed; did you mean 'ear'?",
    ),
    "a plugin's settings": ("[plugins.acme]\nwrod = 1", "plugins.acme.wrod: unknown key"),
    "the transport's settings": ('[transport]\nkey = "wrong"', "transport.key: wrong"),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_file_never_applies_and_says_so(house, caplog, kind):
    text, why = BAD[kind]
    generation = house.server.generation
    if text is None:
        house.file.unlink()
    else:
        house.write(stt=', model = "large"')
        house.file.write_text(f"{house.file.read_text()}\n{text}")
    await house.again()
    await settled()
    [line] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert line.startswith(f"{house.file} is not applied, what was read before stays: ")
    assert why in line
    assert house.server.generation is generation
    assert (house.log(), house.log("acme"), house.log("voice")) == (["enter small"], ["enter moin"], [])


@pytest.mark.parametrize(
    ("model", "why", "log"),
    [
        ("cannot be made", "connectors.support.languages.de.stt: model: there is none of that name", []),
        ("cannot be entered", "when entered: OSError", ["enter spare", "leave spare"]),
    ],
)
async def test_an_engine_that_cannot_be_had_changes_nothing_and_nothing_is_left_behind(
    house, caplog, model, why, log
):
    generation, kept = house.server.generation, len(house.server.succession._keeper)
    spare = f'\nlanguages.de.stt = [{{ use = "ear", model = "spare" }}, {{ use = "ear", model = "{model}" }}]'
    await house.again(tts=', voice = "Bob"', more=f'{spare}\n[plugins.acme]\nword = "hello"')
    await settled()
    assert why in caplog.text
    assert house.server.generation is generation
    assert len(house.server.succession._keeper) == kept
    assert (house.log()[1:], house.log("voice"), house.log("acme")) == (log, ["close Bob"], ["enter moin"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            {"stt": ', model = "exits when made"'},
            "plugin stt/ear (from acme-ear), hook create_stt: SystemExit",
        ),
        ({"stt": ', model = "is cancelled when made"'}, "hook create_stt: CancelledError"),
        ({"stt": ', model = "exits when entered"'}, "when entered: SystemExit"),
        ({"stt": ', model = "cancels itself"'}, "it was cancelled, and not by the server"),
        (
            {"more": '[plugins.acme]\nword = "exit"'},
            "plugin extension/acme (from acme-acme), hook lifespan: SystemExit",
        ),
    ],
)
async def test_a_plugin_that_would_end_the_process_ends_no_call_when_it_is_read_again(
    house, caplog, text, why
):
    caller, generation = leg(), house.server.generation
    async with house.calls(caller):
        await house.again(**text)
        assert caller.outcome is None
    assert f"{house.file} is not applied, what was read before stays: " in caplog.text
    assert why in caplog.text
    assert house.server.generation is generation
    await house.again(stt=', model = "large"')
    assert house.ear.model == "large"


async def test_an_error_that_nobody_expected_changes_nothing_and_says_where(house, caplog, monkeypatch):
    def fail(before):
        raise ZeroDivisionError("a text that may be private")

    caller = leg()
    async with house.calls(caller):
        monkeypatch.setattr(house.reloading, "_read", fail)
        await house.again()
        assert caller.outcome is None
    assert f"stays: internal error: ZeroDivisionError at {__file__}:" in caplog.text
    assert "private" not in caplog.text


@pytest.mark.parametrize("model", ["is never left", "exits when left"])
async def test_an_engine_that_is_left_badly_costs_nothing(house, caplog, monkeypatch, model):
    monkeypatch.setattr("switchhook.serving.drivers.keeping.LEAVING", 0.01)
    caller = leg()
    await house.again(stt=f', model = "{model}"')
    await house.again(stt=', model = "large"')
    async with house.calls(caller):
        await reaches(lambda: "stt ear-" in caplog.text)
        await house.again(stt=', model = "larger"')
        assert (house.ear.model, caller.outcome) == ("larger", None)


async def test_a_lifespan_that_fails_later_costs_no_call_and_is_entered_anew(house, caplog):
    caller, table = leg(), {"more": '[plugins.acme]\nword = "later"'}
    async with house.calls(caller):
        await house.again(**table)
        await reaches(lambda: "ended by OSError" in caplog.text)
        await house.again(**table)
        assert caller.outcome is None
    assert house.log("acme").count("enter later") == 2
    assert "plugin extension/acme (from acme-acme), hook lifespan: ended by OSError at " in caplog.text


async def test_a_directory_for_records_that_cannot_be_written_is_said_when_it_is_read(house, caplog):
    (house.folder / "taken").write_text("")
    await house.again(more='[records]\ndirectory = "taken"')
    assert (
        f"cannot write to {house.folder / 'taken'}, as {house.folder / 'taken'} is no directory"
        in caplog.text
    )


async def test_after_a_bad_file_a_good_one_applies(house):
    house.file.write_text("[connectors")
    await house.again()
    await house.again(stt=', model = "large"')
    assert house.ear.model == "large"


async def test_a_file_without_its_last_half_keeps_calls_going(house):
    caller, text = leg(), house.file.read_text()
    async with house.calls(caller):
        for length in range(0, len(text), 9):
            house.file.write_text(text[:length])
            await house.again()
        assert caller.outcome is None
    assert house.ear.model == "small"


# --- the transport, and what only a restart can change


async def test_the_transport_takes_what_was_read(house):
    await house.again(more='address = { line = 7 }\n[server]\nmax_calls = 5\n[transport]\nkey = "other"')
    assert house.server._transport.told == ({"key": "other"}, 5, {"support": {"line": 7}})
    assert house.server.connectors == {"support": {"line": 7}}


async def test_what_only_a_restart_changes_is_said_and_the_rest_applies(house, caplog):
    house.server._transport.stays = ["transport.limits.waiting"]
    await house.again(
        stt=', model = "large"', more='[server]\nhost = "localhost"\nport = 1\n[admin]\nport = 0'
    )
    [line] = [record.message for record in caplog.records if record.levelname == "WARNING"]
    names = "server.host, server.port, admin, transport.limits.waiting"
    assert line == f"these stay as they were until the server is started anew: {names}"
    assert house.ear.model == "large"


async def test_another_transport_needs_a_restart(house, site, caplog):
    site.add("transport", "other", TRANSPORT)
    await house.again(stt=', model = "large"', more='[transport]\nuse = "other"')
    assert caplog.messages[-1] == "these stay as they were until the server is started anew: transport"
    assert (house.ear.model, house.server._transport.told) == ("large", ())


async def test_the_state_stays_and_another_needs_a_restart(house, site, caplog):
    site.add("state", "other", DRIVER.format(group="state", made="object()"))
    async with await house.server.state.hold("key", 1):
        await house.again(stt=', model = "large"', more='[state]\nuse = "other"\nwhen_lost = "refuse"')
        assert caplog.messages[-1] == "these stay as they were until the server is started anew: state"
        assert isinstance(await house.server.state.hold("key", 1), Full)
        caplog.clear()
        await house.again(stt=', model = "small"', more='[state]\nwhen_lost = "refuse"')
        assert not caplog.messages


async def test_a_transport_that_cannot_change_keeps_what_it_has(house, caplog):
    type(house.server._transport).change = None
    await house.again(stt=', model = "large"')
    assert "until the server is started anew" not in caplog.text
    await house.again(more="address = { line = 7 }")
    assert caplog.messages[-1].endswith("anew: transport, connectors.*.address")


# --- who asks


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("switchhook.serving.reloading.LOOK", 0.005)


@asynccontextmanager
async def asking(house):
    async with anyio.create_task_group() as group:
        group.start_soon(house.reloading.run)
        await anyio.sleep(0.05)
        yield
        group.cancel_scope.cancel()


async def reaches(condition):
    with anyio.fail_after(10):
        while not condition():
            await anyio.sleep(0.002)


async def test_all_who_ask_before_it_begins_are_served_by_one_reading(house):
    reads = house.reads
    async with asking(house):
        for _ in range(10):
            house.reloading.ask("SIGHUP")
        await reaches(lambda: house.reads > reads)
        await anyio.sleep(0.05)
    assert house.reads == reads + 1


async def test_a_changed_file_is_read_where_it_is_watched(house, quick):
    await house.again(more="[server]\nwatch = true")
    async with asking(house):
        house.write(stt=', model = "large"', more="[server]\nwatch = true")
        await reaches(lambda: house.ear.model == "large")


async def test_a_changed_file_that_it_names_is_read_too(house, quick):
    (house.folder / "secret").write_text("one")
    table = {"stt": ', key = { file = "secret" }', "more": "[server]\nwatch = true"}
    await house.again(**table)
    first = house.ear
    async with asking(house):
        (house.folder / "secret").write_text("another")
        await reaches(lambda: house.ear is not first)


@pytest.fixture
async def watched(modules, tmp_path, anyio_backend, quick):
    """A server whose file named a secret, and asked to be watched, from the start."""
    (tmp_path / "secret").write_text("one")
    made = House(tmp_path, modules, stt=', key = { file = "secret" }', more="[server]\nwatch = true")
    async with made.server.succession.running(), asking(made):
        yield made


async def test_a_file_that_it_named_from_the_start_is_watched(watched):
    first = watched.ear
    (watched.folder / "secret").write_text("another")
    await reaches(lambda: watched.ear is not first)


async def test_a_file_that_changes_while_models_are_loaded_is_read_after_it(modules, tmp_path, quick):
    class Slow(House):
        def read(self, before):
            made = super().read(before)
            if before is None:
                self.write(stt=', model = "large"', more="[server]\nwatch = true")
            return made

    made = Slow(tmp_path, modules, more="[server]\nwatch = true")
    async with made.server.succession.running(), asking(made):
        await reaches(lambda: made.ear.model == "large")


async def test_a_file_that_it_names_and_that_goes_and_comes_back_is_watched(watched):
    reads, secret, aside = watched.reads, watched.folder / "secret", watched.folder / "aside"
    secret.rename(aside)
    await reaches(lambda: watched.reads == reads + 1)
    await settled()
    aside.rename(secret)
    await reaches(lambda: watched.reads == reads + 2)


async def test_a_secret_that_comes_after_the_file_that_names_it_is_read(house, quick):
    table = {"stt": ', key = { file = "late" }', "more": "[server]\nwatch = true"}
    await house.again(**table)
    first = house.ear
    async with asking(house):
        (house.folder / "late").write_text("one")
        await reaches(lambda: house.ear is not first)


async def test_a_changed_file_is_not_read_where_nobody_watches(house, quick):
    async with asking(house):
        house.write(stt=', model = "large"')
        await anyio.sleep(0.1)
    assert house.ear.model == "small"


async def test_a_server_that_ends_reads_nothing_again(house, caplog):
    reads = house.reads
    await house.server.close()
    async with asking(house):
        house.reloading.ask("SIGHUP")
        await reaches(lambda: "reads nothing again" in caplog.text)
    assert house.reads == reads


def hang_up():
    """The main thread: others of this process began before SIGHUP was held back."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGHUP)


async def test_sighup_asks(house):
    with held():
        async with asking(house):
            house.write(stt=', model = "large"')
            hang_up()
            await reaches(lambda: house.ear.model == "large")


async def test_a_sighup_that_came_while_models_were_loaded_is_heard_when_they_are(house):
    with held():
        hang_up()
        house.write(stt=', model = "large"')
        async with asking(house):
            await reaches(lambda: house.ear.model == "large")


async def test_a_sighup_after_the_end_of_the_server_ends_nothing():
    with held():
        hang_up()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("switchhook.serving.reloading.PATIENCE", 0.05)


async def test_what_hangs_is_named_and_given_up_when_somebody_asks_again(house, caplog, impatient):
    house.write(stt=', model = "is never entered"')
    async with asking(house):
        house.reloading.ask("SIGHUP")
        await reaches(lambda: "waiting for stt ear-" in caplog.text)
        house.write(stt=', model = "large"')
        house.reloading.ask("SIGHUP")
        await reaches(lambda: house.ear.model == "large")
    assert (
        "is not applied, what was read before stays: given up after 0 s, waiting for stt ear-" in caplog.text
    )


async def test_a_file_that_cannot_be_read_to_its_end_is_named_and_given_up(house, caplog, impatient):
    house.file.unlink()
    os.mkfifo(house.file)
    async with asking(house):
        house.reloading.ask("SIGHUP")
        await reaches(lambda: "waiting for the file, or one that it names" in caplog.text)
        pipe = house.file.rename(house.folder / "pipe")
        house.write(stt=', model = "large"')
        house.reloading.ask("SIGHUP")
        await reaches(lambda: house.ear.model == "large")
    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))  # lets the thread go that still reads


async def test_who_asks_while_a_model_loads_does_not_hurry_it(house, caplog):
    house.write(stt=', model = "is never entered"')
    async with asking(house):
        for _ in range(3):
            house.reloading.ask("SIGHUP")
            await anyio.sleep(0.02)
    assert "given up" not in caplog.text


async def test_a_reading_looks_once_for_what_is_installed(house, monkeypatch):
    looks, look = [], importlib.metadata.entry_points

    def counted(**asked):
        looks.append(asked)
        return look(**asked)

    monkeypatch.setattr("switchhook.plugins.loader.entry_points", counted)
    await house.again(stt=', model = "large"')
    assert house.ear.model == "large"
    assert looks.count({}) == 1
    assert len(looks) <= 2  # and once for the transport, where the file names none


async def test_the_loop_goes_on_while_a_configuration_is_read(house, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(house.reloading, "_read", partial(_read_slowly, house.read, done))
    async with anyio.create_task_group() as group:
        group.start_soon(house.again)
        await anyio.sleep(0.01)
        done.set()  # the loop came as far as this


def _read_slowly(read, done, before):
    assert done.wait(10)
    return read(before)
