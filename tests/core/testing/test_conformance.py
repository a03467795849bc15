"""A driver that holds its contract passes; of one that is broken in a sentence, the check says that sentence."""

import asyncio
from array import array
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from math import inf, nan

import anyio
import pytest

from switchhook import AudioFormat, Closed, Full, ReplyContext, Transcript, codec_for
from switchhook.testing import MemoryState
from switchhook.testing.conformance import (
    ContractBroken,
    assistants,
    check_assistant,
    check_codec,
    check_speech_to_text,
    check_state,
    check_text_to_speech,
    check_transport,
    codecs,
    report,
)
from switchhook.testing.conformance import driver as own
from switchhook.testing.conformance import leg as transports
from switchhook.testing.conformance import recognition as stt
from switchhook.testing.conformance import state as states
from switchhook.testing.conformance import text_to_speech as tts

from .good import SPEECH, Bot, Ear, Line, Listening, Side, Talk, Voice

pytestmark = pytest.mark.anyio
untidy = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as broken ones are


class Worked:
    """A clock on which only what blocks takes its time."""

    seconds = 0.0


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(report.Report, "clock", lambda self: Worked.seconds)


def broken(caught):
    return {breach.sentence for breach in caught.value.breaches}


# --- speech to text


def listening(**methods):
    """An engine whose recognition has these methods instead."""
    kind = type("Broken", (Listening,), methods)
    return type("Engine", (Ear,), {"recognition": lambda self, audio: kind(audio)})


def opening(opened):
    return type("Engine", (Ear,), {"open": asynccontextmanager(opened)})


def heard(change):
    """An engine whose transcripts are changed."""

    async def iterate(self):
        async for each in Listening.__aiter__(self):
            yield change(each) if isinstance(each, Transcript) else each

    return listening(__aiter__=iterate)


async def refuses_formats(self, audio, language, parameters):
    if audio.encoding != "PCMU":
        raise ValueError("only mu-law")
    yield Listening(audio)


async def refuses_rates(self, audio, language, parameters):
    if audio.rate != 8000:
        raise ValueError(audio)
    with Listening(audio) as recognition:
        yield recognition


async def refuses_declared(self, audio, language, parameters):
    if audio.encoding == "PCMU":
        raise ValueError("no mu-law")
    with Listening(audio) as recognition:
        yield recognition


async def refuses_parameters(self, audio, language, parameters):
    if parameters:
        raise KeyError("a_parameter_nobody_knows")
    with Listening(audio) as recognition:
        yield recognition


async def refuses_languages(self, audio, language, parameters):
    if language != "en-US":
        raise KeyError(language)
    with Listening(audio) as recognition:
        yield recognition


async def one_at_a_time(self, audio, language, parameters):
    if getattr(self, "busy", False):
        raise RuntimeError("busy")
    self.busy = True
    try:
        with Listening(audio) as recognition:
            yield recognition
    finally:
        self.busy = False


async def leaves_slowly(self, audio, language, parameters):
    with Listening(audio) as recognition:
        yield recognition
        if recognition.send.statistics().open_send_streams:
            await anyio.sleep(20)


async def never_ends(self):
    async for each in Listening.__aiter__(self):
        yield each
    await anyio.sleep_forever()


async def ends_at_once(self):
    return
    yield


async def swallows(self):
    try:
        async for each in Listening.__aiter__(self):
            yield each
    except BaseException:
        if self.over:
            raise


async def hears_in_silence(self):
    async for each in Listening.__aiter__(self):
        yield each
    if self.start is None:
        yield Transcript("the", True, 0, 0)


async def gives_text(self):
    async for each in Listening.__aiter__(self):
        yield each
        yield "a word"


async def only_interims(self):
    async for each in Listening.__aiter__(self):
        yield replace(each, final=False) if isinstance(each, Transcript) else each


async def interim_last(self):
    async for each in Listening.__aiter__(self):
        yield each
    if self.start is not None:
        yield Transcript("a word and", False, self.start, self.end)


async def backwards(self):
    finals = [each async for each in Listening.__aiter__(self)]
    for each in finals:
        yield each
        if isinstance(each, Transcript) and each.final:
            yield Transcript("before", True, each.start - 0.5, each.start)


def raises_late(self, data, /):
    if self.over:
        raise RuntimeError("closed")
    Listening.feed(self, data)


