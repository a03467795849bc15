"""One turn: the model is asked, and what it writes is given to the call while it goes on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import anyio

from switchhook import CallInfo, ReplyContext, Response, Turn, parse_response
from switchhook_http import Streamed

from .errors import ModelError
from .history import Exchange, History, Round, tokens
from .options import OpenAIOptions
from .reading import CalledTool, Json, ModelAnswer
from .sentences import Sentences
from .service import Service
from .telling import Telling
from .tools import Outcome, Toolbox

logger = logging.getLogger(__name__)

LONGEST = 60.0  # seconds for all of an answer
REFUSALS = "content filter", "refusal"
END = 0.1  # seconds that the end of a stream may come after its last event


@dataclass(frozen=True, slots=True)
class ChatModel:
    """What all its calls share."""

    service: Service
    options: OpenAIOptions
    telling: Telling
    toolbox: Toolbox


class Answering(Streamed[Response]):
    """The reply to a turn, which `run` makes: it asks the model."""

    matched = True

    def __init__(self, model: ChatModel, call: CallInfo, history: History) -> None:
        super().__init__()
        self._service, self._options = model.service, model.options
        self._telling, self._toolbox = model.telling, model.toolbox
        self._call, self._history = call, history
        self.context = ReplyContext()
        self._usage: dict[str, int] = {}
        self._said: list[str] = []  # in this reply
        self._told = 0  # how many of these stand with a round of tools
        self._acted = False
        self._variables: dict[str, Any] = {}

    async def run(self, turn: Turn) -> None:
        """Raises ModelError. What failed is told to the next model anew; what a filter has refused would be
        refused again and again, and what was interrupted stays."""
        exchange = self._begin(turn)
        answered = True
        try:
            with anyio.fail_after(LONGEST):
                await self._answer(turn, exchange)
        except TimeoutError:
            answered = False
            raise ModelError("timeout") from None
        except Exception:
            answered = False
            raise
        finally:
            exchange.said = " ".join(self._said[self._told :])
            self.context.usage = self._usage
            if not answered:
                self._history.exchanges.remove(exchange)

    def _begin(self, turn: Turn) -> Exchange:
        exchanges = self._history.exchanges
        if turn.barged_in and exchanges:
            exchanges[-1].hear(self._history.secrets.without(turn.heard))
        exchanges.append(Exchange(self._telling.user(turn, self._history)))
        self._variables = dict(turn.variables)
        if self._history.collecting and turn.kind == "digits":
            self._set({self._history.collecting: turn.text})
        if turn.kind in ("digits", "speech"):
            self._history.collecting = ""
        return exchanges[-1]

    def _set(self, variables: Mapping[str, Any]) -> None:
        if variables:
            self._variables |= variables
            self.context.variables = self._variables

    async def _answer(self, turn: Turn, exchange: Exchange) -> None:
        if turn.kind == "start" and self._options.greeting:
            await self._say(self._options.greeting)
            return
        try:
            for left in reversed(range(self._options.rounds)):
                answer = await self._ask(self._body(last=not left))
                if not answer.calls:
                    return
                if not left and not self._said:
                    raise ModelError("rounds")
                if not (left and await self._act(answer.calls, exchange)):
                    return
        except ModelError as error:
            if error.problem not in REFUSALS:
                raise
            await self._refuse(error, exchange)

    async def _refuse(self, error: ModelError, exchange: Exchange) -> None:
        """What was said before stands."""
        if not self._said and not self._options.refusal:
            raise error
        logger.info("call %s: an answer was cut off: %s", self._call.id, error.reason)
        exchange.user = "[something that you refused to answer]"
        if not self._said:
            await self._say(self._options.refusal)

    async def _act(self, called: list[CalledTool], exchange: Exchange) -> bool:
        """Whether the model is to be asked again. Should the caller interrupt, it knows what it has begun."""
        outcomes = [Outcome("not finished: the caller interrupted")] * len(called)
        wanted = [replace(each) for each in called]
        for each in called:
            each.mend()
        round_ = Round(" ".join(self._said[self._told :]), called, [each.result for each in outcomes])
        exchange.rounds.append(round_)
        self._told = len(self._said)
        call = replace(self._call, variables=MappingProxyType(self._variables))

        async def run(number: int) -> None:
            outcomes[number] = await self._toolbox.run(wanted[number], call)
            round_.results[number] = self._history.secrets.without(outcomes[number].result)

        async with anyio.create_task_group() as group:
            group.start_soon(self._fill)
            async with anyio.create_task_group() as tools:
                for number in range(len(called)):
                    tools.start_soon(run, number)
            group.cancel_scope.cancel()
        for outcome in outcomes:
            await self._perform(outcome)
        ended, again = any(each.ends for each in outcomes), any(each.again for each in outcomes)
        return not ended and (again or not self._said)

    async def _fill(self) -> None:
        """Rather than silence."""
        tools = self._options.tools
        if tools.filler and not self._said:
            await anyio.sleep(tools.filler_after)
            await self.give(parse_response({"response_type": "text", "text": tools.filler}))

    async def _perform(self, outcome: Outcome) -> None:
        self._set(outcome.variables)
        self._acted = self._acted or bool(outcome.responses)
        if outcome.collects is not None:
            self._history.collecting = outcome.collects
        for response in outcome.responses:
            await self.give(response)

    def _body(self, *, last: bool) -> Json:
        """`last`: the model has to answer. Raises ModelError."""
        options, history = self._options, self._history
        data = self._telling.data(self._variables, self._call, history)
        system = {"role": "system", "content": self._telling.instructions}
        told = [system, *history.messages(options.history, data)]
        body: Json = {"model": options.model, "messages": told, "stream": True}
        if options.usage:
            body["stream_options"] = {"include_usage": True}
        if not {"max_tokens", "max_completion_tokens"} & set(options.parameters):
            body["max_tokens"] = options.max_tokens
        if self._toolbox.schemas:
            body["tools"] = self._toolbox.schemas
            if last:
                body["tool_choice"] = "none"
        if options.call_tokens is not None and history.spent + tokens(told) > options.call_tokens:
            raise ModelError("budget", f"{history.spent} tokens spent in this call")
        return {**body, **options.parameters}

    async def _ask(self, body: Json) -> ModelAnswer:
        """Raises ModelError."""
        answer, sentences = ModelAnswer(), Sentences(self._options.longest)
        try:
            with ModelError.translated():
                await self._read(body, answer, sentences)
        finally:
            self._bill(body, answer, sentences)
        if answer.finish == "content_filter":
            raise ModelError("content filter")
        if answer.refused and not sentences.said:
            raise ModelError("refusal")
        if sentences.full:
            logger.warning("call %s: an answer was too long, its end is left out", self._call.id)
        for sentence in sentences.finish(cut=answer.finish == "length"):
            await self._say(sentence)
        if not (self._said or self._acted or answer.calls):
            raise ModelError("empty answer")
        return answer

    async def _read(self, body: Json, answer: ModelAnswer, sentences: Sentences) -> None:
        """Raises ModelError and HttpError."""
        patience = anyio.CancelScope()
        with patience:
            self._be_patient(patience)
            async with self._service.ask(body) as reply, aclosing(answer.read(reply)) as pieces:
                async for piece in pieces:
                    if piece or answer.calls:  # what else comes is no word of it
                        self._be_patient(patience)
                    for sentence in sentences.feed(piece):
                        await self._say(sentence)
                    if sentences.full or answer.done:
                        break
                if answer.done:  # a connection can be used again only when all was read
                    with anyio.move_on_after(END):
                        async for _ in pieces:
                            pass
        if patience.cancelled_caught:
            raise ModelError("timeout")

    def _be_patient(self, scope: anyio.CancelScope) -> None:
        scope.deadline = anyio.current_time() + self._options.timeout

    def _bill(self, body: Json, answer: ModelAnswer, sentences: Sentences) -> None:
        for name, count in answer.usage.items():
            self._usage[name] = self._usage.get(name, 0) + count
        guess = tokens(body["messages"]) + tokens(sentences.said)
        self._history.spent += sum(answer.usage.values()) or guess

    async def _say(self, sentence: str) -> None:
        self._said.append(sentence)
        await self.give(parse_response({"response_type": "text", "text": sentence}))
