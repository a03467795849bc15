"""Drivers in memory that hold their contracts, to be broken in one sentence each."""

from contextlib import aclosing, asynccontextmanager
from math import inf

import anyio

from switchhook import (
    AudioFormat,
    Closed,
    Digit,
    LegInfo,
    Pace,
    ReplyContext,
    SpeechStarted,
    Transcript,
    Unspeakable,
    parse_response,
)

SPEECH = AudioFormat("PCM", 8000).size(1.0) // 2 * b"\x00\x30"  # one second


class Ear:
    """Hears a word in whatever is loud."""

    formats = (AudioFormat("PCM", 8000), AudioFormat("PCMU", 8000))

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        with self.recognition(audio) as recognition:
            yield recognition

    def recognition(self, audio):
        return Listening(audio)


class Listening:
    def __init__(self, audio):
        self.audio, self.fed, self.start, self.end = audio, 0, None, None
        self.send, self.receive = anyio.create_memory_object_stream(inf)
        self.over = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        self.send.close()
        self.receive.close()

    def feed(self, data, /):
        if self.over:
            return
        before = self.audio.seconds(self.fed)
        self.fed += len(data)
        quiet = self.audio.silence(1)[:1]
        if data and len(data) != data.count(quiet):
            self.end = self.audio.seconds(self.fed)
            if self.start is None:
                self.start = before
                self.send.send_nowait(SpeechStarted(before))
                self.send.send_nowait(Transcript("a", False, before, self.end))

    def configure(self, language, parameters, /):
        return True

    def finish(self):
        self.over = True
        if self.start is not None:
            self.send.send_nowait(Transcript("a word", True, self.start, self.end, 0.9))
        self.send.close()

    async def __aiter__(self):
        async for heard in self.receive:
            yield heard


class Voice:
    """A tenth of a second for each letter of English."""

    formats = (AudioFormat("PCM", 8000), AudioFormat("PCMU", 8000))
    ssml = False
    max_bytes = 500

    @asynccontextmanager
    async def synthesize(self, text, audio, language, parameters, /):
        if not text.isascii():
            raise Unspeakable("only English letters")
        async with aclosing(self.chunks(text, audio)) as chunks:
            yield chunks

    async def chunks(self, text, audio):
        for letter in text:
            await anyio.sleep(0.001)
            yield self.sound(letter, audio)

    def sound(self, letter, audio):
        return letter.encode() * audio.size(0.1)


class Bot:
    """An echo, that counts."""

    @asynccontextmanager
    async def open(self, call, /):
        yield Talk(self)

    async def responses(self, turn):
        for text in ("Well.", turn.text or "Hello."):
            await anyio.sleep(0.001)
            yield parse_response({"response_type": "text", "text": text})

    def context(self, turn):
        return ReplyContext(variables={**turn.variables, "count": turn.number})


class Talk:
    def __init__(self, bot):
        self.bot = bot

    @asynccontextmanager
    async def send(self, turn, /):
        async with aclosing(self.bot.responses(turn)) as responses:
            yield Answer(responses, self.bot.context(turn))


class Answer:
    matched = True

    def __init__(self, responses, context):
        self.responses, self.context = responses, context

    def __aiter__(self):
        return self.responses


class Line:
    """A transport in memory; `dial` is its client."""

    def __init__(self):
        self.calls, self.group, self.reception = 0, None, None

    async def serve(self, reception, /, *, task_status):
        self.reception = reception
        async with anyio.create_task_group() as self.group:
            task_status.started(self.urls())
            await anyio.sleep_forever()

    def urls(self):
        return ["memory://"]

    @asynccontextmanager
    async def dial(self, url):
        why = self.reception.admit()
        if why is not None:
            self.refuse(why)
            raise ConnectionRefusedError
        self.calls += 1
        leg = self.leg(self.calls)
        self.group.start_soon(self.reception.answer, leg)
        try:
            yield leg.phone
        finally:
            leg.close("lost")
            leg.phone.close()

    def refuse(self, why):
        self.reception.refused(why, {})

    def leg(self, number):
        return Side(number)


class Side:
    """The leg of a call in memory."""

    audio = AudioFormat("PCMU", 8000)
    pace = Pace(rate=100, burst=100, largest=100_000)

    def __init__(self, number):
        self.info = LegInfo(f"leg-{number}", "test")
        self.phone = Phone(self)
        self.sink, self.waiting, self.over = None, [], False

    def start(self, sink, /):
        self.sink = sink
        for each in self.waiting:
            self.pass_on(each)

    def arrived(self, what):
        if self.sink is None:
            self.waiting.append(what)
        elif not self.over:
            self.pass_on(what)

    def pass_on(self, what):
        (self.sink.audio if isinstance(what, bytes) else self.sink.event)(what)

    def play(self, data, /):
        if not self.over:
            self.phone.send.send_nowait(data)

    def flush(self):
        pass

    pause = resume = flush

    def tell(self, report, /):
        pass

    def end(self, outcome, variables, /):
        self.close("ended")

    def close(self, reason):
        if not self.over:
            self.arrived(Closed(reason))
            self.over = True
            self.phone.send.send_nowait(b"")


class Phone:
    def __init__(self, leg):
        self.leg = leg
        self.send, self.receive = anyio.create_memory_object_stream(inf)

    async def speak(self, audio, /):
        self.leg.arrived(audio)

    async def press(self, key):
        self.leg.arrived(Digit(key))

    async def hear(self):
        return await self.receive.receive()

    async def hang_up(self):
        self.leg.close("hung_up")

    def close(self):
        self.send.close()
        self.receive.close()
