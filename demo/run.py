"""A server, a signed call with a recorded human voice, and the same call with a wrong secret.

Everything is real: the server is `switchhook serve` in a process of its own, the caller signs its upgrade and
speaks AudioHook over a socket, the words are recognised and spoken by the offline engines. With `--watson`
the server reaches these through the Watson plugins, over the wire protocols of IBM's services. With `--model`
a chat model answers: the one that MODEL names, at MODEL_URL.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
from output import output
from timeline import draw

from switchhook import AudioFormat, codec_for, load_audio
from switchhook_genesys_tools.dial import (
    CallerStep,
    CallResult,
    Event,
    Keys,
    Manners,
    Plan,
    Target,
    Utterance,
    call,
)

HERE = Path(__file__).parent
CLIPS = HERE.parent / "tests/data/speech/human"
CONNECTOR = "2f6b1f0e-1d0a-4c51-8f0e-5a1b2c3d4e5f/connect?version=2024-08-25"
LINE = AudioFormat("PCMU", 8000)
CALLS = {  # what the caller says in which of them
    "switchhook": ("info_last_call", "1", "pin_4242"),
    "watson": ("info_last_call", "1", "pin_4242"),
    "model": ("info_last_call", "speak_customer_advocate"),
}
NO_MODEL = """demo-model needs a chat model behind an address of OpenAI's form, and its name:

  MODEL_URL=http://127.0.0.1:11434/v1 MODEL=qwen3:4b make demo-model

MODEL_KEY is its key, if it needs one. A small one on this machine, with tools, comes with Ollama:

  ollama serve & ollama pull qwen3:4b

or with llama.cpp, from a file of weights: llama-server --jinja -m FILE.gguf --port 8080, MODEL_URL=http://127.0.0.1:8080/v1.
No Python package ships one that holds this talk: docs/how-to/bring-your-own-model.md"""
LOADING = 120.0  # seconds that a server may take to start on a slow machine
PLAYERS = ("paplay", "aplay", "afplay", "play")
SHOWN = {
    "opened": ("genesys", "signed upgrade verified, opened {}"),
    "caller_started": ("caller", "speaks: {}"),
    "key": ("caller", "presses a key"),
    "barge_in": ("caller", "interrupted the bot: {}"),
    "bot_finished": ("bot", "was heard to the end"),
    "ended": ("genesys", "call ended: {}"),
}


def main() -> int:
    if "--model" in sys.argv and not (os.environ.get("MODEL_URL") and os.environ.get("MODEL")):
        print(NO_MODEL, file=sys.stderr)
        return 2
    return anyio.run(demo, next((each for each in CALLS if f"--{each}" in sys.argv), "switchhook"))


async def demo(which: str) -> int:
    secret = secrets.token_bytes(32)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        environ = chat_model() if which == "model" else {}
        if which == "watson":
            environ = await stack.enter_async_context(emulators())
        config = HERE / f"{which}.toml"
        print("starting the server (speech models are loaded) …", flush=True)
        url = await stack.enter_async_context(server(config, secret, environ))
        print(f"listening on {url} after {time.monotonic() - began:.1f} s\n", flush=True)
        target = Target(url.rstrip("/") + "/" + CONNECTOR, "demo-key", secret)
        result = await placed(target, CALLS[which])
        refused = await call(Plan(), replace(target, secret=secrets.token_bytes(32)))
    print(f"\nthe same call with a wrong secret: {refused.detail.partition(';')[0]}")
    if refused.ending != "refused":
        print("it should have been refused", file=sys.stderr)
        return 1
    keep(result)
    return 0 if result.ending == "completed" else 1


def chat_model() -> dict[str, str]:
    """Where it is, as the server is told it."""
    told, assistant = os.environ, "SWITCHHOOK_CONNECTORS__BANK__ASSISTANT"
    print(f"the model {told['MODEL']} at {told['MODEL_URL']}", flush=True)
    return {
        f"{assistant}__BASE_URL": told["MODEL_URL"],
        f"{assistant}__MODEL": told["MODEL"],
        "DEMO_MODEL_KEY": told.get("MODEL_KEY", "none"),
    }


@asynccontextmanager
async def emulators() -> AsyncIterator[dict[str, str]]:
    """Watson's services on this machine: what a client of them has to have in its environment."""
    print(
        "starting what speaks as watsonx Assistant, Watson Speech to Text and Text to Speech do …", flush=True
    )
    credentials = output() / "ibm-credentials.env"
    log = output() / "emulators.log"
    given = ["--script", str(HERE / "bank.toml"), "--environment", str(credentials)]
    async with program(["emulate-watson", *given], log, {}) as url:
        print(f"listening on {url}", flush=True)
        authority = next(line for line in log.read_text().splitlines() if line.startswith("the authority is"))
        yield {"IBM_CREDENTIALS_FILE": str(credentials), "REQUESTS_CA_BUNDLE": authority.split()[-1]}


