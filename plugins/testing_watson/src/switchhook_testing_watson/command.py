"""Serve Watson's services on this machine, with installed engines behind, for IBM's SDK or a Switchhook.

The SDK finds its way by the variables that are printed, or written to a file for IBM_CREDENTIALS_FILE. The
certificate is signed by an authority made on the spot: REQUESTS_CA_BUNDLE, or `ca` in Switchhook's options,
has to name it.

example:
  switchhook emulate-watson --script support.toml --environment ibm.env
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .emulator import Emulated


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stt", default="moonshine", metavar="NAME", help="recognition (moonshine)")
    parser.add_argument("--tts", default="hibari", metavar="NAME", help="synthesis (hibari)")
    parser.add_argument("--script", type=Path, metavar="FILE", help="an assistant's script; without it none")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="by default a free one")
    parser.add_argument(
        "--environment", type=Path, metavar="FILE", help="write the variables there instead of printing them"
    )


def run(arguments: argparse.Namespace) -> int:
    import anyio

    anyio.run(_serve, arguments)
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
    """Raises PluginError, SettingsError and StartError."""
    import signal

    import anyio

    from switchhook import StartError, load_assistant, load_recogniser, load_voice

    from .emulator import emulate

    script = arguments.script
    assistant = load_assistant("script", {"file": str(script.absolute())}) if script else None
    stt, tts = load_recogniser(arguments.stt), load_voice(arguments.tts)
    where = {"host": arguments.host, "port": arguments.port}
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        try:
            async with emulate(stt=stt, tts=tts, assistant=assistant, **where) as emulated:
                _tell(emulated, arguments.environment)
                async for _ in signals:
                    return
        except* OSError as errors:
            why = f"cannot listen on {arguments.host}:{arguments.port}: {errors.exceptions[0]}"
            raise StartError(f"{why}; give another --port, or 0 for any") from None


def _tell(emulated: Emulated, file: Path | None) -> None:
    """Raises StartError."""
    from switchhook import StartError

    variables = "".join(f"{name}={value}\n" for name, value in emulated.environ.items())
    if file is None:
        print(variables, end="")
    else:
        try:
            file.write_text(variables, "utf-8")
        except OSError as error:
            raise StartError(f"cannot write {file}: {error.strerror}") from None
        print(f"variables for IBM's SDK are in {file}")
    print(f"assistant {emulated.assistant_id}, environment {emulated.environment_id}")
    print(f"the authority is {emulated.ca}")
    print(f"listening on {emulated.url}", flush=True)