def raises_when_empty(self, data, /):
    assert data
    Listening.feed(self, data)


def gives_size(self, data, /):
    Listening.feed(self, data)
    return len(data)


async def is_a_coroutine(self, data, /):
    pass


def blocks(self, data, /):
    Worked.seconds += 0.03
    Listening.feed(self, data)


def deaf_after(self, language, parameters, /):
    self.__class__ = type("Deaf", (type(self),), {"feed": lambda self, data, /: None})
    return True


MISTYPED = [
    *({"confidence": wrong} for wrong in ("0.9", nan)),
    *({"start": wrong} for wrong in (None, "0.5")),
    *({"text": None}, {"end": inf}, {"final": 1}, {"raw": None}),
]
RECOGNISERS = [
    (type("E", (Ear,), {"formats": "PCMU"}), own.FORMATS),
    (type("E", (Ear,), {"formats": (AudioFormat("OPUS", 48000),)}), own.FORMATS),
    (type("E", (Ear,), {"languages": ("englisch, oder so",)}), own.LANGUAGES),
    (type("E", (Ear,), {"behind": lambda _: None}), own.BEHIND),
    (type("E", (Ear,), {"behind": lambda _: 1 / 0}), own.BEHIND),
    (opening(refuses_formats), stt.OPENS),
    (opening(refuses_declared), stt.DECLARED),
    (opening(refuses_rates), own.RATES),
    (opening(refuses_parameters), stt.UNKNOWN),
    (opening(refuses_languages), stt.ANSWER),
    (opening(one_at_a_time), stt.SEVERAL),
    (opening(leaves_slowly), stt.LEAVE),
    (listening(feed=raises_late), stt.NEVER),
    (listening(feed=raises_when_empty), stt.NEVER),
    (listening(feed=gives_size), stt.PLAIN),
    (listening(feed=is_a_coroutine), stt.PLAIN),
    (listening(feed=blocks), stt.QUICK),
    (listening(__aiter__=never_ends), stt.ENDS),
    (listening(__aiter__=ends_at_once), stt.WAITS),
    (listening(__aiter__=swallows), stt.CANCEL),
    (listening(__aiter__=hears_in_silence), stt.SILENT),
    (listening(__aiter__=gives_text), stt.KINDS),
    (listening(__aiter__=only_interims), stt.FINAL),
    (listening(__aiter__=interim_last), stt.LAST),
    (listening(__aiter__=backwards), stt.ORDER),
    (listening(configure=lambda *_: None), stt.CONFIGURE),
    (listening(configure=deaf_after), stt.ON),
    (heard(lambda each: replace(each, text=" a word")), stt.TEXT),
    (heard(lambda each: replace(each, start=each.start * 1000, end=each.end * 1000)), stt.TIMES),
    (heard(lambda each: replace(each, start=0, end=0)), stt.TIMES),
    (heard(lambda each: replace(each, confidence=91)), stt.SURE),
    *((heard(lambda each, wrong=wrong: replace(each, **wrong)), stt.KINDS) for wrong in MISTYPED),
]


async def test_a_recogniser_that_holds_its_contract_passes():
    (final,) = await check_speech_to_text(Ear, SPEECH)
    assert final.text == "a word"


async def test_without_speech_all_else_is_tried():
    assert await check_speech_to_text(Ear) == []
    with pytest.raises(ContractBroken) as caught:
        await check_speech_to_text(listening(feed=raises_late))
    assert broken(caught) == {stt.NEVER.says}


@untidy
@pytest.mark.parametrize("wrong", MISTYPED)
async def test_of_a_value_of_another_type_it_is_said_which_and_nothing_else(wrong):
    with pytest.raises(ContractBroken) as caught:
        await check_speech_to_text(heard(lambda each: replace(each, **wrong)), SPEECH)
    said = {breach.sentence: breach.came for breach in caught.value.breaches}
    assert f"Transcript.{next(iter(wrong))} = " in said[stt.KINDS.says]
    assert report.LIVES.says not in said


@untidy
@pytest.mark.parametrize(("engine", "sentence"), RECOGNISERS)
async def test_what_a_recogniser_breaks_is_said(engine, sentence):
    with pytest.raises(ContractBroken) as caught:
        await check_speech_to_text(engine, SPEECH)
    assert sentence.says in broken(caught)


