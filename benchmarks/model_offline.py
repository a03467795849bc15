"""What a caller waits for a streaming chat model, with the offline engines: one call at a time, in real time.

`python benchmarks/model_offline.py [--turns 12]` prints the median and the slowest. The model is that of
`model_calls_server.py`: its first token after 300 ms, then 50 a second, its first sentence of eight. A
recorded person asks when the bank is open, again and again; what is measured is from the end of what was said
to the first sound of the answer, as the caller's side hears it.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from model_calls_server import KEY as MODEL_KEY
from process import INSTANCE, KEY, SECRET
from relay import running
from watson_calls_engines import VARIABLE

from switchhook import AudioFormat, load_audio
from switchhook_genesys_tools.dial import CallerStep, CallResult, Plan, Target, Utterance, call

MODEL = "model_calls_server.py"
CLIP = Path(__file__).parents[1] / "tests/data/speech/human/hours.wav"
LINE = AudioFormat("PCMU", 8000)
GOAL = 1.1  # seconds, for the median
CONFIG = """
[server]
port = 0
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "{key}", client_secret = "{secret}" }}]
[connectors.bench]
address = {{ integration = "main", instance_id = "{instance}" }}
stt = {{ use = "moonshine" }}
tts = {{ use = "hibari" }}
[connectors.bench.assistant]
use = "openai"
model = "m"
api_key = "{model_key}"
base_url = "{url}"
greeting = "Hello."
instructions = "Speak."
"""


async def placed(url: str, turns: int) -> CallResult:
    asked = Utterance(load_audio(CLIP.read_bytes(), LINE), CLIP.name)
    plan = Plan(tuple(CallerStep(asked) for _ in range(turns)), {VARIABLE: "1"})
    target = Target(f"{url.rstrip('/')}/{INSTANCE}/connect?version=2024-08-25", KEY, base64.b64decode(SECRET))
    return await call(plan, target)


def main(turns: int) -> int:
    with TemporaryDirectory(prefix="model-offline-") as folder, ExitStack() as stack:
        model = stack.enter_context(running(MODEL, "model", folder))
        given = {"key": KEY, "secret": SECRET, "instance": INSTANCE, "model_key": MODEL_KEY}
        (Path(folder) / "switchhook.toml").write_text(CONFIG.format(url=model.line(), **given))
        server = stack.enter_context(running("watson_calls_server.py", "switchhook", folder))
        result = anyio.run(placed, server.line(), turns)
    waits = [each.seconds for each in result.latencies if each.seconds is not None][
        1:
    ]  # without the greeting
    if len(waits) < turns:
        print(f"only {len(waits)} of {turns} turns were answered: {result.detail}", file=sys.stderr)
        return 1
    median = statistics.median(waits)
    slowest = f"{max(waits):.2f} s at most"
    print(f"from the end of speech to the first sound: {median:.2f} s (median of {turns}), {slowest}")
    print(f"goal for the median: {GOAL} s; the model's own part: 0.46 s")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=12)
    sys.exit(main(parser.parse_args().turns))
