"""A call that came over a socket, and spoke with Watson over three more, is freed as soon as it has ended."""

import gc
import secrets
from base64 import b64encode
from collections import Counter
from contextlib import contextmanager

import anyio
import pytest

from switchhook import App, Transcript, load_settings
from switchhook.serving.server import serving
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech
from switchhook_audiohook.protocol import events
from switchhook_testing_watson import emulate

from ..transport_genesys.live import dialled

PATH = "/0c1d2e3f-0000-4000-8000-00000000e2e1/connect?version=2024-08-25"
CONFIG = """
[server]
port = 0
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "key", client_secret = "{secret}" }}]
[connectors.bot]
address = {{ integration = "main", instance_id = "0c1d2e3f-0000-4000-8000-00000000e2e1" }}
assistant = {{ use = "watson", assistant_id = "{assistant}", environment_id = "{environment}", ca = "{ca}" }}
stt = {{ use = "watson", ca = "{ca}" }}
tts = {{ use = "watson", ca = "{ca}" }}
[records]
directory = "records"
"""
CALLERS = (  # of whom the test has some of the same process
    "switchhook_testing_watson",
    "switchhook_audiohook.protocol.client",
    "switchhook.contract.speech.Transcript",  # that the emulator was told
)
GOODBYE = ["goodbye", {"response_type": "end_session"}]


def answer(turn):
    match turn.text:
        case "bye":
            return GOODBYE
        case "slowly":
            return [1.0, "one moment", 60.0, "found it"]
    return ["welcome to our bank. what can we do for you?"]


@contextmanager
def searched(found):
    """Counts what stood in circles, or was held by one, by its type."""
    gc.collect()
    gc.disable()
    try:
        yield
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kinds = [type(each) for each in gc.garbage]
        names = [f"{each.__module__}.{each.__qualname__}" for each in kinds]
        found.update(each for each in names if each.startswith("switchhook") and not each.startswith(CALLERS))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


class Caller:
    def __init__(self, phone, stt):
        self._phone, self._stt = phone, stt

    async def hear(self, size=800):
        """More of the bot."""
        wanted = len(self._phone.audio) + size
        await self._phone.until(lambda: len(self._phone.audio) >= wanted)

    async def say(self, text):
        for _ in range(5):
            await self._phone.say(b"\xff" * 800)
        heard = self._stt.opened[-1]
        while len(heard.fed) < 4000:
            await anyio.sleep(0.01)
        self._stt.hear(Transcript(text, True, 0.1, 0.4))

    async def interrupt(self):
        await self._phone.send("dtmf", digit="1")

    async def hang_up(self):
        await self._phone.hang_up()

    async def wait_for_the_end(self):
        await self._phone.until(
            lambda: any(isinstance(each, events.Disconnected) for each in self._phone.told)
        )
        await self.hang_up()


async def _interrupts(caller):
    await caller.hear()
    await caller.interrupt()
    await caller.hear()
    await caller.hang_up()


async def _says_goodbye(caller):
    await caller.hear()
    await caller.say("bye")
    await caller.wait_for_the_end()


async def _hangs_up_while_an_answer_is_due(caller):
    await caller.hear()
    await caller.say("slowly")
    await anyio.sleep(0.5)
    await caller.hang_up()


async def _is_cut_off(caller):
    await caller.hear()


ACTS = [_interrupts, _says_goodbye, _hangs_up_while_an_answer_is_due, _is_cut_off]


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """After a call of each kind."""
    folder = tmp_path_factory.mktemp("freed")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return anyio.run(place, folder, patch)


async def place(folder, patch):
    found, secret, stt = {}, b64encode(secrets.token_bytes(32)).decode(), MemorySpeechToText()
    tts = MemoryTextToSpeech(seconds=0.4)
    async with emulate(assistant=MemoryAssistant(answer), stt=stt, tts=tts) as emulated:
        for name, value in emulated.environ.items():
            patch.setenv(name, value)
        given = {"assistant": emulated.assistant_id, "environment": emulated.environment_id}
        (folder / "switchhook.toml").write_text(CONFIG.format(secret=secret, ca=emulated.ca, **given))
        async with serving(App(load_settings(folder / "switchhook.toml"), folder)) as url:

            async def call(act):
                async with dialled(url, PATH, secret) as phone:
                    await phone.open()
                    await act(Caller(phone, stt))

            with anyio.fail_after(30):
                await call(_is_cut_off)  # the first one makes what all have in common
                await anyio.sleep(0.3)
                for act in ACTS:
                    with searched(found.setdefault(act, Counter())):
                        await call(act)
                        await anyio.sleep(0.3)
    return found


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__.strip("_"))
def test_nothing_of_a_call_waits_for_a_search(left, act):
    assert left[act] == {}