@asynccontextmanager
async def server(config: Path, secret: bytes, environ: dict[str, str]) -> AsyncIterator[str]:
    """`switchhook serve`: its URL."""
    environ = {
        **environ,
        "DEMO_CLIENT_SECRET": base64.b64encode(secret).decode(),
        "SWITCHHOOK_RECORDS__DIRECTORY": str(output() / "server"),
    }
    command = ["serve", "--config", str(config)]
    async with program(command, output() / "server.log", environ) as url:
        yield url


@asynccontextmanager
async def program(command: list[str], log: Path, environ: dict[str, str]) -> AsyncIterator[str]:
    """One of Switchhook's commands, in a process of its own that is ended politely; where it listens."""
    whole = [sys.executable, "-m", "switchhook", *command]
    with log.open("wb") as file:
        process = await anyio.open_process(whole, env={**os.environ, **environ}, stdout=file, stderr=file)
        async with process:
            try:
                yield await url_of(log, process)
            finally:
                if process.returncode is None:
                    process.send_signal(signal.SIGINT)
                await process.wait()


async def url_of(log: Path, process: anyio.abc.Process) -> str:
    with anyio.move_on_after(LOADING):
        while process.returncode is None:
            for line in log.read_text().splitlines():
                if line.startswith("listening on "):
                    return line.split()[-1]
            await anyio.sleep(0.05)
    sys.exit(f"it did not start:\n{log.read_text()}")


async def placed(target: Target, said: tuple[str, ...]) -> CallResult:
    """`said`: recordings, the first of which interrupts the bot, and keys."""
    steps = tuple(
        CallerStep(Keys(each) if each.isdecimal() else clip(each), interrupt=not number)
        for number, each in enumerate(said)
    )
    plan = Plan(steps, {"user_id": "42", "user_name": "Kim"}, manners=Manners(interrupt_after=4.5))
    tell = Teller()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tell.hear, output() / "server")
        result = await call(plan, target, observe=tell.see)
        await anyio.sleep(0.3)  # the server's last lines
        tasks.cancel_scope.cancel()
    (output() / "transcript.txt").write_text("".join(f"{line}\n" for line in tell.lines))
    return result


def clip(name: str) -> Utterance:
    return Utterance(
        load_audio((CLIPS / f"{name}.wav").read_bytes(), LINE), f"{name}.wav, a recorded human voice"
    )


class Teller:
    """Prints what the caller's side sees and what the server heard, and keeps it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._opened, self._last = 0.0, ""

    def see(self, event: Event) -> None:
        if event.kind == "opened":
            self._opened = event.at
        cut = event.kind == "bot_finished" and self._last == "barge_in"
        self._last = event.kind
        if event.kind in SHOWN and not cut:
            who, what = SHOWN[event.kind]
            self._say(event.at, who, what.format(event.text))

    async def hear(self, directory: Path) -> None:
        """The server's event file, as it grows."""
        while not (files := list(directory.glob("events-*.jsonl"))):
            await anyio.sleep(0.05)
        async with await anyio.open_file(files[0]) as file:
            while True:
                if line := await file.readline():
                    self._heard(json.loads(line))
                else:
                    await anyio.sleep(0.05)

    def _heard(self, event: dict[str, Any]) -> None:
        action = event.get("action", {})
        if action.get("type") == "Say":
            self._say(self._opened + event["time"], "bot", f"“{action['text']}”")
        elif event["type"] == "Transcript" and event["final"] and event["text"]:
            self._say(self._opened + event["time"], "server", f"heard “{event['text']}”")

    def _say(self, at: float, who: str, what: str) -> None:
        line = f"{at:6.2f} s  {who:<8} {what}"
        self.lines.append(line)
        print(line, flush=True)


def keep(result: CallResult) -> None:
    """Gather the files of the call in one place, and say where they are."""
    codec = codec_for(LINE)
    record = json.loads(next((output() / "server").glob("calls-*.jsonl")).read_text().splitlines()[0])
    (output() / "call.wav").write_bytes(result.recording(codec))
    (output() / "record.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    result.messages.write(output() / "messages.jsonl")
    shutil.copy(next((output() / "server").glob("events-*.jsonl")), output() / "events.jsonl")
    (output() / "timeline.svg").write_text(draw(result, record, codec))
    print("\noutput variables that Genesys gets back")
    for name, value in sorted(result.variables.items()):
        print(f"  {name} = {value}")
    print("\nlatency of each turn, from the end of what the caller said to the bot's first sound")
    for latency in result.latencies:
        print(f"  {'no answer' if latency.seconds is None else f'{latency.seconds:5.2f} s'}  {latency.turn}")
    print(f"\nfiles in {output().name}/: call.wav (caller left, bot right), timeline.svg, transcript.txt,")
    print("record.json, messages.jsonl (the wire), events.jsonl (the dialogue)")
    player = next((name for name in PLAYERS if shutil.which(name)), "your player")
    print(f"listen: {player} {output().name}/call.wav")


if __name__ == "__main__":
    sys.exit(main())
