"""The reception: admission, records of every call, an orderly end. In virtual time."""

import json
import threading

import anyio
import pytest

from switchhook import Busy, Outcome, hookimpl
from switchhook.call.speaking.playout import Playout
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin
from switchhook.serving.records.line_file import LineFiles
from switchhook.testing import MemoryState

from .callers import DRIVER, calling, leg

pytestmark = pytest.mark.anyio


async def test_a_call_leaves_its_record(serve, written):
    caller = leg()
    async with calling(serve(), caller):
        caller.close("hung_up")
    assert [(record["id"], record["outcome"]) for record in written()] == [("leg-1", "hung_up")]


async def test_a_call_is_one_log_line_at_its_start_and_one_at_its_end(serve, caplog):
    server, caller = serve(), leg()
    caplog.set_level("INFO", "switchhook.serving.server")
    async with calling(server, caller):
        caller.close("hung_up")
    start, end = (record.message for record in caplog.records if record.name == "switchhook.serving.server")
    assert start == "call to support started"
    assert end.startswith("call to support ended: hung_up after 1.0 s, 1 turns, slowest stage ")


async def test_a_call_that_fails_is_one_warning_with_the_reason(serve, site, caplog):
    down = DRIVER.format(group="assistant", made="MemoryAssistant(lambda turn: 1 / 0)")
    site.add("assistant", "memory", down)
    async with calling(serve(), leg()):
        await anyio.sleep(5)
    [line] = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert line.startswith("call to support ended: failed after ")
    assert line.endswith("; why: assistant: ZeroDivisionError")


@pytest.mark.parametrize(("reason", "level"), [("hung_up", "INFO"), ("lost", "WARNING")])
async def test_a_lost_call_is_a_warning_and_one_that_hung_up_is_not(serve, caplog, reason, level):
    caller = leg()
    caplog.set_level("INFO", "switchhook.serving.server")
    async with calling(serve(), caller):
        caller.close(reason)
    [end] = [record for record in caplog.records if " ended: " in record.message]
    assert end.levelname == level


async def test_one_more_call_may_come_in_until_there_are_too_many(serve):
    server = serve(max_calls=2)
    reasons = [server.admit()]
    async with calling(server, leg("1")):
        reasons.append(server.admit())
        async with calling(server, leg("2")):
            reasons.append(server.admit())
            await server.close()
    assert reasons == [None, None, "too many calls"]


async def test_of_servers_with_one_state_the_calls_are_counted_together(serve):
    state = MemoryState()
    one, other = serve(max_calls=2, state=state), serve(max_calls=2, state=state)
    first = leg("1")
    async with calling(one, first), calling(other, leg("2")):
        assert await one.admission() is Busy.FULL
        assert await other.admission() is Busy.FULL
        first.close()
        await anyio.sleep(1)
        async with await one.admission():
            assert await other.admission() is Busy.FULL
        await other.close()


async def test_of_calls_within_one_place_one_uses_it(serve):
    server, first, second = serve(max_calls=1), leg("1"), leg("2")
    async with await server.admission(), calling(server, first, second):
        assert [each.outcome for each in (first, second)].count(None) == 1
        await server.close()


async def test_a_call_that_has_its_place_takes_no_other(serve):
    server, caller = serve(max_calls=1), leg()
    async with await server.admission(), calling(server, caller):
        assert (len(server.calls), caller.outcome) == (1, None)
        await server.close()


async def test_a_call_for_which_there_is_no_place_is_given_back_and_told(serve, written):
    server, callers = serve(max_calls=1), (leg("1"), leg("2"))
    async with calling(server, *callers):
        late = [caller.outcome for caller in callers if caller.outcome]  # either comes first
        assert late == [Outcome("error", "too many calls")]
        await server.close()
    assert [line["reason"] for line in written() if line["kind"] == "refused"] == ["too many calls"]


async def test_who_is_told_that_the_others_are_full_asks_all_the_same_for_a_call(serve):
    """What a supervisor has told may be late."""
    server = serve()
    server.places.full = True
    assert (server.ready(), server.admit()) == (Busy.FULL, Busy.FULL)
    async with await server.admission():
        pass


@pytest.mark.parametrize("when_lost", ["allow", "refuse"])
async def test_calls_while_the_state_is_lost_are_taken_as_the_settings_say(serve, when_lost):
    class Gone(MemoryState):
        async def hold(self, key, limit, /):
            raise OSError

    server, caller = serve(state=Gone(), when_lost=when_lost), leg()
    async with calling(server, caller):
        assert (caller.outcome is None) is (when_lost == "allow")
        await server.close()


async def test_a_call_that_ended_makes_room(serve):
    server = serve(max_calls=1)
    caller = leg()
    async with calling(server, caller):
        caller.close()
        await anyio.sleep(1)
        assert server.admit() is None


async def test_two_calls_of_one_id_are_both_recorded(serve, written):
    """The id comes from outside."""
    first, second = leg("same"), leg("same")
    async with calling(serve(), first, second):
        first.close("hung_up")
        await anyio.sleep(1)
        second.close("lost")
    assert [record["outcome"] for record in written()] == ["hung_up", "lost"]


