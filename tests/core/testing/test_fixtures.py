"""What pytest offers wherever switchhook is installed."""

from types import ModuleType

import anyio
import pytest

from switchhook import CallInfo, PluginError, Say, TextResponse, hookimpl, parse_response
from switchhook.testing import actions_of

WEATHER = {"response_type": "user_defined", "user_defined": {"weather": "today"}}


def plugin(function):
    function.__name__ = "handle_user_defined"
    module = ModuleType("plugin")
    vars(module)["handle_user_defined"] = hookimpl(function)
    return module


@pytest.mark.parametrize(
    "answer",
    [
        lambda: Say("dry"),
        lambda: [Say("dry")],
        lambda: (each for each in [Say("dry")]),
    ],
)
def test_what_a_handler_gives_is_a_list(switchhook_handle, answer):
    assert switchhook_handle(plugin(lambda response: answer()), WEATHER) == [Say("dry")]


def test_an_async_generator_is_read_out_in_virtual_time(switchhook_handle):
    def slow(response):
        async def answer():
            yield Say("One moment.")
            await anyio.sleep(9)
            yield Say("dry")

        return answer()

    assert switchhook_handle(plugin(slow), WEATHER) == [Say("One moment."), Say("dry")]


def test_a_response_may_be_a_model_and_may_be_given(switchhook_handle):
    text = parse_response({"response_type": "text", "text": "dry"})
    given = switchhook_handle(plugin(lambda response: text), parse_response(WEATHER))
    assert given == [text]
    assert isinstance(given[0], TextResponse)


def test_what_is_not_the_plugins_is_none(switchhook_handle):
    assert switchhook_handle(plugin(lambda response: None), WEATHER) is None
    assert switchhook_handle(plugin(lambda response: 1 / 0), {"response_type": "text", "text": "a"}) is None


def test_a_handler_sees_the_call_and_what_its_lifespan_yields(switchhook_handle):
    call = CallInfo("1", "bank", variables={"name": "Kim"})
    greet = plugin(lambda response, call, plugin: Say(f"{call.variables['name']} {plugin} {call.plugin}"))
    assert switchhook_handle(greet, WEATHER, call=call, value=3) == [Say("Kim 3 3")]


def test_what_a_handler_raises_is_raised(switchhook_handle):
    with pytest.raises(ZeroDivisionError):
        switchhook_handle(plugin(lambda response: 1 / 0), WEATHER)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda: "dry", r"handle_user_defined returned str: say Say\(text\)"),
        (lambda: [3], "asked for int, which is no action"),
        (lambda: [Say(None)], "asked for Say with a wrong text"),
        (lambda: iter(lambda: Say("on and on"), None), "more than 100 actions"),
    ],
)
def test_what_no_call_performs_is_a_type_error(switchhook_handle, answer, why):
    with pytest.raises(TypeError, match=why):
        switchhook_handle(plugin(lambda response: answer()), WEATHER)


def test_a_handler_that_would_be_refused_when_it_is_loaded_is_refused_here(switchhook_handle):
    with pytest.raises(PluginError):
        switchhook_handle(plugin(lambda answer: None), WEATHER)


def test_a_handler_that_waits_longer_than_a_call_lets_it_is_a_timeout(switchhook_handle):
    def slow(response):
        async def answer():
            await anyio.sleep(11)
            yield Say("late")

        return answer()

    with pytest.raises(TimeoutError):
        switchhook_handle(plugin(slow), WEATHER)


@pytest.mark.anyio
async def test_an_async_test_reads_a_handler_out_itself():
    assert await actions_of(plugin(lambda response: Say("dry")), WEATHER) == [Say("dry")]


def test_a_whole_call_is_heard(switchhook_call):
    async def caller(talk):
        await talk.wait(5)
        talk.say("how is the weather")
        await talk.wait(5)
        talk.leg.close()
        await talk.over()

    talk = switchhook_call(
        caller,
        lambda turn: [WEATHER] if turn.text else ["Hello."],
        plugins=[plugin(lambda response: Say("dry"))],
    )
    assert talk.heard() == ["Hello.", "dry"]
    assert talk.record.outcome == "hung_up"


def test_what_a_caller_asserts_fails_the_test(switchhook_call):
    async def caller(talk):
        assert talk.heard() == ["something else"]

    with pytest.raises(AssertionError, match="something else"):
        switchhook_call(caller, lambda turn: ["Hello."])
