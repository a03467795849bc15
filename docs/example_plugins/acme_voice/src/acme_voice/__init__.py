"""A voice of any server with OpenAI's `/v1/audio/speech`: { use = "acme_voice", url = "…", voice = "…" }."""

from array import array
from contextlib import aclosing, asynccontextmanager

import aiohttp

from switchhook import AudioFormat, LanguageUnknown, Options, SpeechError, Table, Unspeakable, hookimpl

RATE = 24000  # of the samples that the server gives: 16 bit, little-endian


class VoiceOptions(Table):
    url: str
    voice: str = "alloy"
    model: str = "tts-1"
    languages: tuple[str, ...] = ("en-US",)


class Voice:
    formats = (AudioFormat("PCM", 8000),)
    ssml = False  # markup is taken out before
    max_bytes = 4000

    def __init__(self, options):
        self.options, self.languages = options, options.languages

    async def __aenter__(self):
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=15))

    async def __aexit__(self, *_):
        await self.http.close()

    @asynccontextmanager
    async def synthesize(self, text, audio, language, parameters, /):
        if language not in self.languages:
            raise LanguageUnknown(f"{language} is not among {self.languages}", reason="language unknown")
        if audio.encoding != "PCM" or RATE % audio.rate:
            raise SpeechError(f"{audio} is asked for, samples of 8000 given", reason="format unknown")
        voice = parameters.get("voice", self.options.voice)
        asked = {"model": self.options.model, "voice": voice, "input": text, "response_format": "pcm"}
        try:
            async with self.http.post(self.options.url, json=asked) as answer:
                if answer.status == 422:
                    raise Unspeakable("the server cannot say the text", reason="text unspeakable")
                answer.raise_for_status()
                async with aclosing(thinned(answer.content, RATE // audio.rate)) as chunks:
                    yield chunks
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SpeechError(repr(error), reason="the speech server failed") from error


async def thinned(chunks, times):
    """One sample of every so many, their mean: good enough for a telephone."""
    rest = b""
    async for chunk in chunks.iter_any():
        rest += chunk
        whole = len(rest) // (2 * times) * 2 * times
        samples, rest = array("h", rest[:whole]), rest[whole:]
        yield array(
            "h", (sum(samples[at : at + times]) // times for at in range(0, len(samples), times))
        ).tobytes()


@hookimpl
def create_tts(options: Options):
    return Voice(options.parse(VoiceOptions))