async def test_of_two_calls_of_one_id_both_are_ended(serve):
    server = serve()
    first, second = leg("same"), leg("same")
    async with calling(server, first, second):
        await server.close()
    assert None not in (first.outcome, second.outcome)


async def test_a_server_that_closes_ends_its_calls_and_takes_no_more(serve, written):
    server = serve()
    async with calling(server, leg()):
        await server.close()
        assert server.admit() == "the server is stopping"
    assert [record["outcome"] for record in written()] == ["stopped"]


async def test_a_peer_that_does_not_answer_does_not_keep_a_server_from_closing(serve):
    server = serve()
    async with calling(server, leg(answers=False)):
        began = anyio.current_time()
        await server.close()
        assert anyio.current_time() - began <= 5


async def test_our_own_fault_costs_one_call_and_not_its_record(serve, written, monkeypatch):
    async def fail(playout):
        raise ZeroDivisionError("4111")

    monkeypatch.setattr(Playout, "run", fail)
    caller = leg()
    async with calling(serve(), caller):
        pass
    [record] = written()
    assert (record["outcome"], record["reason"]) == ("failed", "internal error: ZeroDivisionError")
    assert caller.outcome.reason == "error"


async def test_our_own_fault_is_logged_without_its_text(serve, caplog, monkeypatch):
    async def fail(playout):
        raise ZeroDivisionError("4111")

    monkeypatch.setattr(Playout, "run", fail)
    async with calling(serve(), leg()):
        pass
    assert "internal error: ZeroDivisionError at " in caplog.text
    assert "4111" not in caplog.text


async def test_a_call_that_was_cut_off_leaves_its_record(serve, written):
    server = serve()
    async with server.calls.kept(), anyio.create_task_group() as group:
        group.start_soon(server.answer, leg())
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    assert [(record["outcome"], record["reason"]) for record in written()] == [("stopped", "cut off")]


STAYING = """
import anyio
from switchhook import Say, hookimpl

async def stay():
    yield Say("one moment")
    with anyio.CancelScope(shield=True):
        await anyio.sleep(1000)

@hookimpl
def handle_text(response):
    return stay()
"""


@pytest.fixture
async def left_behind(serve, site):
    """A server after a call whose plugin does not end with it."""
    site.add("responses", "staying", STAYING)
    server, caller = serve(max_calls=1), leg()
    async with calling(server, caller):
        caller.close("hung_up")
        await anyio.sleep(2)
        yield server


async def test_a_plugin_that_does_not_let_go_holds_up_no_record(left_behind, written):
    [record] = written()
    assert record["outcome"] == "hung_up"
    assert [(fault["source"], fault["hook"]) for fault in record["faults"]] == [
        ("responses/staying", "handle_text")
    ]


async def test_a_plugin_that_does_not_let_go_keeps_no_place(left_behind):
    assert left_behind.admit() is None


async def test_a_plugin_that_does_not_let_go_is_named(left_behind, caplog):
    [line] = [record.message for record in caplog.get_records("setup") if "does not end" in record.message]
    assert line.startswith("plugin responses/staying (from acme-staying), hook handle_text: ")


async def test_when_it_lets_go_after_all_there_is_no_second_record(left_behind, written):
    await anyio.sleep(1200)
    assert len(written()) == 1


async def test_a_refusal_is_recorded(serve, written):
    serve().refused("wrong key", {"peer": "10.0.0.1"})
    assert [(line["kind"], line["reason"], line["peer"]) for line in written()] == [
        ("refused", "wrong key", "10.0.0.1")
    ]


async def test_a_transport_sees_the_addresses_of_connectors(serve):
    assert serve().connectors == {"support": {}}


async def test_a_transport_sees_the_languages_of_a_connector_its_own_first(serve):
    assert serve(languages={"es_us": {}, "DE": {}}).languages("support") == ["en-US", "es-US", "de"]


# --- events


async def test_events_are_written_where_a_connector_asks_for_them(serve, written):
    caller = leg()
    async with calling(serve(events=True), caller):
        caller.close()
    kinds = [line["type"] for line in written("events-leg-1.jsonl")]
    assert (kinds[:2], kinds[-1]) == (["Call", "Opened"], "Closed")


async def test_without_being_asked_for_no_events_are_written(serve, written):
    caller = leg()
    async with calling(serve(), caller):
        caller.close()
    assert written("events-*") == []


async def test_an_id_from_outside_does_not_leave_the_directory(serve, tmp_path):
    caller = leg("../../etc/passwd")
    async with calling(serve(events=True), caller):
        caller.close()
    assert [file.name for file in (tmp_path / "records").glob("events-*")] == ["events-etcpasswd.jsonl"]


async def test_a_full_disk_does_not_cost_the_call(serve, tmp_path, monkeypatch):
    (tmp_path / "records").write_text("no directory")
    caller = leg()
    async with calling(serve(events=True), caller):
        assert caller.outcome is None