# --- text to speech


def speaking(**members):
    return type("Engine", (Voice,), members)


def synthesizing(spoken):
    return speaking(synthesize=asynccontextmanager(spoken))


async def at_one_rate(self, text, audio, language, parameters):
    async with Voice.synthesize(self, text, AudioFormat("PCM", 16000), language, parameters) as chunks:
        yield chunks


async def mu_law_never(self, text, audio, language, parameters):
    async with Voice.synthesize(self, text, audio.linear, language, parameters) as chunks:
        yield chunks


async def no_parameters(self, text, audio, language, parameters):
    if parameters:
        raise KeyError
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks


async def one_voice(self, text, audio, language, parameters):
    if getattr(self, "busy", False):
        raise RuntimeError("busy")
    self.busy = True
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks
    self.busy = False


async def speaks_to_the_end(self, text, audio, language, parameters):
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks
        async for _ in chunks:
            await anyio.sleep(2)


async def once(self, text, audio, language, parameters):
    """As long as nobody has left it early."""
    if getattr(self, "left", False):
        raise RuntimeError("left early")
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks
        self.left = [each async for each in chunks] != []


async def unknown_language(self, text, audio, language, parameters):
    if language != "en-US":
        raise ValueError(language)
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks


async def unknown_letters(self, text, audio, language, parameters):
    text.encode("ascii")
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks


async def nothing_for_letters(self, text, audio, language, parameters):
    text = text if text.isascii() else ""
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks


async def short_texts(self, text, audio, language, parameters):
    if len(text) > 100:
        raise ValueError("too long")
    async with Voice.synthesize(self, text, audio, language, parameters) as chunks:
        yield chunks


async def quiet_when_cancelled(self, text, audio):
    try:
        async for chunk in Voice.chunks(self, text, audio):
            yield chunk
    except anyio.get_cancelled_exc_class():
        return


async def other_when_cancelled(self, text, audio):
    try:
        async for chunk in Voice.chunks(self, text, audio):
            yield chunk
    except anyio.get_cancelled_exc_class():
        raise RuntimeError("cancelled") from None


VOICES = [
    (speaking(formats=None), own.FORMATS),
    (synthesizing(at_one_rate), tts.DECLARED),
    (synthesizing(mu_law_never), tts.DECLARED),
    (synthesizing(no_parameters), tts.UNKNOWN),
    (synthesizing(one_voice), tts.SEVERAL),
    (synthesizing(speaks_to_the_end), tts.LEAVE),
    (synthesizing(once), tts.AGAIN),
    (synthesizing(unknown_language), tts.ANSWER),
    (synthesizing(unknown_letters), tts.UNSPEAKABLE),
    (synthesizing(nothing_for_letters), tts.UNSPEAKABLE),
    (synthesizing(short_texts), tts.LONGEST),
    (speaking(max_bytes=10), tts.LONGEST),
    (speaking(max_bytes=None), tts.LONGEST),
    (speaking(ssml="no"), tts.SSML),
    (speaking(ssml=True), tts.SSML),
    (speaking(sound=lambda self, letter, audio: audio.silence(0.1)), tts.SOUND),
    (speaking(sound=lambda self, letter, audio: b"a" * 1601), tts.WHOLE),
    (speaking(sound=lambda self, letter, audio: [1, 2]), tts.WHOLE),
    (speaking(synthesize=lambda *_: None), tts.SPEAKS),
    (speaking(chunks=quiet_when_cancelled), tts.CANCEL),
    (speaking(chunks=other_when_cancelled), tts.CANCEL),
]


async def test_a_voice_that_holds_its_contract_passes():
    assert await check_text_to_speech(Voice, "One moment.")


@untidy
@pytest.mark.parametrize(("engine", "sentence"), VOICES)
async def test_what_a_voice_breaks_is_said(engine, sentence):
    with pytest.raises(ContractBroken) as caught:
        await check_text_to_speech(engine, "One moment, please.")
    assert sentence.says in broken(caught)


# --- assistants


def answering(**members):
    return type("Broken", (Bot,), members)


def sending(sent):
    """An assistant whose conversations send in this way."""
    kind = type("Broken", (Talk,), {"send": asynccontextmanager(sent)})

    async def opened(self, call):
        yield kind(self)

    return answering(open=asynccontextmanager(opened))


