"""What a model may do: each tool is checked against what the connector allows, and becomes responses."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from traceback import walk_tb
from typing import Any, Literal

import anyio
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import PydanticJsonSchemaWarning

from switchhook import CallInfo, Response, SettingsError, parse_response

from .messages import CalledTool
from .model import ToolForm
from .options import ToolOptions

logger = logging.getLogger(__name__)

KEYS = "0123456789*#ABCD"
OURS = {"hand_over", "end_call", "set_variable", "collect_keys", "send_keys", "play", "change_language"}
STRICT = ConfigDict(extra="forbid", protected_namespaces=())
RESULT = 4_000  # characters of one that the model is told


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ends`: the bot's part is over, and nothing more is asked for. `again`: the model has to be told the
    result before it can answer. `collects`: the variable that is to hold the keys that come next."""

    result: str = "done"
    responses: tuple[Response, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    ends: bool = False
    again: bool = False
    collects: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    about: str
    model: type[BaseModel]
    run: Callable[[Any, CallInfo], Awaitable[Outcome]]

    @property
    def form(self) -> ToolForm:
        return ToolForm(self.name, self.about, schema_of(self.model))


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema. Raises PydanticUserError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)  # of a default that JSON has no form for
        schema = model.model_json_schema()
    schema.pop("title", None)
    schema.setdefault("properties", {})
    return schema


class Toolbox:
    """`functions` are the author's own. Raises SettingsError."""

    def __init__(self, options: ToolOptions, functions: list[Tool]) -> None:
        self._options = options
        self._tools = {tool.name: tool for tool in _ours(options)}
        for tool in functions:
            if tool.name in OURS:
                raise SettingsError(
                    f"tools.functions: {tool.name}: there is such a tool; name yours otherwise"
                )
            self._tools[tool.name] = tool
        self.forms = [tool.form for tool in self._tools.values()]

    async def run(self, called: CalledTool, call: CallInfo) -> Outcome:
        """What the model asked for beyond what it may is not done, and it is told so."""
        tool = self._tools.get(called.name)
        if tool is None:
            return _refused(call, "a tool", f"there is no tool {called.name}")
        try:
            arguments = tool.model.model_validate_json(called.arguments or "{}")
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return _refused(call, f"something of {tool.name}", f"{where}: {first['msg']}")
        outcome = Outcome("failed: it took too long", again=True)
        try:
            with anyio.move_on_after(self._options.timeout):
                outcome = await tool.run(arguments, call)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an author's function may raise anything
            raised = type(error).__name__
            logger.warning("call %s: the tool %s raised %s%s", call.id, tool.name, raised, _place(error))
            return Outcome("failed", again=True)
        return outcome


def _place(error: BaseException) -> str:
    """Where its author has to look; what it says may hold a caller's words."""
    *_, innermost = walk_tb(error.__traceback__)
    frame, line = innermost
    return f" at {frame.f_code.co_filename}:{line}"


def _refused(call: CallInfo, what: str, why: str) -> Outcome:
    """`why` may hold anything that somebody has talked the model into, so it is not logged."""
    logger.warning("call %s: the model asked for %s that it may not", call.id, what)
    return Outcome(f"refused: {why}", again=True)


def _ours(options: ToolOptions) -> Iterator[Tool]:
    if options.hand_over is not None:
        yield _hand_over(options.hand_over)
    if options.end_call:
        about = "End the call, when the caller has nothing more to ask. Say goodbye before."
        yield _tool("end_call", about, lambda _: Outcome(responses=_one("end_session"), ends=True))
    if options.set_variables:
        yield _set_variable(options.set_variables)
    if options.collect_keys:
        yield _collect_keys(options.set_variables)
    if options.send_keys:
        pressed = (str, Field(pattern=r"^[0-9*#A-D]{1,40}$"))
        yield _tool("send_keys", "Sound keys of a telephone.", _send_keys, keys=pressed)
    if options.play:
        yield _play(options.play)
    if options.languages:
        tag = (_one_of(options.languages), ...)
        yield _tool("change_language", "Go on in another language.", _change_language, language=tag)


def _tool(name: str, about: str, perform: Callable[[Any], Outcome], /, **fields: Any) -> Tool:
    async def run(arguments: Any, _: CallInfo) -> Outcome:
        return perform(arguments)

    return Tool(name, about, create_model(name, __config__=STRICT, **fields), run)


def _one_of(names: list[str]) -> Any:
    return Literal[tuple(names)]


def _one(kind: str, **fields: Any) -> tuple[Response, ...]:
    return (parse_response({"response_type": kind, **fields}),)


def _hand_over(queues: list[str]) -> Tool:
    def perform(asked: Any) -> Outcome:
        target = {"target": {"queue": {"name": asked.queue}}} if queues else {}
        told = {"message_to_human_agent": asked.summary, "topic": asked.intent, "transfer_info": target}
        return Outcome(responses=_one("connect_to_agent", **told), ends=True)

    summary = (str, Field(max_length=1_000, description="what the person has to know, in two sentences"))
    intent = (str, Field("", max_length=100, description="what the caller wants, in three words"))
    fields = {"summary": summary, "intent": intent} | ({"queue": (_one_of(queues), ...)} if queues else {})
    return _tool("hand_over", "Give the call to a person. Tell the caller before.", perform, **fields)


def _set_variable(names: list[str]) -> Tool:
    def perform(asked: Any) -> Outcome:
        return Outcome(variables={asked.name: asked.value})

    fields = {"name": (_one_of(names), ...), "value": (str, Field(max_length=1_000))}
    return _tool("set_variable", "Keep a value for who handles the call next.", perform, **fields)


def _collect_keys(names: list[str]) -> Tool:
    def perform(asked: Any) -> Outcome:
        fewest, most = sorted((asked.fewest, asked.most))
        exact = {"count": most}
        between = {"minimum_count": fewest, "maximum_count": most, "termination_key": "#"}
        parameters = {**(exact if fewest == most else between), "sensitive": asked.confidential}
        info = {"type": "collect", "parameters": parameters}
        return Outcome(
            responses=_one("dtmf", command_info=info), collects=getattr(asked, "variable", None) or ""
        )

    number = Field(ge=1, le=50)
    confidential = (bool, Field(False, description="of a card or a password, for instance"))
    fields: dict[str, Any] = {"fewest": (int, number), "most": (int, number), "confidential": confidential}
    if names:
        fields["variable"] = (_one_of(names) | None, Field(None, description="that is to hold them"))
    about = "Have the caller key a number. Say before what to key; # ends it where its length is not fixed."
    return _tool("collect_keys", about, perform, **fields)


def _send_keys(asked: Any) -> Outcome:
    digits = [{"code": KEYS.index(key)} for key in asked.keys]
    return Outcome(responses=_one("dtmf", command_info={"type": "send", "parameters": {"digits": digits}}))


def _play(sounds: Mapping[str, str]) -> Tool:
    def perform(asked: Any) -> Outcome:
        return Outcome(responses=_one("audio", source=sounds[asked.sound]))

    return _tool("play", "Play a recording.", perform, sound=(_one_of([*sounds]), ...))


def _change_language(asked: Any) -> Outcome:
    return Outcome(
        responses=_one("user_defined", user_defined={"switchhook": {"set_language": asked.language}})
    )
