"""The hooks as one connector sees them: the plugins it uses, in the order they are asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any

from pydantic import BaseModel

from ..contract.actions import Action, Say
from ..contract.audio import AudioFormat, Codec
from ..contract.errors import Unplayable
from ..contract.findings import AdminPage
from ..contract.hook import MOST
from ..contract.hookspecs import HOOKS
from ..contract.info import CallInfo
from ..contract.responses import MODELS, Response, UnknownResponse
from ..contract.texts import as_words
from .guard import Fault, HandlerAnswer, Report, report
from .loader import Plugin, Plugins

RESTS = "rests, as it has failed again and again"


class Hooks:
    def __init__(self, plugins: Plugins, chosen: Sequence[Plugin]) -> None:
        names = (name for name, hook in HOOKS.items() if hook.phase == "call")
        self._call = {name: plugins.caller(name, chosen) for name in names}
        # who have it, in the order they are asked
        self._impls = {name: caller.get_hookimpls()[::-1] for name, caller in self._call.items()}
        used = {plugin.name for plugin in chosen}
        self._guard = plugins.guard
        self._claims = {name: claim for name, claim in plugins.claims.items() if claim.plugin in used}

    def handle(
        self, response: Response, call: CallInfo, without: Collection[str] = ()
    ) -> HandlerAnswer | None:
        """The answer of the first plugin that handles it; those named in `without` are not asked."""
        return next(self.answers(response, call, without), None)

    def answers(
        self, response: Response, call: CallInfo, without: Collection[str] = ()
    ) -> Iterator[HandlerAnswer]:
        """The answers of the plugins that handle it. The first counts; the others are only asked for if that
        fails. Who claims a type by name is asked before others."""
        known = MODELS.get(response.response_type)
        kind = response.response_type if known and isinstance(response, known) else "unknown"
        unknown = response if isinstance(response, UnknownResponse) else None
        claim = self._claims.get(unknown.response_type) if unknown else None
        impls = self._impls[f"handle_{kind}"]
        if claim is not None:
            impls = sorted(impls, key=lambda impl: impl.plugin_name != claim.plugin)
        for impl in impls:
            if impl.plugin_name in without or self._rests(impl.plugin_name, f"handle_{kind}", call):
                continue
            seen: BaseModel | None = response
            if unknown is not None and claim is not None and claim.plugin == impl.plugin_name:
                seen = claim.read(unknown)
            if seen is None:
                continue
            given = {"response": seen, "call": call, "plugin": None}  # the guard fills in `plugin`
            answer: HandlerAnswer | None = impl.function(*[given[name] for name in impl.argnames])
            if answer is not None:
                yield answer

    def _rests(self, plugin: str, hook: str, call: CallInfo) -> bool:
        breaker = self._guard.breaker
        if resting := bool(breaker.resting_since) and breaker.rests(plugin, hook, call.began):
            report(Fault(plugin, hook, RESTS))
        return resting

    def failed(self, answer: HandlerAnswer) -> None:
        """What it gave was a fault, also later."""
        self._guard.failed(answer.plugin, answer.hook)

    def worked(self, answer: HandlerAnswer) -> None:
        """All of it was performed."""
        if self._guard.breaker.failing:
            self._guard.breaker.worked(answer.plugin, answer.hook)

    def handles(self, kind: str) -> bool:
        """Whether any plugin performs responses of that type."""
        return bool(self._impls[f"handle_{kind}"])

    def rewrite(self, action: Action, call: CallInfo) -> list[Action]:
        """The actions that come of it when every plugin, in turn, has rewritten it."""
        actions, breaker = [action], self._guard.breaker
        arguments = {"call": call, "plugin": None}
        for impl in self._impls["rewrite_action"]:
            if breaker.resting_since and breaker.rests(impl.plugin_name, "rewrite_action", call.began):
                continue
            after: list[Action] = []
            for one in actions:
                given = {**arguments, "action": one}
                result = impl.function(*[given[name] for name in impl.argnames])
                made = [one] if result is None else result if isinstance(result, list) else [result]
                after += [_said_like(one, each) for each in made]
            if len(after) > MOST:  # of several that became more
                report(Fault(impl.plugin_name, "rewrite_action", f"makes more than {MOST} actions of one"))
                self._guard.failed(impl.plugin_name, "rewrite_action")
            else:
                actions = after
        return actions

    def tell(self, hook: str, **arguments: Any) -> None:
        if self._impls[hook]:
            self._call[hook](**arguments, plugin=None)

    def measure(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        self.tell("measured", name=name, value=value, labels=labels)

    def measuring(self, connector: str) -> Callable[..., None]:
        """`measure` for its calls: of a name, a value, and more labels."""

        def measure(name: str, value: float, **labels: str) -> None:
            self.tell("measured", name=name, value=value, labels={"connector": connector, **labels})

        return measure

    def taps(self, call: CallInfo, audio: AudioFormat) -> list[HandlerAnswer]:
        """The plugins that want to hear the call; the `actions` of each is its Tap."""
        given: list[HandlerAnswer] = self._call["create_tap"](call=call, audio=audio, plugin=None)
        return given

    def give(self, tap: HandlerAnswer, side: str, audio: bytes, at: float, to: Report) -> bool:
        """Audio of that side, to a Tap. False: it has raised, and the fault was told `to`."""
        return self._guard.give(tap, side, audio, at, to)

    def admin_page(self, path: str) -> AdminPage | None:
        page: AdminPage | None = self._call["admin_page"](path=path, plugin=None)
        return page

    def merge_pages(
        self, path: str, pages: Mapping[int, AdminPage], gone: Sequence[AdminPage]
    ) -> AdminPage | None:
        """`pages` by the numbers of the workers."""
        merge, each = self._call["merge_pages"], list(pages.values())
        page: AdminPage | None = merge(path=path, pages=each, slots=list(pages), gone=gone, plugin=None)
        return page

    def codec(self, audio: AudioFormat) -> Codec | None:
        codec: Codec | None = self._call["create_codec"](audio=audio, plugin=None)
        return codec

    async def load_audio(self, data: bytes, audio: AudioFormat) -> bytes | None:
        """Samples from the first plugin that reads such files; None: no plugin does. Raises Unplayable if
        none can, and one says why."""
        given = {"data": data, "audio": audio, "plugin": None}
        refused: Unplayable | None = None
        for impl in self._impls["load_audio"]:
            try:
                answer = impl.function(*(given[name] for name in impl.argnames))
                samples: bytes | None = await answer if isawaitable(answer) else answer
            except Unplayable as error:
                refused = error
            else:
                if samples is not None:
                    return samples
        if refused is not None:
            raise refused
        return None


def _said_like(action: Action, made: Action) -> Action:
    """Who rewrites a text that was made of Markdown has words before it, and writes words."""
    if not (isinstance(action, Say) and isinstance(made, Say) and isinstance(made.text, str)):
        return made  # whatever it is: what is no action is found later
    return made if made is action else replace(made, text=as_words(made.text, action.text))
