"""One request to speak, and its audio as it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing

from switchhook import AudioFormat, LanguageUnknown, SpeechError
from switchhook_http import Again, twice
from switchhook_watson import HttpReply, Service, Timeouts, WatsonError, explain, within

PATH = "/v1/synthesize"
ACCEPT = {
    AudioFormat("PCMU", 8000): "audio/mulaw;rate=8000",
    AudioFormat("PCM", 8000): "audio/l16;rate=8000;endianness=little-endian",
}
AGAIN = Again(at_once=("broken", 401))  # a kept connection may be dead, and a token withdrawn
PATIENCE = 3.0  # seconds until the first byte, and between two pieces
TIMEOUTS = Timeouts(connect=2.0, read=PATIENCE)
LONGEST = 1200.0  # seconds of speech in one answer: more than 5 KB of text can last


class Synthesis:
    """`by_language`: nobody named the voice. `status`: of an answer that was an error."""

    def __init__(
        self,
        service: Service,
        text: str,
        audio: AudioFormat,
        query: Mapping[str, str],
        by_language: bool = False,
    ) -> None:
        self._service, self._text, self._audio, self._query = service, text, audio, query
        self._by_language = by_language
        self.status: int | None = None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Whole samples. Raises SpeechError."""
        try:
            async with AsyncExitStack() as stack:
                with within(PATIENCE):
                    samples = self._samples(await twice(lambda: self._answer(stack), AGAIN))
                    await stack.enter_async_context(aclosing(samples))
                    first = await anext(samples, b"")
                if first:
                    yield first
                async for chunk in samples:
                    yield chunk
        except WatsonError as error:
            self.status = error.status
            raise self._described(error) from None

    async def _answer(self, stack: AsyncExitStack) -> HttpReply:
        async with AsyncExitStack() as attempt:
            reply = await attempt.enter_async_context(self._asked())
            await reply.expect(200)
            self._check(reply.kind)
            stack.push_async_exit(attempt.pop_all())
        return reply

    def _asked(self) -> AbstractAsyncContextManager[HttpReply]:
        return self._service.http.request(
            "POST",
            PATH,
            query=self._query,
            headers={"Accept": ACCEPT[self._audio]},
            json={"text": self._text},
            timeouts=TIMEOUTS,
        )

    def _check(self, came: str) -> None:
        """Anything else would be noise in the caller's ear."""
        wanted = ACCEPT[self._audio].partition(";")[0]
        if came != wanted and not (wanted == "audio/mulaw" and came == "audio/basic"):
            raise WatsonError("garbage", detail=f"expected {wanted}, got {came[:60] or 'no content type'}")

    async def _samples(self, reply: HttpReply) -> AsyncGenerator[bytes, None]:
        unit, left = self._audio.size(1 / self._audio.rate), self._audio.size(LONGEST)
        rest = b""
        async for chunk in reply.chunks():
            data = rest + chunk
            whole = len(data) - len(data) % unit
            rest, left = data[whole:], left - whole
            if left < 0:
                raise WatsonError("garbage", detail=f"more than {LONGEST:g} s of audio")
            if whole:
                yield data[:whole]

    def _described(self, error: WatsonError) -> SpeechError:
        cause, cure = explain(error, self._service)
        if self._by_language and error.status == 404 and self._query["voice"] in error.detail:
            return LanguageUnknown(f"{cause}; name another in `voice`", reason="no voice for the language")
        voice = f" (the voice is {self._query['voice']!r})" if error.problem == "status" else ""
        return SpeechError(f"{cause}{voice}; {cure}", reason=error.reason)
