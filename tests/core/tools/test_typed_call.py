"""A line that is typed while no recognition is open."""

from contextlib import aclosing, asynccontextmanager

import anyio
import pytest

from switchhook import Remark, hookimpl
from switchhook.contract.leg import LegInfo
from switchhook.contract.options import Options
from switchhook.contract.settings import Settings
from switchhook.plugins.loader import Plugin
from switchhook.serving.generations.app import App
from switchhook.tools import typed_call
from switchhook.virtual.engines import MemorySpeechToText

SCRIPT = """
[steps.greeting]
responses = ["Hello."]
[steps.bye]
phrases = ["bye"]
responses = ["Goodbye.", { response_type = "end_session" }]
"""


class Ear(MemorySpeechToText):
    late = 1.0  # seconds before it opens, and before it has closed

    @asynccontextmanager
    async def open(self, *what):
        await anyio.sleep(self.late)
        try:
            async with super().open(*what) as recognition:
                yield recognition
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self.late)


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """Calls, and gives what was shown. `typed` takes the ear."""
    (tmp_path / "bank.toml").write_text(SCRIPT)
    bank = {
        "assistant": {"use": "script", "file": "bank.toml"},
        "stt": {"use": "moonshine"},
        "tts": {"use": "hibari"},
    }
    settings = Options({"connectors": {"bank": bank}}, place="", base=tmp_path).parse(Settings)

    async def go(typed, *plugins, shows=("bot", "end", "remark")):
        ear, shown = Ear(), []
        monkeypatch.setattr(typed_call, "MemorySpeechToText", lambda: ear)
        app = App(settings, tmp_path)
        for number, module in enumerate(plugins):
            app.plugins.hold(Plugin(f"extension/acme{number}", "acme", "1", module))
        call = typed_call.TypedCall(app, "bank", LegInfo("typed", "bank"), shown.append)
        async with app.lifespans(), aclosing(typed(ear)) as lines:
            await call.run(lines, hurried=False)
        return [(line.who, line.text) for line in shown if line.who in shows]

    return go


async def bye(_):
    yield "bye"


async def and_more_when_nobody_listens(ear):
    yield "bye"
    while not ear.opened[-1].closed:
        await anyio.sleep(0.1)
    yield "nobody hears this"


@pytest.mark.anyio
async def test_what_is_typed_before_anybody_listens_is_heard_then(talk):
    assert (await talk(bye))[-2:] == [("bot", "Goodbye."), ("end", "completed")]


@pytest.mark.anyio
async def test_what_is_typed_while_the_call_ends_hurts_nothing(talk):
    assert (await talk(and_more_when_nobody_listens))[-2:] == [("bot", "Goodbye."), ("end", "completed")]


@pytest.mark.anyio
@pytest.mark.parametrize(("typed", "got"), [("/keys", "''"), ("/keys 1x", "'1X'"), ("/keys +", "'+'")])
async def test_keys_that_no_telephone_has_are_not_pressed(talk, typed, got):
    async def keys(_):
        yield typed
        yield "bye"

    shown = await talk(keys, shows=("turn", "remark"))
    assert [said for said in shown if said[1] != "start"] == [
        ("remark", f"/keys: expected keys out of 0-9 * # A-D, got {got}"),
        ("turn", "speech: bye"),
    ]


def test_an_action_that_is_cut_says_so():
    cut = typed_call._shown(Remark("x" * 100))
    assert cut == f"Remark(text='{'x' * 78}…)"


class Raising:
    @hookimpl
    def handle_end_session(self, response):
        raise KeyError("4711")


@pytest.mark.anyio
async def test_a_plugin_that_raises_is_shown_with_its_authors_line(talk):
    line = Raising.handle_end_session.__code__.co_firstlineno + 2
    [(_, said)] = await talk(bye, Raising(), shows=["fault"])
    assert said == f"extension/acme0 handle_end_session: KeyError at {__file__}:{line}"


@pytest.mark.anyio
async def test_an_assistant_that_raises_is_shown_with_its_authors_line(talk, monkeypatch):
    class Broken:
        def open(self, call):
            raise KeyError(call.id)

    monkeypatch.setattr("switchhook.serving.drivers.engines.Engines.driver", lambda *_, **__: Broken())
    line = Broken.open.__code__.co_firstlineno + 1
    shown = await talk(bye, shows=["fault"])
    assert ("fault", f"assistant: KeyError at {__file__}:{line}") in shown
