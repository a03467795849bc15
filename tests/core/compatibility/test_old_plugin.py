"""A plugin that was written against 0.1 goes on working, whatever Switchhook is now."""

import hashlib
from pathlib import Path

import pytest

from switchhook import CallInfo, EndCall, Options, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.testing import MemoryAssistant, a_call
from switchhook.testing.conformance import check_assistant, check_speech_to_text, check_text_to_speech

from . import plugin_0_1 as old

AS_IT_WAS = "149792c2c1a73464bcb42735d73555ab63cdb084f00a7d4409ba9e28184a2f30"
FILE = Path(old.__file__)
pytestmark = pytest.mark.anyio


def test_its_file_is_as_it_was():
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == AS_IT_WAS, (
        f"{FILE.name} stands for plugins that others have written: mend what broke it, and not the file"
    )


def user_defined(what, **more):
    return {"response_type": "user_defined", "user_defined": {"acme": what, **more}}


async def heard(*items, seconds=6.0):
    """What is heard of these responses, and the record so far."""
    bot = MemoryAssistant(lambda turn: list(items) if turn.number == 1 else [])
    async with a_call(bot, plugins=[old]) as talk:
        await talk.wait(seconds)
        return talk.heard(), talk.call.record_writer.record, talk.call.variables.current


def test_it_is_taken_with_all_its_hooks_and_without_a_warning():
    plugin = Plugins().hold(Plugin("responses/acme", "acme", "1", old))
    assert len(plugin.hooks) == 16


async def test_its_own_response_is_performed():
    said, record, variables = await heard({"response_type": "account", "number": "7", "balance": 12})
    assert (said, record.faults, variables["balance"]) == (["Account 7."], [], 12)


async def test_it_speaks_while_it_looks_something_up():
    said, record, _ = await heard({"response_type": "account", "number": "77"}, user_defined("balance"))
    assert (said, record.faults) == (["Account 77.", "One moment.", "It is 102."], [])


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (user_defined("text", text="hello acme"), ["hello acme"]),  # who gave it is not asked for it
        (user_defined("menu"), ["Balance or bye?"]),
        ({"response_type": "text", "text": "hello acme"}, ["Hello from acme."]),
        ({"response_type": "text", "text": "the secret is 7"}, ["the hidden word is 7"]),
    ],
)
async def test_its_handlers_answer_as_they_did(item, said):
    heard_now, record, _ = await heard(item)
    assert (heard_now, record.faults) == (said, [])


async def test_its_listeners_are_told_with_what_its_lifespan_yielded():
    class App:
        settings = figures = None

        def settings_of(self, name):
            return Options({"patience": "3s"}, place="plugins.acme", base=Path()).parse(old.settings_model())

    bot = MemoryAssistant(lambda turn: ["hello"] if turn.number == 1 else [user_defined("bye")])
    async with old.lifespan(App()) as bank, a_call(bot, plugins=[old]) as talk:
        talk.call._bot.hooks._guard.values["responses/test1"] = bank
        await talk.wait(3)
        talk.say("that is all")
        await talk.over()
        findings = [finding.text async for finding in old.check(App())]
    assert bank.settings.patience == 3.0
    assert [turn.text for turn in bank.turns] == ["that is all"]
    assert [record.outcome for record in bank.ended] == ["completed"]
    assert findings == ["Welcome", "no key"]


async def test_its_assistant_answers_in_a_call():
    options = Options({"word": "moin"}, place="assistant", base=Path())
    async with a_call(old.create_assistant(options)) as talk:
        await talk.wait(3)
        talk.say("how are you")
        await talk.wait(3)
        talk.say("bye")
        record = await talk.over()
        assert talk.heard() == ["moin: hello", "moin: how are you"]
    assert (record.outcome, record.faults) == ("completed", [])


@pytest.fixture
def options():
    return Options({}, place="engine", base=Path())


async def test_its_engines_hold_what_they_held(options):
    await check_assistant(lambda: old.create_assistant(options))
    await check_text_to_speech(lambda: old.create_tts(options))
    await check_speech_to_text(lambda: old.create_stt(options), b"\x10\x00" * 8000)


async def test_its_engines_serve_a_call(options):
    voice, assistant = old.create_tts(options), old.create_assistant(options)
    async with a_call(assistant, voices=(voice,)) as talk:
        await talk.wait(3)
    assert (sum(map(bool, talk.leg.ear)) > 0, talk.call.record_writer.record.faults) == (True, [])


def test_it_handles_without_a_server():
    plugins = Plugins()
    plugins.hold(Plugin("responses/acme", "acme", "1", old))
    answer = Hooks(plugins, list(plugins.loaded.values())).handle(
        parse_response(user_defined("bye")), CallInfo("1", "support")
    )
    assert answer.actions == EndCall()
