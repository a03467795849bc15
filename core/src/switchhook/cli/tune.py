"""Try on recordings which of what callers say interrupts a prompt, under which policy, and when.

Each recording is heard once, in real time, by the speech recognition of a connector or the first one that
is installed. Then every policy is asked. Say --policy '{ words = 2, ignore = ["mhm"] }', as often as you
like, to try one of your own; its keys are those of a connector's `barge_in`.

example:
  switchhook tune recording.wav --connector support --policy '{ words = 2 }'
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import CONFIG, add_config_beside_connector

if TYPE_CHECKING:
    from ..call.dialogue.barge_in import BargeIn
    from ..contract.settings import ConnectorSettings
    from ..contract.speech import SpeechToText
    from ..tools.tune import Interruption, Moment

GROUP = "look into calls"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.wav", help="recordings of any rate")
    parser.add_argument("--connector", metavar="NAME", help="its engine and policy")
    add_config_beside_connector(parser)
    parser.add_argument("--stt", metavar="NAME", help="the plugin that hears; default: the first installed")
    parser.add_argument("--policy", action="append", default=[], metavar="TABLE", help="one to try, in TOML")


def run(arguments: argparse.Namespace) -> int:
    import anyio

    from ..contract.audio import AudioFormat
    from ..contract.errors import SettingsError
    from ..contract.visible import visible
    from ..plugins.for_tools import load_audio
    from ..tools.tune import listen

    connector = _connector(arguments)
    policies = _policies(arguments.policy, connector)
    line = AudioFormat()
    sounds = {}
    for file in arguments.files:
        try:
            sounds[file] = load_audio(file.read_bytes(), line.linear)
        except OSError as error:
            raise SettingsError(f"cannot read {file}: {error.strerror}") from None
    engine = _engine(arguments.stt, connector)
    language = connector.language if connector else "en-US"
    total = sum(line.linear.seconds(len(sound)) for sound in sounds.values())
    print(f"listening to {total:.0f} s of sound, in real time", file=sys.stderr)
    for file, sound in sounds.items():
        print(f"{file.name}  {line.linear.seconds(len(sound)):.1f} s", flush=True)
        moments = anyio.run(listen, engine, sound, line, language)
        for text in table(moments, policies):
            print(f"  {visible(text)}", flush=True)
    return 0


def table(moments: Sequence[Moment], policies: Sequence[tuple[str, BargeIn]]) -> list[str]:
    from ..contract.speech import Transcript
    from ..tools.tune import interruptions

    finals = [each.said.text for each in moments if isinstance(each.said, Transcript) and each.said.final]
    lines = [f"heard: {' / '.join(text for text in finals if text) or 'nothing'}"]
    for name, policy in policies:
        found = interruptions(moments, policy)
        shown = [_shown(each) for each in found]
        lines.append(f"{name:22} {', '.join(shown) or 'does not interrupt'}")
    return lines


def _shown(each: Interruption) -> str:
    text = f" {each.text!r}" if each.text else ""
    return f"{each.at:.2f} s{text}" + ("" if each.kept else " (taken back)")


def _connector(arguments: argparse.Namespace) -> ConnectorSettings | None:
    from ..contract.errors import SettingsError
    from ..serving.config.configuration import load_settings

    if arguments.config and not arguments.connector:
        raise SettingsError("expected --connector NAME with --config FILE")
    if arguments.connector is None:
        return None
    connectors = load_settings(arguments.config or CONFIG).connectors
    if arguments.connector not in connectors:
        known = ", ".join(sorted(connectors)) or "none"
        raise SettingsError(f"there is no connector {arguments.connector!r}; known: {known}")
    return connectors[arguments.connector]


def _policies(texts: Sequence[str], connector: ConnectorSettings | None) -> list[tuple[str, BargeIn]]:
    import tomllib

    from ..contract.errors import SettingsError
    from ..contract.options import Options
    from ..contract.settings import BargeInSettings
    from ..serving.generations.app import policy_of
    from ..tools.tune import usual

    own = []
    for text in texts:
        try:
            given = tomllib.loads(f"policy = {text}")["policy"]
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"--policy: expected a table such as {{ words = 2 }}; {error}") from None
        options = Options(
            given if isinstance(given, dict) else {"": given}, place="--policy", base=Path.cwd()
        )
        own.append((text, policy_of(options.parse(BargeInSettings))))
    return [*own, *usual(policy_of(connector.barge_in) if connector else None)]


def _engine(name: str | None, connector: ConnectorSettings | None) -> SpeechToText:
    from ..plugins.for_tools import load_recogniser

    if connector is None or name is not None:
        return load_recogniser(name)
    first = connector.stt[0]
    return load_recogniser(first.use, first.table())
