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
from switchhook_http import Streamed, read_out

from .errors import ModelError
from .history import Exchange, History, tokens
from .messages import Answer, CalledTool, Round
from .model import Model, Question
from .options import ChatOptions
from .sentences import Sentences
from .telling import Telling
from .tools import RESULT, Outcome, Toolbox

logger = logging.getLogger(__name__)

LONGEST = 60.0  # seconds for all of an answer
REFUSALS = "content filter", "refusal"


@dataclass(frozen=True, slots=True)
class Chat:
    """What all calls of a model share."""

    model: Model
    options: ChatOptions
    telling: Telling
    toolbox: Toolbox


class Answering(Streamed[Response]):
    """The reply to a turn, which `run` makes: it asks the model."""

    matched = True

    def __init__(self, chat: Chat, call: CallInfo, history: History) -> None:
        super().__init__()
        self._model, self._options = chat.model, chat.options
        self._telling, self._toolbox = chat.telling, chat.toolbox
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
            raise self._model.error("timeout") from None
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
                answer = await self._ask(self._question(last=not left))
                if not answer.calls:
                    return
                if not left and not self._said:
                    raise self._model.error("rounds")
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
            round_.results[number] = self._history.secrets.without(outcomes[number].result)[:RESULT]

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

    def _question(self, *, last: bool) -> Question:
        """Raises ModelError."""
        history, most = self._history, self._options.call_tokens
        data = self._telling.data(self._variables, self._call, history)
        told = history.messages(self._options.history, data)
        question = Question(self._telling.instructions, told, self._toolbox.forms, last)
        if most is not None and history.spent + _read(question) > most:
            raise self._model.error("budget", f"{history.spent} tokens spent in this call")
        return question

    async def _ask(self, question: Question) -> Answer:
        """Raises ModelError."""
        answer, sentences = Answer(), Sentences(self._options.longest)
        try:
            with self._model.error.translated():
                await self._read(question, answer, sentences)
        finally:
            self._bill(question, answer, sentences)
        if answer.end == "filter":
            raise self._model.error("content filter")
        if answer.end == "refusal" and not sentences.said:
            raise self._model.error("refusal")
        if sentences.full:
            logger.warning("call %s: an answer was too long, its end is left out", self._call.id)
        for sentence in sentences.finish(cut=answer.end == "cut"):
            await self._say(sentence)
        if not (self._said or self._acted or answer.calls):
            raise self._model.error("empty answer")
        return answer

    async def _read(self, question: Question, answer: Answer, sentences: Sentences) -> None:
        """Raises ModelError and HttpError."""
        patience = anyio.CancelScope()
        with patience:
            self._be_patient(patience)
            async with aclosing(self._model.ask(question, answer)) as pieces:
                async for piece in pieces:
                    if piece or answer.calls:  # what else comes is no word of it
                        self._be_patient(patience)
                    for sentence in sentences.feed(piece):
                        await self._say(sentence)
                    if sentences.full or answer.done:
                        break
                if answer.done:
                    await read_out(pieces)
        if patience.cancelled_caught:
            raise self._model.error("timeout")
        if not (answer.end or answer.done or sentences.full):
            raise self._model.error("broken", "the answer has no end")

    def _be_patient(self, scope: anyio.CancelScope) -> None:
        scope.deadline = anyio.current_time() + self._options.timeout

    def _bill(self, question: Question, answer: Answer, sentences: Sentences) -> None:
        for name, count in answer.usage.items():
            self._usage[name] = self._usage.get(name, 0) + count
        guess = _read(question) + tokens(sentences.said)
        self._history.spent += sum(answer.usage.values()) or guess

    async def _say(self, sentence: str) -> None:
        self._said.append(sentence)
        await self.give(parse_response({"response_type": "text", "text": sentence}))


def _read(question: Question) -> int:
    """Tokens, about."""
    return tokens([question.instructions, *question.messages])
