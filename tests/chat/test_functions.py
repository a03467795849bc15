"""An author's own functions: those that a connector names are found, and have a schema."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import EntryPoint
from typing import Annotated

import pytest
from pydantic import BaseModel

from switchhook import CallInfo, Options, SettingsError
from switchhook_chat import ToolOptions, functions
from switchhook_chat.tools import OURS, Toolbox
from switchhook_http import Threads


def no_type(town):
    return town


def many(*towns: str):
    return towns


def unknown(town: "Nothing"):  # type: ignore[name-defined]  # noqa: F821
    return town


class Strange:
    pass


def yields(town: str):
    yield town


async def yields_slowly(town: str):
    yield town


class Called:
    def __call__(self, town: str):
        return town


def strange(town: Strange):
    return town


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (no_type, "own: parameter town: expected a type"),
        (many, "own: parameter towns: expected one that is given by name"),
        (unknown, "Nothing"),
        (strange, "Strange'>; expected a plain function, and types that JSON has a form for"),
        (yields, "own: it yields"),
        (yields_slowly, "own: it yields"),
        (Called(), "own: .*expected a plain function"),
        (int, "own: .*expected a plain function"),
        (print, "own: .*expected a plain function"),
    ],
)
def test_a_function_without_a_schema_is_refused_at_the_start(function, said):
    with pytest.raises(SettingsError, match=said):
        functions.tool_of("own", function, None)


def installed(monkeypatch, *values):
    found = [EntryPoint("own", value, functions.GROUP) for value in values]
    monkeypatch.setattr(functions, "entry_points", lambda group: found if group == functions.GROUP else [])


def test_a_function_is_found_by_its_entry_point(monkeypatch):
    installed(monkeypatch, "switchhook:plain_text")
    (tool,) = functions.load(["own"])
    assert tool.form.name == "own"
    assert tool.form.parameters["required"] == ["text"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "own: expected an entry point of"),
        (["switchhook:plain_text", "switchhook:visible"], "2 distributions have one of that name"),
        (["no_such_module:tool"], "own: cannot be imported: No module named"),
        (["switchhook:no_such_name"], "own: cannot be imported"),
        (["math:pi"], "own: math:pi is no function"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_at_the_start(monkeypatch, values, said):
    installed(monkeypatch, *values)
    with pytest.raises(SettingsError, match=said):
        functions.load(["own"])


@pytest.mark.parametrize("name", ["order status", "ordér", "a" * 65, "a.b", ""])
def test_a_name_that_services_do_not_take_is_refused(name):
    with pytest.raises(SettingsError, match="expected a name of letters, digits"):
        functions.tool_of(name, no_type, None)


def test_a_function_takes_the_place_of_no_tool_of_ours():
    offers = {"hand_over": [], "end_call": True, "set_variables": ["a"], "collect_keys": True}
    more = {"send_keys": True, "play": {"a": "b"}, "languages": ["en"]}
    options = Options({**offers, **more}, place="tools", base=None).parse(ToolOptions)
    names = {form.name for form in Toolbox(options, []).forms}
    assert names == OURS
    for name in names:
        with pytest.raises(SettingsError, match=f"{name}: there is such a tool"):
            Toolbox(ToolOptions(), [functions.tool_of(name, Called().__call__, None)])


# --- whatever parameters are called, and whatever comes back


def named_like_attributes(schema: str, json: int, _hidden: str, model_config: str, copy: str = "c"):
    return [schema, json, _hidden, model_config, copy]


async def run(function, call=None, **arguments):
    tool = functions.tool_of("own", function, Threads(1))
    return (await tool.run(tool.model.model_validate(arguments), call)).result


@pytest.mark.anyio
async def test_a_parameter_may_have_any_name():
    given = {"schema": "s", "json": 1, "_hidden": "h", "model_config": "m"}
    assert await run(named_like_attributes, **given) == '["s", 1, "h", "m", "c"]'
    form = functions.tool_of("own", named_like_attributes, None).form
    assert list(form.parameters["properties"]) == [*given, "copy"]
    assert form.parameters["required"] == [*given]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "hint", [CallInfo, CallInfo | None, Annotated[CallInfo, "whose"], Annotated[CallInfo | None, "whose"]]
)
async def test_a_model_cannot_say_whose_call_it_is(hint):
    def whose(town: str, call=None):
        return f"{town} {call.ani}"

    whose.__annotations__["call"] = hint
    assert list(functions.tool_of("own", whose, None).form.parameters["properties"]) == ["town"]
    assert await run(whose, CallInfo("call", "support", ani="+1555"), town="Rome") == "Rome +1555"
    with pytest.raises(ValueError, match="call"):
        functions.tool_of("own", whose, None).model.model_validate({"town": "Rome", "call": {}})


class Order(BaseModel):
    number: int


@dataclass
class Parcel:
    weight: float


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        ([Order(number=1)], '[{"number": 1}]'),
        ({"it": Parcel(1.5)}, '{"it": {"weight": 1.5}}'),
        ({"on": date(2026, 5, 1), "by": {"post"}}, '{"on": "2026-05-01", "by": ["post"]}'),
        ({(1, 2): "pair"}, '{"1,2": "pair"}'),
        (b"\xff", '"_w=="'),
        (ValueError("none"), '"none"'),
        ("Zürich", "Zürich"),
        (["Zürich"], '["Zürich"]'),
    ],
)
async def test_what_comes_back_is_written_as_json(result, told):
    async def slow():
        return result

    assert await run(lambda: result) == told
    assert await run(slow) == told

    def hidden():
        return slow()

    assert await run(hidden) == told
