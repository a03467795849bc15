"""Response types of an author's own: claimed by name, read with the author's own model."""

import logging
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from switchhook import CallInfo, EndCall, PluginError, Say, UnknownResponse, hookimpl, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.guard import reporting
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.testing import MemoryAssistant, a_call

CALL = CallInfo("1", "support")
SECRET = "4711"


class Weather(BaseModel):
    city: str
    days: int = 1


class Forecaster:
    """Claims a type, and handles what it is given of it."""

    def __init__(self, models={"weather": Weather}):  # noqa: B006  # never changed
        self.models, self.given = models, []

    @hookimpl
    def response_models(self):
        if isinstance(self.models, Exception):
            raise self.models
        return self.models

    @hookimpl
    def handle_unknown(self, response):
        self.given.append(response)
        return Say(f"dry in {response.city}") if isinstance(response, Weather) else None


class TakesAll:
    """Of a stranger who has something to say to whatever nobody knows."""

    def __init__(self):
        self.given = []

    @hookimpl
    def handle_unknown(self, response):
        self.given.append(response)
        return Say(f"no {response.response_type} here")


def held(**modules):
    plugins = Plugins()
    for name, module in reversed(modules.items()):
        plugins.hold(Plugin(f"responses/{name}", f"acme-{name}", "1", module))
    return plugins


def hooks(**modules):
    plugins = held(**modules)
    return Hooks(plugins, list(plugins.loaded.values()))


def weather(**fields):
    return {"response_type": "weather", **fields}


def handled(hooks, item):
    """Who answers and what, and what went wrong."""
    faults = []
    with reporting(faults.append):
        answer = hooks.handle(parse_response(item), CALL)
    return answer and (answer.plugin, answer.actions), faults


# --- what a handler is given


def test_a_response_of_a_claimed_type_comes_as_its_authors_model():
    mine = Forecaster()
    answer, faults = handled(hooks(acme=mine), weather(city="Bern", days="3"))
    assert (mine.given, faults) == ([Weather(city="Bern", days=3)], [])
    assert answer == ("responses/acme", Say("dry in Bern"))


def test_who_claims_a_type_is_asked_before_who_takes_all():
    answer, _ = handled(hooks(all=TakesAll(), mine=Forecaster()), weather(city="Bern"))
    assert answer == ("responses/mine", Say("dry in Bern"))


def test_other_plugins_still_see_it_as_unknown():
    class Declines(Forecaster):
        @hookimpl
        def handle_unknown(self, response):
            return None

    other = TakesAll()
    handled(hooks(mine=Declines(), other=other), weather(city="Bern"))
    [response] = other.given
    assert (type(response), response.raw["city"]) == (UnknownResponse, "Bern")


def test_a_type_that_nobody_claims_is_unknown_to_who_claims_another():
    mine = Forecaster()
    handled(hooks(mine=mine), {"response_type": "card"})
    assert [type(response) for response in mine.given] == [UnknownResponse]


def test_each_of_several_claims_has_its_own_model():
    class Stock(BaseModel):
        symbol: str

    mine = Forecaster({"weather": Weather, "stock": Stock})
    asking = hooks(mine=mine)
    handled(asking, weather(city="Bern"))
    handled(asking, {"response_type": "stock", "symbol": "X"})
    assert [type(response) for response in mine.given] == [Weather, Stock]


def test_a_claim_of_a_plugin_that_a_connector_does_not_use_does_not_count():
    plugins, other = held(mine=Forecaster(), other=TakesAll()), "responses/other"
    answer, faults = handled(Hooks(plugins, [plugins.loaded[other]]), weather())
    assert (answer, faults) == ((other, Say("no weather here")), [])


# --- what does not fit


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (weather(), "city: missing"),
        (weather(city="Bern", days=SECRET + "x"), "days: int_parsing"),
        (weather(days=[]), "city: missing, and 1 more"),
    ],
)
def test_a_response_that_does_not_fit_is_a_fault_that_names_plugin_and_field(item, said, caplog):
    mine, other = Forecaster(), TakesAll()
    answer, [fault] = handled(hooks(mine=mine, other=other), item)
    assert (fault.source, fault.distribution, fault.hook) == (
        "responses/mine",
        "acme-mine",
        "response_models",
    )
    assert fault.error == f"weather does not fit Weather: {said}"
    assert (mine.given, answer) == ([], ("responses/other", Say("no weather here")))
    assert SECRET not in caplog.text


class Checked(Weather):
    @field_validator("city")
    @classmethod
    def is_known(cls, city):
        raise ValueError(f"no city {city}")


