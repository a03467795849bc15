"""The servers of `model_calls.py`: `python benchmarks/model_calls_server.py KIND FOLDER`.

"model" is a chat model behind an address of OpenAI's form: its first token comes 300 ms after it was asked,
then 50 a second, as a service's would. What it says is what the caller has said, in a sentence of eight
tokens, and one more sentence; to what has none of `watson_calls.py`'s words in it, a fixed one. "emulators"
and "switchhook" are those of `watson_calls_server.py`; the second is told to ask that model, once the file
`model` in its folder says where it is.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

import anyio
from process import LOOP, started
from watson_calls_engines import GREETING, VARIABLE, text
from watson_calls_server import KINDS

from switchhook_testing_openai import Answer, Asked, emulate

FIRST, NEXT = 0.3, 0.02  # seconds until the first token, and until each further one
KEY = "emulated-key"
INSTRUCTIONS = f"The caller is {{{{{VARIABLE}}}}}."
EIGHT = "We are open from nine to five today. Good."
GREETED = f"Hello, {text(GREETING)}."


class Model:
    """Keeps what each caller has said, by the caller's number."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = defaultdict(list)
        self.silences = 0

    def __call__(self, asked: Asked) -> Answer:
        last = asked.last["content"]
        words = re.findall(r"\bw\d+\b", last.rpartition("\n")[2])
        caller = re.search(rf'"{VARIABLE}": "(\d+)"', last)
        if not words or caller is None:
            self.silences += 1
            return self._slowly(EIGHT)
        self.told[caller[1]] += words
        number = len(self.told[caller[1]])  # no two answers are alike, so that none comes from the cache
        return self._slowly(f"{caller[1]}.{number}: {' '.join(words)}. Good.")

    def _slowly(self, said: str) -> Answer:
        parts: list[str | float] = [FIRST]
        for word in re.findall(r"\s*\S+", said):
            parts += [word, NEXT]
        return Answer(parts)


async def model(folder: str) -> None:
    answering = Model()
    async with emulate(answering, api_key=KEY) as emulated:
        (Path(folder) / "model").write_text(emulated.url)
        started(emulated.url, lambda: {"told": answering.told, "silences": answering.silences, "made": 0})
        await anyio.sleep_forever()


async def switchhook(folder: str) -> None:
    """Of the configuration that the emulators have left, another assistant."""
    config = Path(folder) / "switchhook.toml"
    table = (
        f'assistant = {{ use = "openai", model = "m", api_key = "{KEY}", greeting = "{GREETED}", '
        f'instructions = "{INSTRUCTIONS}", base_url = "{(Path(folder) / "model").read_text()}" }}'
    )
    config.write_text(re.sub(r"^assistant = .*$", lambda _: table, config.read_text(), flags=re.MULTILINE))
    await KINDS["switchhook"](folder)


if __name__ == "__main__":
    kinds = {**KINDS, "model": model, "switchhook": switchhook}
    anyio.run(kinds[sys.argv[1]], sys.argv[-1], backend_options=LOOP)
