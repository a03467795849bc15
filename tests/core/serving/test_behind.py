"""Engines that have more to do than this machine can, in virtual time."""

from contextlib import asynccontextmanager

import anyio
import pytest
import trio.testing

from switchhook import AudioFormat, Busy, LegInfo, Outcome, Transcript
from switchhook.testing import MemoryLeg

from .callers import DRIVER

pytestmark = pytest.mark.anyio

TURNED_AWAY = Outcome("error", "the server has too much to do")


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


class Waiting:
    """Says how long what waits for it has waited, or raises."""

    formats = (AudioFormat("PCMU", 8000),)

    def __init__(self, said=0.0):
        self.said = said

    def behind(self):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def hears_by(server, driver):
    [engine] = [each for each in server.app.engines if each.kind == "stt"]
    engine.driver = driver
    return engine.name


@asynccontextmanager
async def served(server, driver):
    """What it measured of engines that are behind."""
    told, name = [], hears_by(server, driver)

    def measured(figure, value, labels):
        if figure == "engine_behind_seconds":
            assert labels == {"engine": name}
            told.append(value)

    server.succession._behind._measured = measured
    async with server.succession.running():
        await anyio.sleep(3)
        yield told


async def test_an_engine_that_is_usually_behind_turns_new_calls_away_and_balancers_are_told(serve):
    server, engine = serve(), Waiting()
    async with served(server, engine):
        assert server.admit() is server.ready() is None
        engine.said = 2.0
        await anyio.sleep(10)
        assert server.admit() is server.ready() is await server.admission() is Busy.LATE


async def test_many_who_speak_in_the_same_instant_turn_nobody_away(serve):
    server, engine = serve(), Waiting()
    async with served(server, engine):
        engine.said = 1.5
        await anyio.sleep(1)
        assert server.admit() is None


async def test_calls_are_taken_again_when_it_is_well_in_time_and_not_at_the_limit(serve, caplog):
    server, engine = serve(), Waiting(2.0)
    async with served(server, engine):
        await anyio.sleep(10)
        assert server.admit() is Busy.LATE
        engine.said = 0.8
        await anyio.sleep(30)
        assert server.admit() is Busy.LATE
        engine.said = 0.0
        await anyio.sleep(10)
        assert server.admit() is None
    told = [line for line in caplog.messages if line.startswith("stt memory is ")]
    assert ["new calls are turned away" in line for line in told] == [True, False]


async def test_how_far_is_too_far_is_a_setting(serve):
    server = serve(max_late=4.0)
    async with served(server, Waiting(3.0)):
        await anyio.sleep(30)
        assert server.admit() is None


async def test_how_far_it_is_behind_is_measured_once_a_second(serve):
    server, engine = serve(), Waiting(0.5)
    async with served(server, engine) as told:
        told.clear()
        await anyio.sleep(10)
    assert len(told) == pytest.approx(10, abs=1)
    assert set(told) == {0.5}


async def test_an_engine_that_does_not_say_is_not_measured(serve):
    server = serve()
    async with served(server, object()) as told:
        await anyio.sleep(10)
        assert server.admit() is None
    assert told == []


@pytest.mark.parametrize("said", [ValueError("no idea"), "late"])
async def test_one_that_raises_or_says_no_number_is_named_once_and_turns_nobody_away(serve, said, caplog):
    server = serve()
    async with served(server, Waiting(said)):
        await anyio.sleep(30)
        assert server.admit() is None
    [line] = [line for line in caplog.messages if "does not say how far it is behind" in line]
    assert line.startswith("stt memory does not say")
    assert "no idea" not in line


@pytest.mark.parametrize("said", [float("nan"), -5.0])
async def test_seconds_that_cannot_be_count_as_none(serve, said):
    server = serve()
    async with served(server, Waiting(said)) as told:
        await anyio.sleep(10)
        assert server.admit() is None
    assert set(told) == {0.0}


async def test_one_that_was_behind_for_ever_is_forgiven_when_it_is_not(serve):
    server, engine = serve(), Waiting(float("inf"))
    async with served(server, engine):
        await anyio.sleep(10)
        engine.said = 0.0
        assert server.admit() is Busy.LATE
        await anyio.sleep(30)
        assert server.admit() is None


