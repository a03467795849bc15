"""Every example of the page about responses of one's own, in a call."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from switchhook import CallInfo, LegInfo, Say, parse_response
from switchhook.testing import MemoryAssistant, MemoryLeg, a_call

PAGE = Path(__file__).parents[2] / "docs/how-to/own-responses.md"
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    from trio.testing import MockClock

    return "trio", {"clock": MockClock(autojump_threshold=0)}


def plugin(containing):
    """The one example that has this in it, as a module."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    [text] = [text for text in blocks if containing in text]
    module = ModuleType("example")
    exec(compile(text, str(PAGE), "exec"), module.__dict__)
    return module


def asked_for(item):
    return MemoryAssistant(lambda turn: [item] if turn.number == 1 else ["and then"])


def text(said):
    return {"response_type": "text", "text": said}


def user_defined(**payload):
    return asked_for({"response_type": "user_defined", "user_defined": payload})


async def heard(assistant, *modules, seconds=8.0):
    """What the caller hears, and the record so far."""
    async with a_call(assistant, plugins=modules) as talk:
        await talk.wait(seconds)
        return talk.heard(), talk.call.record_writer.record


async def test_a_payload_is_known_by_its_shape():
    said, record = await heard(user_defined(acme_weather={"city": "Bern"}), plugin("acme_weather"))
    assert (said, record.faults) == (["It will stay dry in Bern."], [])


@pytest.mark.parametrize("payload", [{"acme_weather": 7}, {"acme_weather": {"city": 7}}, {"other": 1}])
async def test_a_payload_of_another_shape_is_left_alone(payload):
    _, record = await heard(user_defined(**payload), plugin("acme_weather"))
    assert [one["problem"] for one in record.not_performed] == ["no plugin performs it"]


async def test_a_type_of_ones_own_comes_as_its_model():
    item = {"response_type": "forecast", "city": "Bern", "days": 3}
    said, _ = await heard(asked_for(item), plugin("response_models"))
    assert said == ["Bern stays dry for 3 days."]


async def test_one_that_does_not_fit_is_told_as_the_page_says():
    _, record = await heard(asked_for({"response_type": "forecast"}), plugin("response_models"))
    [fault] = record.faults
    assert f"`{fault['error']}`" in PAGE.read_text()


async def test_the_caller_hears_something_while_it_is_looked_up():
    said, record = await heard(user_defined(acme_order="17"), plugin("acme_order"))
    assert said == ["One moment, I am looking for your order.", "Your order is on its way."]
    assert record.faults == []


async def test_what_is_not_found_in_time_is_said():
    slow = plugin("acme_order")

    async def never(number):
        import anyio

        await anyio.sleep_forever()

    slow.look_up = never
    said, record = await heard(user_defined(acme_order="17"), slow, seconds=12)
    assert (said[-1], record.faults) == ("I cannot find your order just now.", [])


async def test_both_kinds_live_side_by_side():
    modules = plugin("acme_weather"), plugin("acme_order"), plugin("response_models")
    said, _ = await heard(user_defined(acme_weather={"city": "Bern"}), *modules)
    other, _ = await heard(user_defined(acme_order="18"), *modules)
    assert (said, other[-1]) == (["It will stay dry in Bern."], "I cannot find your order just now.")


async def test_state_is_of_a_call_and_of_the_process():
    greeter = plugin("greeter_welcome")
    kept = {"settings": greeter.Greeter(), "calls": 0}
    welcome = greeter.handle_user_defined
    asked = parse_response({"response_type": "user_defined", "user_defined": {"greeter_welcome": 1}})
    first, second = CallInfo("1", "support"), CallInfo("2", "support")
    assert welcome(asked, first, kept) == Say("Welcome, you are caller number 1.")
    assert welcome(asked, first, kept) == []
    assert welcome(asked, second, kept) == Say("Welcome, you are caller number 2.")


async def test_settings_reach_the_hooks_by_the_lifespan():
    greeter = plugin("greeter_welcome")

    class App:
        def settings_of(self, name):
            return greeter.Greeter(greeting="Moin") if name == "greeter" else None

    async with greeter.lifespan(App()) as kept:
        assert kept["settings"].greeting == "Moin"


async def test_what_is_said_is_redacted_and_the_rest_is_as_it_was():
    card = "Your card 4111 1111 1111 1234 is on its way."
    said, record = await heard(asked_for(text(card)), plugin("rewrite_action"))
    assert (said, record.faults) == (["Your card a card that ends in 1234 is on its way."], [])


@pytest.mark.parametrize(("language", "words"), [("fr-FR", "Au revoir."), ("en-US", "Goodbye.")])
async def test_what_is_said_is_translated_for_who_speaks_the_language(language, words):
    leg = MemoryLeg(LegInfo("1", "test", language=language))
    async with a_call(asked_for(text("Goodbye.")), plugins=[plugin("rewrite_action")], leg=leg) as talk:
        await talk.wait(3)
        assert talk.heard() == [words]


async def test_what_a_handler_says_is_rewritten_likewise():
    said, _ = await heard(
        user_defined(acme_weather={"city": "4111 1111 1111 1234"}),
        plugin("acme_weather"),
        plugin("rewrite_action"),
    )
    assert said == ["It will stay dry in a card that ends in 1234."]
