"""What an assistant must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

import anyio

from ...contract.assistant import Assistant, Conversation, ReplyContext, Turn, TurnKind
from ...contract.info import CallInfo
from ...contract.responses import Response
from .report import Report, Sentence, count_tasks, examine, reading

SOON = 5.0  # seconds
GIVEN = MappingProxyType({"given": "kept"})
CALL = CallInfo("conformance", "test", language="en-US")

OPENS = Sentence("a conversation opens, and the greeting turn is answered", "the caller hears nothing")
ANSWERS = Sentence(
    "a turn is answered, and the reply comes to its end", "the caller waits until patience runs out"
)
KINDS = Sentence(
    "every kind of turn is borne, with a text or without",
    "a caller who says nothing, or presses a key, is cut off",
)
TYPES = Sentence("what comes is a Response, as parse_response makes it", "no handler would be asked for it")
SAYS = Sentence("there is something to perform", "the caller hears nothing, ever")
MATCHED = Sentence("`matched` is True or False once the first response has come", "the peer is told of it")
CONTEXT = Sentence(
    "`context` is a ReplyContext once the last response has come", "timers and variables are lost"
)
MERGED = Sentence(
    "variables come back merged: those that were given and its own", "what the flow gave is lost on the way"
)
TIMERS = Sentence(
    "timers are None or seconds, not negative", "the bot would speak into the caller's first word"
)
LEAVE = Sentence(
    "a reply can be left at any time, which cancels it", "after a barge-in the caller would not be answered"
)
ON = Sentence(
    "after a reply that was left, the conversation goes on", "the first barge-in would end the conversation"
)
SEVERAL = Sentence("several conversations go on at once", "the second caller waits for the first")
CANCEL = Sentence("a cancellation is not swallowed", "the server cannot end a call, nor stop")


async def check_assistant(
    factory: Callable[[], Assistant], texts: Sequence[str] = ("hello",)
) -> list[list[Response]]:
    """Raises ContractBroken. Gives the responses to the greeting turn and to each of the texts."""
    report, replies = Report("Assistant"), list[list[Response]]()

    async def examination(assistant: Assistant) -> None:
        replies.extend(await _Examination(report, assistant, texts).run())

    await examine(report, factory, examination)
    report.close()
    return replies


class _Examination:
    def __init__(self, report: Report, assistant: Assistant, texts: Sequence[str]) -> None:
        self._report, self._assistant, self._texts = report, assistant, texts

    async def run(self) -> list[list[Response]]:
        replies = await self._converse()
        if self._report.broken(OPENS):
            self._report.give_up("no conversation opens")
            return replies
        self._report.hold(any(replies), SAYS, "a response to one of the turns", "none to any of them")
        for probe in (self._kinds, self._left, self._several, self._cancelled):
            await probe()
        await count_tasks(self._report, self._use)
        return replies

    async def _converse(self) -> list[list[Response]]:
        replies: list[list[Response]] = []
        with self._report.within(OPENS, "an answer to the greeting turn"):
            async with self._assistant.open(CALL) as conversation:
                replies.append(await self._send(conversation, Turn(1, "start", variables=GIVEN)))
                for number, text in enumerate(self._texts, 2):
                    with self._report.within(ANSWERS, f"an answer to {text!r}"):
                        turn = Turn(number, "speech", text, variables=GIVEN, confidence=0.9)
                        replies.append(await self._send(conversation, turn))
        return replies

    async def _send(self, conversation: Conversation, turn: Turn) -> list[Response]:
        responses: list[Response] = []
        async with conversation.send(turn) as reply:
            async for response in reply:
                name = type(response).__name__
                self._report.hold(isinstance(response, get_args(Response)), TYPES, "a Response", name)
                if not responses:
                    with self._report.quiet(MATCHED, "True or False"):
                        matched: object = reply.matched
                        self._report.hold(isinstance(matched, bool), MATCHED, "True or False", repr(matched))
                responses.append(response)
            with self._report.quiet(CONTEXT, "a ReplyContext"):
                self._look_at(reply.context, turn)
        return responses

    def _look_at(self, context: Any, turn: Turn) -> None:
        if not self._report.hold(isinstance(context, ReplyContext), CONTEXT, "a ReplyContext", repr(context)):
            return
        given, kept = context.variables, turn.variables
        merged = given is None or (isinstance(given, Mapping) and kept.items() <= given.items())
        self._report.hold(merged, MERGED, f"None, or {dict(kept)} and more", repr(given))
        for timer in (context.post_response_timeout, context.final_utterance_timeout):
            self._report.hold(timer is None or timer >= 0, TIMERS, "None, or 0 and more", repr(timer))

    # --- parts

    async def _kinds(self) -> None:
        text = self._texts[0] if self._texts else "hello"
        turns = [Turn(0, kind) for kind in get_args(TurnKind) if kind != "start"]
        turns += [
            Turn(0, "digits", "12#", collected=True),
            Turn(0, "speech", text, barged_in=True, heard="the words that were heard", raw={"a": 1}),
            Turn(0, "speech", text, input={"text": text}, failed=("audio",)),
        ]
        for turn in turns:
            with self._report.within(KINDS, f"an answer to a {turn.kind} turn, text {turn.text!r}"):
                async with self._assistant.open(CALL) as conversation:
                    await self._send(conversation, Turn(1, "start"))
                    second = Turn(
                        2,
                        **{name: getattr(turn, name) for name in Turn.__slots__ if name != "number"},
                    )
                    await self._send(conversation, second)

    async def _left(self) -> None:
        with self._report.within(ON, f"an answer to {self._said!r}, after two replies that were left"):
            async with self._assistant.open(CALL) as conversation:
                with self._report.within(LEAVE, "to be out of a reply that was not read", SOON):
                    async with conversation.send(Turn(1, "start")):
                        pass
                async with (
                    conversation.send(Turn(2, "speech", self._said)) as reply,
                    reading(reply) as responses,
                ):
                    await anext(responses, None)
                await self._send(conversation, Turn(3, "speech", self._said, barged_in=True))

    @property
    def _said(self) -> str:
        return self._texts[-1] if self._texts else "hello"

    async def _several(self) -> None:
        async def one() -> None:
            async with self._assistant.open(CALL) as conversation:
                await self._send(conversation, Turn(1, "start"))

        with self._report.within(SEVERAL, "three at once"):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(one)

    async def _cancelled(self) -> None:
        """While it answers; one that has all it needs may come to its end all the same."""
        whole = await self._count(None)
        scope = anyio.CancelScope()
        with self._report.within(CANCEL, "the cancellation to come through", SOON), scope:
            got = await self._count(scope)
            self._report.hold(got >= whole, CANCEL, "the cancellation to come through", "an ordinary end")

    async def _count(self, scope: anyio.CancelScope | None) -> int:
        """The responses of the greeting turn."""
        got = 0
        async with self._assistant.open(CALL) as conversation, conversation.send(Turn(1, "start")) as reply:
            if scope is not None:
                scope.cancel()
            async for _ in reply:
                got += 1
        return got

    async def _use(self) -> None:
        with self._report.within(LEAVE, "to be out", SOON):
            async with self._assistant.open(CALL) as conversation, conversation.send(Turn(1, "start")):
                pass