async def test_a_disk_that_is_full_is_said_once_for_each_call(serve, tmp_path, caplog):
    (tmp_path / "records").write_text("no directory")
    caller = leg()
    async with calling(serve(events=True), caller):
        caller.close()
    assert sum("cannot write events" in message for message in caplog.messages) == 1


@pytest.fixture
def hanging(monkeypatch):
    """A disk that hangs. The end waits for it shortly."""
    monkeypatch.setattr("switchhook.serving.records.line_writer.PATIENCE", 0.05)
    answers, append = threading.Event(), LineFiles.append

    def hang(files, path, lines):
        answers.wait(10)
        append(files, path, lines)

    monkeypatch.setattr(LineFiles, "append", hang)
    yield
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "switchhook-records":
            thread.join(10)


async def test_a_disk_that_hangs_stops_no_call(serve, hanging):
    server, caller = serve(events=True), leg()
    async with server.generation.records.kept(server.measured), calling(server, caller):
        caller.close("hung_up")
        await anyio.sleep(1)
        assert not server.calls


async def test_records_that_a_disk_did_not_take_by_the_end_are_in_the_log(serve, hanging, caplog):
    server, caller = serve(), leg()
    async with server.generation.records.kept(server.measured):
        async with calling(server, caller):
            caller.close("hung_up")
        server.refused("wrong key", {})
    found = [json.loads(line.partition("; record: ")[2]) for line in caplog.messages if "; record: " in line]
    assert [(line["kind"], line.get("outcome")) for line in found] == [("call", "hung_up"), ("refused", None)]


async def test_events_that_a_disk_did_not_take_are_said_once_for_each_call(serve, hanging, caplog):
    server, callers = serve(events=True), (leg("leg-1"), leg("leg-2"))
    async with server.generation.records.kept(server.measured), calling(server, *callers):
        pass
    said = [line for line in caplog.messages if "cannot write events" in line]
    assert [sum(name in line for line in said) for name in ("leg-1", "leg-2")] == [1, 1]


async def test_records_and_events_are_in_their_files_when_they_are_no_longer_kept(serve, written):
    server, callers = serve(events=True), [leg(f"leg-{number}") for number in range(20)]
    async with server.generation.records.kept(server.measured), calling(server, *callers):
        for caller in callers:
            caller.close("hung_up")
    assert len(written()) == 20
    assert [written(f"events-leg-{number}.jsonl")[-1]["type"] for number in range(20)] == ["Closed"] * 20


async def test_lines_that_are_lost_are_a_figure(serve, tmp_path, monkeypatch):
    (tmp_path / "records").write_text("no directory")
    server, told = serve(), []
    monkeypatch.setattr(server.generation.hooks, "measure", lambda *figure: told.append(figure))
    async with anyio.create_task_group() as group:
        group.start_soon(server.generation.records.watch, server.measured)
        server.refused("wrong key", {})
        await anyio.sleep(1.5)
        group.cancel_scope.cancel()
    assert [name for name, _, _ in told].count("record_lines_lost") == 1


async def test_a_call_that_is_turned_away_is_a_figure(serve, monkeypatch):
    server, told = serve(), []
    monkeypatch.setattr(server.generation.hooks, "measure", lambda *figure: told.append(figure))
    server.refused("wrong key", {})
    assert told == [("calls_refused", 1, {"reason": "wrong key"})]


async def test_a_call_that_cannot_even_be_set_up_leaves_a_record(serve, written):
    caller = leg()
    caller.audio = None
    await serve().answer(caller)
    assert [(record["outcome"], record["connector"]) for record in written()] == [("failed", "support")]


async def test_a_probe_finds_nothing_wrong_where_every_engine_answers(serve):
    assert await serve().probe(["support"]) == ""


async def test_a_probe_names_the_connector_and_the_engine_that_does_not_answer(serve, monkeypatch):
    server = serve()
    [voice] = server.generation.bots["support"].voices
    monkeypatch.setattr(voice.driver, "fail", {"One."})
    assert (await server.probe(["support"])).startswith("connector support: tts: ")


async def test_a_probe_does_not_wait_for_an_engine_that_is_silent(serve, monkeypatch):
    server = serve()
    [voice] = server.generation.bots["support"].voices
    monkeypatch.setattr(voice.driver, "stall", {"One."})
    with anyio.fail_after(4):
        assert "3.5 s" in await server.probe(["support"])


async def test_a_figure_of_the_transport_reaches_every_listener(serve):
    server, told = serve(), []

    class Listener:
        @hookimpl
        def measured(self, name, value, labels):
            told.append((name, value, dict(labels)))

    server.app.plugins.hold(Plugin("extension/listener", "test", "0", Listener()))
    server.generation.hooks = Hooks(server.app.plugins, list(server.app.plugins.loaded.values()))
    server.measured("probes", 1, {"result": "ok"})
    assert told == [("probes", 1, {"result": "ok"})]