def test_a_validator_of_the_authors_own_is_named_with_its_line_and_without_its_text(caplog):
    caplog.set_level(logging.DEBUG)
    _, [fault] = handled(hooks(mine=Forecaster({"weather": Checked})), weather(city=SECRET))
    assert fault.error == "weather does not fit Checked: city: value_error"
    line = Path(__file__).read_text().splitlines().index('        raise ValueError(f"no city {city}")') + 1
    assert f" at {__file__}:{line}" in caplog.text
    assert SECRET not in caplog.text


def test_a_validator_that_raises_something_else_costs_no_more():
    class Broken(Weather):
        @field_validator("city")
        @classmethod
        def look(cls, city):
            raise ZeroDivisionError

    answer, [fault] = handled(hooks(mine=Forecaster({"weather": Broken}), other=TakesAll()), weather(city=""))
    assert (fault.error, answer[0]) == ("ZeroDivisionError", "responses/other")


def test_a_field_that_the_model_forbids_is_told_and_shown_harmlessly():
    class Strict(Weather):
        model_config = ConfigDict(extra="forbid")
        response_type: str

    item = weather(city="Bern", **{"\x1b[2J" + "x" * 500: 1})
    _, [fault] = handled(hooks(mine=Forecaster({"weather": Strict})), item)
    assert fault.error.startswith("weather does not fit Strict: \\x1b[2Jxxx")
    assert len(fault.error) < 200


@pytest.mark.anyio
async def test_the_call_goes_on_and_its_record_has_plugin_and_field():
    bot = MemoryAssistant(lambda turn: [weather(days=2), "and then"] if turn.number == 1 else ["again"])
    async with a_call(bot, plugins=[Forecaster()]) as talk:
        await talk.wait(5)
        talk.say("hello")
        await talk.wait(5)
        [fault] = talk.call.record_writer.record.faults
        assert talk.heard() == ["and then", "again"]
    assert (fault["source"], fault["hook"]) == ("responses/test1", "response_models")
    assert fault["error"] == "weather does not fit Weather: city: missing"


@pytest.mark.anyio
async def test_a_response_of_an_authors_own_is_performed_in_a_call():
    bot = MemoryAssistant(lambda turn: [weather(city="Bern"), {"response_type": "end_session"}])
    async with a_call(bot, plugins=[Forecaster()]) as talk:
        record = await talk.over()
    assert (record.faults, record.not_performed, talk.heard()) == ([], [], ["dry in Bern"])


# --- what may be claimed


def refused(**modules):
    with pytest.raises(PluginError) as caught:
        held(**modules)
    return caught.value


def test_two_plugins_that_claim_one_type_are_refused_with_both_names():
    error = refused(first=Forecaster(), second=Forecaster())
    assert str(error) == (
        "plugin responses/first (from acme-first), hook response_models: claims the response type 'weather', as "
        "does responses/second (from acme-second); leave one of them out with [plugins] exclude, or have its "
        "author name the type otherwise"
    )


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ([Weather], "returned list"),
        ({"": Weather}, "claims ''"),
        ({"w" * 65: Weather}, f"claims {'w' * 65!r}"),
        ({7: Weather}, "claims 7"),
        ({"text": Weather}, "claims 'text', a type of Switchhook's own"),
        ({"weather": dict}, "has no model for 'weather', but <class 'dict'>"),
        ({"weather": Weather(city="Bern")}, "has no model for 'weather', but Weather(city='Bern', days=1)"),
    ],
)
def test_what_cannot_be_claimed_is_refused(given, cause):
    error = refused(acme=Forecaster(given))
    assert (error.plugin, error.hook, error.cause) == ("responses/acme", "response_models", cause)
    assert error.cure


def test_a_type_that_has_a_hook_is_referred_to_it():
    assert refused(acme=Forecaster({"option": Weather})).cure == "implement handle_option instead"


def test_who_claims_and_handles_nothing_is_refused():
    class Idle:
        @hookimpl
        def response_models(self):
            return {"weather": Weather}

        @hookimpl
        def handle_end_session(self, response):
            return EndCall()

    assert refused(acme=Idle()).cure == "implement handle_unknown"


def test_what_is_raised_there_is_shown_with_its_authors_line():
    error = refused(acme=Forecaster(KeyError(SECRET)))
    assert error.cause.startswith(f"KeyError at {__file__}:")


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_plugin_may_claim_nothing(nothing):
    assert held(acme=Forecaster(nothing)).claims == {}