# --- twice as many callers as it can hear

WORK = 0.4  # seconds to decode what a caller says
PAUSE = 8.0  # seconds from when it was heard until the caller speaks again: the bot has answered meanwhile
KNEE = (PAUSE + WORK) / WORK  # calls that one decoder can hear
STAY = 80.0  # seconds of a call
COMING = 120.0  # seconds in which callers come


class OneDecoder:
    """A recogniser that decodes each piece of audio as an utterance, one after the other."""

    formats = (AudioFormat("PCMU", 8000),)

    def __init__(self):
        self.free, self.begins, self.late = 0.0, [], []

    def behind(self):
        now = anyio.current_time()
        return max([now - said for said, begin in self.begins if begin > now], default=0.0)

    @asynccontextmanager
    async def open(self, _audio, _language, _parameters, /):
        hearing = Hearing(self)
        with hearing.send, hearing.receive:
            yield hearing


class Hearing:
    def __init__(self, decoder):
        self._decoder, self._fed = decoder, 0.0
        self.send, self.receive = anyio.create_memory_object_stream(100)

    def feed(self, audio, /):
        now, decoder = anyio.current_time(), self._decoder
        begin = max(now, decoder.free)
        decoder.free = begin + WORK
        decoder.begins.append((now, begin))
        self._fed += len(audio) / 8000
        self.send.send_nowait((now, decoder.free, self._fed))

    def configure(self, _language, _parameters, /):
        return True

    def finish(self):
        self.send.close()

    async def __aiter__(self):
        async for said, done, fed in self.receive:
            await anyio.sleep_until(done)
            self._decoder.late.append(done - said)
            yield Transcript("yes", True, fed - 0.2, fed)


async def talk(caller, decoder):
    """Who is not heard yet waits: people do not speak into silence for ever."""
    end = anyio.current_time() + STAY
    while anyio.current_time() < end:
        await anyio.sleep(PAUSE)
        caller.speak(bytes(1600))
        await anyio.sleep_until(decoder.free)
    caller.close()


async def call(server, caller, decoder):
    """As a transport does that turns away before there is a leg."""
    place = await server.admission()
    if isinstance(place, Busy):
        caller.end(Outcome("error", place), {})
        return
    async with place, anyio.create_task_group() as group:
        group.start_soon(caller.run)
        group.start_soon(talk, caller, decoder)
        await server.answer(caller)
        group.cancel_scope.cancel()


@pytest.fixture
def silent(site, serve):
    """A server that only listens."""
    site.add("assistant", "memory", DRIVER.format(group="assistant", made="MemoryAssistant(lambda turn: [])"))
    return serve


async def at_twice_the_knee(server):
    decoder, callers = OneDecoder(), []
    hears_by(server, decoder)
    async with server.succession.running(), server.calls.kept(), anyio.create_task_group() as group:
        while anyio.current_time() < COMING:
            callers.append(MemoryLeg(LegInfo(f"leg-{len(callers)}", "support")))
            group.start_soon(call, server, callers[-1], decoder)
            await anyio.sleep(STAY / KNEE / 2)
    return decoder, callers


async def test_at_twice_the_knee_calls_that_are_there_are_heard_and_those_beyond_are_given_back(
    silent, written
):
    decoder, callers = await at_twice_the_knee(silent())
    beyond = [each for each in callers if each.outcome == TURNED_AWAY]
    assert 0.3 * len(callers) < len(beyond) < 0.7 * len(callers)
    assert max(decoder.late) < 4.0
    ends = [line["outcome"] for line in written() if line["kind"] == "call"]
    assert ends == ["hung_up"] * (len(callers) - len(beyond))


async def test_without_that_nobody_at_twice_the_knee_would_be_heard(silent):
    decoder, callers = await at_twice_the_knee(silent(max_late=1000.0))
    assert TURNED_AWAY not in [each.outcome for each in callers]
    assert max(decoder.late) > 8.0