async def only_once(self, call):
    if getattr(self, "busy", False):
        raise RuntimeError("busy")
    self.busy = True
    yield Talk(self)
    self.busy = False


async def no_silence(self, turn):
    if turn.kind == "no_input":
        raise ValueError(turn.kind)
    async with Talk.send(self, turn) as reply:
        yield reply


async def deaf_to_hello(self, turn):
    if turn.text:
        raise ConnectionError("gone")
    async with Talk.send(self, turn) as reply:
        yield reply


async def answers_to_the_end(self, turn):
    async with Talk.send(self, turn) as reply:
        yield reply
        await anyio.sleep(6)


async def not_after_leaving(self, turn):
    if getattr(self, "left", False):
        raise RuntimeError("left early")
    async with Talk.send(self, turn) as reply:
        yield reply
        self.left = [each async for each in reply] != []


async def nothing_known(self, turn):
    async with Talk.send(self, turn) as reply:
        reply.matched = None
        yield reply


async def texts(self, turn):
    yield "Hello."


async def silent(self, turn):
    return
    yield


async def quiet(self, turn):
    try:
        async for each in Bot.responses(self, turn):
            yield each
    except anyio.get_cancelled_exc_class():
        return


ASSISTANTS = [
    (answering(open=lambda *_: None), assistants.OPENS),
    (answering(open=asynccontextmanager(only_once)), assistants.SEVERAL),
    (answering(responses=texts), assistants.TYPES),
    (answering(responses=silent), assistants.SAYS),
    (answering(responses=quiet), assistants.CANCEL),
    (answering(context=lambda *_: None), assistants.CONTEXT),
    (answering(context=lambda *_: ReplyContext(variables={"mine": 1})), assistants.MERGED),
    (answering(context=lambda *_: ReplyContext(post_response_timeout=-1)), assistants.TIMERS),
    (sending(no_silence), assistants.KINDS),
    (sending(deaf_to_hello), assistants.ANSWERS),
    (sending(answers_to_the_end), assistants.LEAVE),
    (sending(not_after_leaving), assistants.ON),
    (sending(nothing_known), assistants.MATCHED),
]


async def test_an_assistant_that_holds_its_contract_passes():
    greeting, answer = await check_assistant(Bot)
    assert [each.text for each in greeting] == ["Well.", "Hello."]
    assert [each.text for each in answer] == ["Well.", "hello"]


@untidy
@pytest.mark.parametrize(("assistant", "sentence"), ASSISTANTS)
async def test_what_an_assistant_breaks_is_said(assistant, sentence):
    with pytest.raises(ContractBroken) as caught:
        await check_assistant(assistant)
    assert sentence.says in broken(caught)


# --- transports


def legs(**members):
    kind = type("Broken", (Side,), members)
    return type("Broken", (Line,), {"leg": lambda self, number: kind(number)})


def drops_what_came_first(self, sink):
    self.sink = sink


def raises_after(self, data, /):
    if self.over:
        raise RuntimeError("closed")
    Side.play(self, data)


def closes_twice(self, reason):
    self.arrived(Closed(reason))
    Side.close(self, reason)


def blocks_in_play(self, data, /):
    Worked.seconds += 0.6
    Side.play(self, data)


class Party(Line):
    """Everybody hears everybody."""

    def leg(self, number):
        made = Line.leg(self, number)
        self.all = [*getattr(self, "all", []), made]
        everybody = self.all

        def arrived(what):
            for each in everybody if isinstance(what, bytes) else [made]:
                Side.arrived(each, what)

        made.arrived = arrived
        return made


class SameName(Line):
    def leg(self, number):
        return Line.leg(self, 1)


TRANSPORTS = [
    (type("E", (Line,), {"urls": lambda self: []}), transports.SERVES),
    (type("E", (Line,), {"refuse": lambda self, why: None}), transports.REFUSES),
    (type("E", (Line,), {"leg": lambda self, number: 1 / 0}), transports.ANSWERS),
    (Party, transports.MIXED),
    (SameName, transports.INFO),
    (legs(audio="PCMU"), transports.FORMAT),
    (legs(start=drops_what_came_first), transports.ORDER),
    (legs(play=lambda self, data, /: None), transports.HEARD),
    (legs(play=blocks_in_play), transports.PLAIN),
    (legs(play=raises_after), transports.AFTER),
    (legs(flush=lambda self: True), transports.PLAIN),
    (legs(end=lambda self, outcome, variables, /: None), transports.CLOSES),
    (legs(close=closes_twice), transports.HUNG_UP),
]


