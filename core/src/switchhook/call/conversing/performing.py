"""Has the responses of a reply performed: each by its handler, and what that gives in its place likewise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from types import AsyncGeneratorType
from typing import Any

import anyio
import anyio.lowlevel

from ...contract.actions import Action, Annotate, Play, Remark, Say
from ...contract.info import CallInfo
from ...contract.responses import MODELS, AudioResponse, Response, UnknownResponse
from ...plugins.asking import Hooks
from ...plugins.guard import DeclinedError, Fault, HandlerAnswer, as_actions, report, reporting
from ..dialogue.action_check import MisfitError, as_action
from ..dialogue.bounds import RESPONSES, TEXT, action_within, response_within, weight
from ..dialogue.events import ActionDue, Event, Faulted, NotPerformed

HANDLER = 10.0  # seconds that one handler may take for one response, without those that it gives
ACTIONS = 100  # that may come of one response of a reply
GIVEN = 100  # responses that handlers may give in place of one
DEEPEST = 4  # how often a response may be given in place of one that was given itself
COST = 100  # of an action, in bytes of text that take as long
CORE = "switchhook"  # the name under which it is remarked what was not taken

Take = Callable[["Place", HandlerAnswer, Action], None]


@dataclass(slots=True)
class Place:
    """One response of a reply, and how much has come of it; `handler` answered for it first. `aside`: its
    handler is only asked what would be played, and nothing is performed."""

    turn: int
    position: int
    handler: HandlerAnswer | None = None
    actions: int = 0
    given: int = 0
    performed: int = 0
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Following:
    """An async handler that goes on."""

    scope: anyio.CancelScope
    answer: HandlerAnswer


class Performing:
    """`handlers`: the async ones, each waiting for the next."""

    def __init__(self, hooks: Hooks, call: CallInfo, emit: Callable[[Event], None]) -> None:
        self._hooks, self._call, self._emit = hooks, call, emit
        self.handlers: list[Following] = []
        self._abandoned = False
        self._work = 0  # bytes that were worked on since others had their turn

    def begin(self) -> None:
        """A new reply."""
        self._abandoned, self._work = False, 0

    def abandon(self) -> None:
        """Wait for no async handler of this reply any more."""
        self._abandoned = True
        if self.handlers:
            self.handlers[0].scope.cancel()

    async def respond(self, turn: int, position: int, response: Response, take: Take) -> None:
        """To one response of a reply, of which only so many are taken. `take` is handed each final action."""
        if position <= RESPONSES:
            await self._perform(Place(turn, position), response, (), take)
        elif position == RESPONSES + 1:
            self.remark(turn, position, f"only {RESPONSES} responses of a reply are taken")
        await self._let_others(COST)

    async def _let_others(self, work: int) -> None:
        """Other calls have their turn before this one goes on, where there was much to do."""
        self._work += work
        if self._work > TEXT:
            self._work = 0
            # shielded: to cancel a reply ends what it waits for; what has come of it is still performed
            await anyio.lowlevel.cancel_shielded_checkpoint()

    def remark(self, turn: int, position: int, why: str) -> None:
        self._emit(ActionDue(turn, Remark(why), position, CORE))

    def fault(self, fault: Fault) -> None:
        self._emit(Faulted(fault.source, fault.hook, fault.error, line=fault.line))

    def blame(
        self, answer: HandlerAnswer, why: str, error: BaseException | None = None, *, counts: bool = True
    ) -> None:
        """`counts`: among the faults after which its plugin rests."""
        if counts:
            self._hooks.failed(answer)
        with reporting(self.fault):
            report(Fault(answer.plugin, answer.hook, why, answer.distribution, answer.own), error)

    # --- one response

    async def _perform(self, place: Place, response: Response, givers: tuple[str, ...], take: Take) -> bool:
        """Whether there may be more. `givers`: the plugins that it came from, which are not asked. If a
        handler fails before anything of the response is performed, the next one is asked; after that,
        none."""
        response = self._within(place, response)
        answers, before, failed = self._hooks.answers(response, self._call, givers), replace(place), False
        while True:
            faults: list[Fault] = []
            with reporting(faults.append):
                answer = next(answers, None)
            for fault in faults:
                self.fault(fault)
            failed = failed or bool(faults)
            if answer is None:
                return self._leave(place, response, failed=failed)
            place.handler = place.handler or answer
            source = _Source(answer, givers, take)
            more = await self._perform_by(place, source)
            begun = place.performed > before.performed
            if source.declined:
                place.handler = before.handler
                continue
            if not source.failed:
                if not self._abandoned:
                    self._hooks.worked(answer)
                return more
            if begun or not more:
                if more or not givers:  # else the handler that gave it has failed likewise
                    self._fail(place, response, begun=begun)
                return more
            failed = True
            place.handler, place.actions, place.given = before.handler, before.actions, before.given

    def _leave(self, place: Place, response: Response, *, failed: bool) -> bool:
        """Nobody is left to perform it; the reply goes on."""
        if failed:
            self._fail(place, response, begun=False)
        else:
            kind, misfit = response.response_type, isinstance(response, UnknownResponse)
            problem = response.problem if isinstance(response, UnknownResponse) else "no plugin performs it"
            # of our own types: the caller was to have something of it
            self._emit(NotPerformed(place.turn, kind, problem, misfit and kind in MODELS and not place.aside))
        return True

    def _fail(self, place: Place, response: Response, *, begun: bool) -> None:
        why = "its handler failed half way" if begun else "its handlers failed"
        heard = not place.aside
        self._emit(NotPerformed(place.turn, response.response_type, why, heard, begun and heard))

    async def _perform_by(self, place: Place, source: _Source) -> bool:
        try:
            actions = as_actions(source.answer.actions)
            if isinstance(actions, AsyncGeneratorType):
                return await self._follow(place, source, actions)
            for item in actions:
                if not await self._act(place, source, item):
                    return False
        except DeclinedError:
            source.declined = True
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything, also later
            self._blame(source, type(error).__name__, error)
        return True

    def _blame(
        self, source: _Source, why: str, error: BaseException | None = None, by: HandlerAnswer | None = None
    ) -> None:
        source.failed = True
        self.blame(by or source.answer, why, error)

    async def _follow(self, place: Place, source: _Source, actions: AsyncGeneratorType[Any, Any]) -> bool:
        more = True
        scope = anyio.CancelScope(deadline=anyio.current_time() + HANDLER)
        self.handlers.append(Following(scope, source.answer))
        try:
            with scope:
                if self._abandoned:
                    scope.cancel()
                async with aclosing(actions):
                    async for item in actions:
                        left, scope.deadline = scope.deadline - anyio.current_time(), float("inf")
                        more = await self._act(place, source, item)
                        scope.deadline = anyio.current_time() + left
                        if not more:
                            break
        finally:
            self.handlers.pop()
        if scope.cancelled_caught:
            if self._abandoned:
                self.blame(source.answer, "was left, as the next turn was due", counts=False)
            else:
                self._blame(source, f"took longer than {HANDLER:g} s")
        return more

    def _within(self, place: Place, response: Response) -> Response:
        taken, remarks = response_within(response)
        if remarks:
            self.remark(place.turn, place.position, "; ".join(dict.fromkeys(remarks)))
        self._work += weight(taken, TEXT)
        return taken

    # --- what a handler gives

    async def _act(self, place: Place, source: _Source, item: object) -> bool:
        """Whether the handler may go on."""
        before = place.performed
        if isinstance(item, Response):
            more = await self._give(place, source, item, source.take)
        else:
            more = await self._ask(place, source, item)
        if place.performed > before or not more:
            source.failed = not more
        await self._let_others(COST)
        return more

    async def _give(self, place: Place, source: _Source, response: Response, take: Take) -> bool:
        givers = (*source.givers, source.answer.plugin)
        if len(givers) > DEEPEST:
            self.blame(source.answer, f"gave a response, the {len(givers)}th that came of another")
            return True
        if place.given == GIVEN:
            self._blame(source, f"gave more than {GIVEN} responses", by=place.handler)
            return False
        place.given += 1
        return await self._perform(place, response, givers, take)

    async def _ask(self, place: Place, source: _Source, action: object) -> bool:
        if place.actions == ACTIONS:
            self._blame(source, f"asked for more than {ACTIONS} actions", by=place.handler)
            return False
        place.actions += 1
        if isinstance(action, Say) and isinstance(action.otherwise, AudioResponse):
            action = replace(action, otherwise=await self._recording(place, source, action.otherwise))
        try:
            within, why = action_within(as_action(action))
        except MisfitError as error:
            self._blame(source, str(error))
            return True
        if why:
            self.remark(place.turn, place.position, why)
        with reporting(self.fault):
            rewritten = self._hooks.rewrite(within, self._call)
        for each in rewritten:
            final, why = within, ""
            try:
                if each is not within or not isinstance(each, Say):  # else nobody could change what is in it
                    final, why = action_within(as_action(each))
            except MisfitError as error:
                self.blame(replace(source.answer, hook="rewrite_action"), str(error))
                continue
            if why:
                self.remark(place.turn, place.position, why)
            self._work += len(final.text) if isinstance(final, Say) else 0
            source.take(place, source.answer, final)
            place.performed += not isinstance(each, Remark | Annotate)
        return True

    async def _recording(self, place: Place, source: _Source, response: AudioResponse) -> Play | None:
        """The sound that would be played for it; the rest of what its handler asks for is not performed."""
        played: list[Play] = []

        def keep(_: Place, __: HandlerAnswer, action: Action) -> None:
            if isinstance(action, Play):
                played.append(action)

        aside = replace(place, actions=0, aside=True)
        await self._give(aside, source, response, keep)
        place.given = aside.given
        return played[0] if played else None


@dataclass(slots=True)
class _Source:
    """A handler's answer, the plugins that its response came from, and where its final actions go. `failed`:
    the last thing that came of it was a fault; `declined`: the response is not its own after all."""

    answer: HandlerAnswer
    givers: tuple[str, ...]
    take: Take
    failed: bool = False
    declined: bool = False
