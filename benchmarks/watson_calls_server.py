"""The servers of `watson_calls.py`: `python benchmarks/watson_calls_server.py KIND [NUMBER] [FOLDER or URL]`.

"emulators" are Watson's services, which leave in the folder what a server has to know of them; "switchhook"
is the server that is measured, "bad" the same with six plugins that misbehave from a caller's number on;
"bare" and "second" are those of `relay_server.py`. Each prints its URL, and for each line on standard input
its CPU time in seconds, and more; each ends when standard input does.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import relay_server
from bad_plugins_six import with_six
from process import INSTANCE, KEY, LOOP, SECRET, started
from watson_calls_engines import Ear, Echo, Voice

from switchhook import App, load_settings
from switchhook.plugins.loader import Plugins
from switchhook.serving.server import serving
from switchhook_testing_watson import Emulated, emulate

CONFIG = """
[server]
port = 0
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "{key}", client_secret = "{secret}" }}]
[connectors.bench]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "watson", assistant_id = "{assistant}", environment_id = "{environment}", ca = "{ca}" }}
stt = {{ use = "watson", ca = "{ca}" }}
tts = {{ use = "watson", ca = "{ca}" }}
[records]
directory = "records"
"""
TASKS = Path("/proc/self/task")


async def emulators(folder: str) -> None:
    voice, echo = Voice(), Echo()

    def figures() -> dict[str, object]:
        return {"told": echo.told, "silences": echo.silences, "made": voice.made}

    async with emulate(stt=Ear(), tts=voice, assistant=echo) as emulated:
        configure(Path(folder), emulated)
        started(emulated.url, figures)
        await anyio.sleep_forever()


def configure(folder: Path, emulated: Emulated) -> None:
    given = {"assistant": emulated.assistant_id, "environment": emulated.environment_id, "ca": emulated.ca}
    text = CONFIG.format(key=KEY, secret=SECRET, instance=INSTANCE, **given)
    (folder / "switchhook.toml").write_text(text)
    lines = (f"{name}={value}\n" for name, value in emulated.environ.items())
    (folder / "ibm-credentials.env").write_text("".join(lines))


async def bad(folder: str) -> None:
    """The server with six bad plugins, which misbehave in the calls after the good ones."""
    await switchhook(folder, with_six(Plugins(), int(sys.argv[2])))


async def switchhook(folder: str, plugins: Plugins | None = None) -> None:
    """As `switchhook serve` has it."""

    def figures() -> dict[str, object]:
        return {"threads": threads()}

    base = Path(folder)
    os.environ["IBM_CREDENTIALS_FILE"] = str(base / "ibm-credentials.env")
    async with serving(App(load_settings(base / "switchhook.toml"), base, plugins)) as url:
        gc.collect()
        gc.freeze()
        started(url, figures)
        await anyio.sleep_forever()


def threads() -> int:
    """Those that Python does not know of too, where the system tells."""
    return len(list(TASKS.iterdir())) if TASKS.exists() else threading.active_count()


KINDS: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
    "emulators": emulators,
    "switchhook": switchhook,
    "bad": bad,
    "bare": relay_server.bare,
    "second": relay_server.second,
}

if __name__ == "__main__":
    anyio.run(KINDS[sys.argv[1]], sys.argv[-1], backend_options=LOOP)
