"""Models of this form: how they are asked, with which key."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from urllib.parse import urlsplit, urlunsplit

from switchhook_chat import Answer, Question, Service, pieces
from switchhook_http import HttpError, Pool, proxy_of, trusting

from .asking import body_of
from .errors import OpenAIError
from .options import OpenAIOptions
from .reading import Reading
from .tokens import Tokens


class OpenAIModel:
    error = OpenAIError

    def __init__(self, options: OpenAIOptions) -> None:
        parts = urlsplit(options.base_url)
        url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions"))
        self._options, self._service = options, Service(url, options)
        self._tokens: Tokens | None = None
        if options.iam_url is not None:
            self._pool = Pool(trusting({"ca": options.ca}), proxy=proxy_of(options.iam_url))
            self._tokens = Tokens(options.iam_url, options.key, self._pool)

    async def ask(self, question: Question, answer: Answer, /) -> AsyncGenerator[str]:
        reading = Reading(answer)
        try:
            async with (
                self._service.ask(body_of(question, self._options), await self._headers()) as reply,
                aclosing(pieces(reply)) as events,
            ):
                async for data in events:
                    yield reading.take(data)
                reading.finish()
        except HttpError as error:
            if error.status == 401 and self._tokens is not None:
                self._tokens.refuse()
            raise

    async def _headers(self) -> Mapping[str, str]:
        key = self._options.key if self._tokens is None else await self._tokens.get()
        if not key:
            return {}
        return {"api-key": key} if self._options.header == "api-key" else {"authorization": f"Bearer {key}"}

    async def warm(self) -> None:
        if self._tokens is not None:
            await self._tokens.renew()
        await self._service.warm()

    async def aclose(self) -> None:
        await self._service.aclose()
        if self._tokens is not None:
            await self._pool.aclose()