async def checked(kind):
    made = []

    def factory():
        made.append(kind())
        return made[-1]

    @asynccontextmanager
    async def dial(url):
        async with made[-1].dial(url) as phone:
            yield phone

    await check_transport(factory, dial)


async def test_a_transport_that_holds_its_contract_passes():
    await checked(Line)


@untidy
@pytest.mark.parametrize(("transport", "sentence"), TRANSPORTS)
async def test_what_a_transport_breaks_is_said(transport, sentence):
    with pytest.raises(ContractBroken) as caught:
        await checked(transport)
    assert sentence.says in broken(caught)


# --- codecs


PCMU = AudioFormat("PCMU", 8000)
REAL = codec_for(PCMU)


def coding(**methods):
    return type(
        "Broken", (), {"decode": staticmethod(REAL.decode), "encode": staticmethod(REAL.encode)} | methods
    )


def quarter(pcm):
    return REAL.encode(array("h", [each // 4 for each in array("h", pcm[: len(pcm) & ~1])]).tobytes())


def only_whole(pcm):
    assert len(pcm) % 2 == 0
    return REAL.encode(pcm)


CODECS = [
    (coding(decode=staticmethod(lambda wire: REAL.decode(wire) * 2)), codecs.SIZE),
    (coding(decode=staticmethod(lambda wire: bytearray(REAL.decode(wire)))), codecs.BYTES),
    (coding(decode=staticmethod(lambda wire: REAL.decode(wire) or b"\0\0")), codecs.EMPTY),
    (coding(encode=staticmethod(quarter)), codecs.CLOSE),
    (coding(encode=staticmethod(only_whole)), codecs.HALF),
    (coding(encode=staticmethod(lambda pcm: bytes(each for each in pcm if 1 // (each - 7)))), codecs.NEVER),
    (coding(encode=staticmethod(lambda pcm: REAL.encode(pcm)[:-1] + b"\0" * bool(pcm))), codecs.STREAM),
]


@pytest.mark.parametrize("encoding", ["PCMU", "L16"])
def test_our_codecs_hold_their_contract(encoding):
    audio = AudioFormat(encoding, 8000)
    check_codec(lambda: codec_for(audio), audio)


@untidy
@pytest.mark.parametrize(("codec", "sentence"), CODECS)
def test_what_a_codec_breaks_is_said(codec, sentence):
    with pytest.raises(ContractBroken) as caught:
        check_codec(codec, PCMU)
    assert sentence.says in broken(caught)


# --- states


class Knowing(MemoryState):
    """Looks, and then writes."""

    async def add_once(self, key, seconds, /):
        is_new = not self._once.get(key, anyio.current_time())
        await anyio.sleep(0)
        await super().add_once(key, seconds)
        return is_new


class Forgetting(MemoryState):
    async def add_once(self, key, seconds, /):
        return await super().add_once(key, min(seconds, 0.01) if "while" in key else seconds)


class Remembering(MemoryState):
    """For as long as it was asked last."""

    async def add_once(self, key, seconds, /):
        is_new = await super().add_once(key, seconds)
        self._once.put(key, True, anyio.current_time(), seconds)
        return is_new


class Generous(MemoryState):
    async def hold(self, key, limit, /):
        return await super().hold(key, limit + 1)


class Leaking(MemoryState):
    async def hold(self, key, limit, /):
        held = await super().hold(key, limit)
        return held if isinstance(held, Full) else nullcontext()


class Narrow(MemoryState):
    async def hold(self, key, limit, /):
        return await super().hold("calls", limit)


class Constant(MemoryState):
    async def hold(self, key, limit, /):
        return await super().hold(key, max(limit, 4) if limit == 2 else limit)


class First(MemoryState):
    async def put(self, key, value, seconds, /):
        if await self.get(key) is None:
            await super().put(key, value, seconds)


class Lasting(MemoryState):
    async def put(self, key, value, seconds, /):
        await super().put(key, value, seconds + 60)


class Raising(MemoryState):
    async def get(self, key, /):
        raise KeyError(key)


STATES = [
    (Knowing, states.ONCE),
    (Forgetting, states.WHILE),
    (Remembering, states.WHILE),
    (Generous, states.LIMIT),
    (Leaking, states.BACK),
    (Narrow, states.OTHERS),
    (Constant, states.SMALLER),
    (First, states.VALUES),
    (Lasting, states.ENDS),
    (Raising, states.NEVER),
]


async def test_our_state_holds_its_contract():
    await check_state(MemoryState)


@pytest.mark.parametrize(("state", "sentence"), STATES)
async def test_what_a_state_breaks_is_said(state, sentence):
    with pytest.raises(ContractBroken) as caught:
        await check_state(state)
    assert sentence.says in broken(caught)


# --- of all drivers


class Entered(Bot):
    """Loads what is slow when it is entered."""

    loaded = False

    async def __aenter__(self):
        self.loaded = True

    async def __aexit__(self, *_):
        self.loaded = False

    def context(self, turn):
        assert self.loaded
        return super().context(turn)


class NeverThere(Bot):
    async def __aenter__(self):
        raise OSError("no model")

    async def __aexit__(self, *_):
        pass


class Leaky(Bot):
    """Starts a task for each call, and ends none before it is left itself."""

    async def __aenter__(self):
        self.group = await anyio.create_task_group().__aenter__()

    async def __aexit__(self, *_):
        self.group.cancel_scope.cancel()
        await self.group.__aexit__(None, None, None)

    @asynccontextmanager
    async def open(self, call, /):
        self.group.start_soon(anyio.sleep_forever)
        yield Talk(self)


async def test_a_driver_is_entered():
    assert await check_assistant(Entered)


@untidy
@pytest.mark.parametrize(("driver", "sentence"), [(NeverThere, report.LIVES), (Leaky, report.TASKS)])
async def test_what_any_driver_breaks_is_said(driver, sentence):
    with pytest.raises(ContractBroken) as caught:
        await check_assistant(driver)
    assert sentence.says in broken(caught)


class Busybody:
    """A server of the test's own, that starts a task for each call."""

    def __init__(self):
        self.wanted, self.served = asyncio.Queue(), set()

    async def serve(self):
        while await self.wanted.get():
            self.served.add(asyncio.create_task(anyio.sleep_forever()))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_tasks_of_a_tests_own_server_are_not_the_drivers():
    server = Busybody()

    class Client(Bot):
        @asynccontextmanager
        async def open(self, call, /):
            server.wanted.put_nowait(call)
            yield Talk(self)

    serving = asyncio.create_task(server.serve())
    await check_assistant(Client)
    assert len(server.served) > 3
    for task in [serving, *server.served]:
        task.cancel()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_tasks_that_a_driver_leaves_on_asyncio_are_found():
    left = []

    class Starter(Bot):
        @asynccontextmanager
        async def open(self, call, /):
            left.append(asyncio.create_task(anyio.sleep_forever()))
            yield Talk(self)

    with pytest.raises(ContractBroken) as caught:
        await check_assistant(Starter)
    assert broken(caught) == {report.TASKS.says}
    for task in left:
        task.cancel()


async def test_everything_is_said_at_once_with_its_reason_and_the_authors_line():
    class Both(Ear):
        formats = None

        def recognition(self, audio):
            return type("Broken", (Listening,), {"feed": raises_late})(audio)

    with pytest.raises(ContractBroken) as caught:
        await check_speech_to_text(Both, SPEECH)
    message = str(caught.value)
    assert message.startswith("2 sentences of the contract of SpeechToText broken\n1. ")
    assert "came:     RuntimeError: closed (test_conformance.py:" in message
    assert f"matters:  {stt.NEVER.why}" in message


def test_each_sentence_has_a_driver_that_breaks_it():
    tables = [RECOGNISERS, VOICES, ASSISTANTS, TRANSPORTS, CODECS, STATES]
    found = {sentence for table in tables for _, sentence in table}
    modules = (own, stt, tts, assistants, transports, codecs, states)
    said = {each for module in modules for each in vars(module).values() if isinstance(each, report.Sentence)}
    assert said - found <= {report.LIVES, report.TASKS, transports.THREAD}
