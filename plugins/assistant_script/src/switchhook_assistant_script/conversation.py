"""One call's way through a script."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from switchhook import AssistantError, CallInfo, ReplyContext, Response, Turn, parse_response

from .digits import collect_keyed, collect_spoken
from .format import Digits, Script, ScriptedAnswer
from .matching import closest
from .variables import evaluate, fill

logger = logging.getLogger(__name__)

WAITING = ScriptedAnswer()
"""While more digits are to come, nothing is said."""


class ScriptAssistant:
    def __init__(self, script: Script) -> None:
        self._script = script

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[ScriptConversation]:
        yield ScriptConversation(self._script, call)


class ScriptReply:
    def __init__(
        self, responses: Iterator[Response], matched: bool, context: ReplyContext, delay: float
    ) -> None:
        self.matched, self.context = matched, context
        self._responses, self._delay = responses, delay

    def __aiter__(self) -> AsyncIterator[Response]:
        return self

    async def __anext__(self) -> Response:
        delay, self._delay = self._delay, 0.0
        await anyio.sleep(delay)
        for response in self._responses:
            return response
        raise StopAsyncIteration


@dataclass(frozen=True, slots=True)
class _Choice:
    answer: ScriptedAnswer
    matched: bool = True
    digits: Mapping[str, str] = field(default_factory=dict)  # those that slots have collected, by variable


class ScriptConversation:
    """Knows the step it is at and the digits it holds. Variables come with each turn and go back with its
    reply, as in watsonx."""

    def __init__(self, script: Script, call: CallInfo) -> None:
        self._script, self._call = script, call
        self._at = next(iter(script.steps))
        self._held = ""
        self._busy = False

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[ScriptReply]:
        if self._busy:
            raise AssistantError("a turn was sent while the reply to another was open")
        self._busy = True
        try:
            yield self._reply(turn)
        finally:
            self._busy = False

    def _reply(self, turn: Turn) -> ScriptReply:
        choice = self._choose(turn)
        variables = {**turn.variables, **choice.digits}
        for assignment in choice.answer.assignments:
            variables[assignment.name] = evaluate(assignment.value, variables, self._unset)
            if variables[assignment.name] is None:
                del variables[assignment.name]
        items = [fill(item, variables, self._unset) for item in choice.answer.items]
        context = ReplyContext(variables, choice.answer.post_response_timeout)
        return ScriptReply(map(parse_response, items), choice.matched, context, choice.answer.delay)

    def _unset(self, name: str) -> None:
        logger.warning("call %s: session variable %r is not set", self._call.id, name)

    # --- where the turn leads

    def _choose(self, turn: Turn) -> _Choice:
        if turn.kind == "start":
            return self._enter(self._at)
        if turn.kind == "no_input":
            return self._hear_nothing()
        text = turn.text if turn.input is None else turn.input.get("text")
        if not isinstance(text, str):  # an option may send anything
            text = ""
        keyed = turn.kind == "digits" and turn.input is None
        return self._take_digits(text, keyed) or self._take_words(text)

    def _enter(self, name: str, digits: Mapping[str, str] | None = None) -> _Choice:
        self._at, self._held = name, ""
        return _Choice(self._script.steps[name], digits=digits or {})

    def _hear_nothing(self) -> _Choice:
        """Nothing was heard: the caller may have keyed a number without # and wait."""
        for name, slot in self._slots():
            if len(self._held) >= slot.shortest:
                return self._fill_slot(name, slot, self._held)
        self._held = ""
        return _Choice(self._script.steps[self._at].no_input or self._script.no_input)

    def _slots(self) -> Iterator[tuple[str, Digits]]:
        """The slots for digits: they count only if the step that was spoken last asks for them by name."""
        for name in self._script.steps[self._at].next or ():
            slot = self._script.steps[name].digits
            if slot is not None:
                yield name, slot

    def _take_digits(self, text: str, keyed: bool) -> _Choice | None:
        waiting = None
        for name, slot in self._slots():
            collected = (collect_keyed if keyed else collect_spoken)(slot, self._held, text)
            if collected and collected.complete:
                return self._fill_slot(name, slot, collected.digits)
            waiting = waiting or collected
        if waiting is None:
            return None
        self._held = waiting.digits
        return _Choice(WAITING)

    def _fill_slot(self, name: str, slot: Digits, digits: str) -> _Choice:
        return self._enter(name, {slot.variable: digits} if slot.variable else {})

    def _take_words(self, text: str) -> _Choice:
        self._held = ""
        script, step = self._script, self._script.steps[self._at]
        phrases = [
            (name, phrase) for name in script.candidates(step) for phrase in script.steps[name].phrases
        ]
        english = self._call.language.partition("-")[0] in ("en", "")
        name = closest(text, phrases, script.threshold, english=english)
        if name is None:
            return _Choice(step.fallback or script.fallback, matched=False)
        return self._enter(name)
