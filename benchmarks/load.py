"""Live calls by the hundred: what one costs, what comes first when there are too many, and whether they last.

`python benchmarks/load.py compare` runs every server with as many calls side by side, in rounds, and prints
what a call-second costs each of them, as a ratio to the bare relay of the same round.
`python benchmarks/load.py grow` gives one server more and more calls, beside a bare relay of fifty.
`python benchmarks/load.py soak` holds a number of calls for half an hour while callers come and go.

Servers, callers (`load_callers.py`) and services (`load_backends.py`) are processes of their own on this one
machine. Callers converse: they listen, speak, interrupt, press keys, hang up and call again. CPU time is the
server's, taken from outside; how late its event loop is, it says itself. `--json FILE` keeps all figures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import load_report
import trustme
from process import INSTANCE, KEY, RIVALS, SECRET
from relay import ServerProgram, running

FILES = 20_000  # open ones, in one process
BESIDE = 50  # calls of the bare relay while another server grows
LATENCIES = ("0.3", "0.4", "0.2")  # seconds: a final, an answer, a voice's first byte
SETTLING = 6.0  # seconds after all calls have begun
ENVIRON = {f"{service}_AUTH_TYPE": "noauth" for service in ("ASSISTANT", "SPEECH_TO_TEXT", "TEXT_TO_SPEECH")}
CONFIG = """
[server]
port = 0
max_calls = 10_000
{server_tls}
[transport]
use = "genesys"
limits = {{ waiting = 5_000, per_host = 5_000 }}
[transport.integrations.main]
keys = [{{ api_key = "{key}", client_secret = "{secret}" }}]
[connectors.bench]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "watson", assistant_id = "a", environment_id = "e", url = "{url}"{ca} }}
stt = {{ use = "watson", url = "{url}"{ca} }}
tts = {{ use = "watson", url = "{url}"{ca} }}
post_response_timeout = {patience}
[records]
directory = "records"
"""


class Kind(NamedTuple):
    name: str
    callers: str = "bare"  # as in `load_callers.py`
    tls: bool = False
    rival: str = ""  # a module that has to be installed


KINDS = {
    "bare": Kind("a bare relay on `websockets`' asyncio layer"),
    "picows": Kind("the same relay on picows", rival="picows"),
    "pipecat": Kind("pipecat's Genesys serializer, relaying", "listening", rival="pipecat"),
    "listening": Kind("the whole engine, listening through `stt_watson`", "listening"),
    "talking": Kind("whole calls that converse", "talking"),
    "bare_tls": Kind("a bare relay, TLS on both sides", tls=True),
    "talking_tls": Kind("whole calls that converse, TLS on both sides", "talking", tls=True),
}
Figures = dict[str, Any]


class Load(NamedTuple):
    """A server under load, and what is around it."""

    server: ServerProgram
    callers: ServerProgram
    backends: ServerProgram
    url: str

    def figures(self) -> dict[str, Figures]:
        return {name: getattr(self, name).figures() for name in ("server", "callers", "backends")}


@contextmanager
def loaded(
    kind: str, calls: int, folder: Path, ramp: float, latencies: Sequence[str] = LATENCIES
) -> Iterator[Load]:
    """All of its calls have begun when `callers` prints a line."""
    asked, certificates = KINDS[kind], str(folder) if KINDS[kind].tls else "-"
    with ExitStack() as stack:
        backends = stack.enter_context(running("load_backends.py", certificates, *latencies))
        url = backends.line()
        relayed = url.replace("http", "ws", 1)
        if kind in ("listening", "talking", "talking_tls"):
            own = configured(folder, kind, url)
            server = stack.enter_context(running("load_server.py", "switchhook", str(own)))
        elif asked.rival:
            server = stack.enter_context(running("load_rivals.py", kind, relayed))
        else:
            server = stack.enter_context(running("load_server.py", kind, relayed, *[str(folder)] * asked.tls))
        ca = [str(folder / "ca.pem")] if asked.tls else []
        own_url = server.line()
        callers = stack.enter_context(
            running("load_callers.py", asked.callers, own_url, str(calls), str(ramp), *ca)
        )
        yield Load(server, callers, backends, own_url)


def configured(folder: Path, kind: str, url: str) -> Path:
    own, tls = folder / kind, KINDS[kind].tls
    own.mkdir(exist_ok=True)
    pem = folder / "server.pem"
    text = CONFIG.format(
        key=KEY,
        secret=SECRET,
        instance=INSTANCE,
        url=url,
        patience=7 if KINDS[kind].callers == "talking" else 3600,  # who only listens is not spoken to again
        ca=f', ca = "{folder / "ca.pem"}"' if tls else "",
        server_tls=f'tls = {{ certificate = "{pem}", key = "{pem}" }}' if tls else "",
    )
    (own / "switchhook.toml").write_text(text)
    return own


def certify(folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(folder / "server.pem")
    )


# --- What is measured


def spent(before: Figures, after: Figures, calls: int, seconds: float) -> Figures:
    """What is to be known of a server, of two looks at it and at what is around it."""
    own, ears, came = after["server"], after["backends"], after["callers"]
    frames = ears["frames"] - before["backends"]["frames"]
    sent = came["frames"] - before["callers"]["frames"]
    found = {
        "calls": calls,
        "ms": 1000 * (own["cpu"] - before["server"]["cpu"]) / (calls * seconds),
        "callers_ms": 1000 * (came["cpu"] - before["callers"]["cpu"]) / (calls * seconds),
        "frames": frames / max(1, sent),
        "callers_late": came["late"],
    }
    if "tasks" in own:
        found |= {name: value for name, value in own.items() if name != "cpu"}
        found |= load_report.conversed(before, after)
    return found


def side_by_side(wanted: Mapping[str, int], seconds: float, ramp: float) -> dict[str, Figures]:
    """`wanted`: calls by kind of server. Those that are first to begin should change from round to round."""
    with TemporaryDirectory(prefix="load-") as name, ExitStack() as stack:
        folder = Path(name)
        certify(folder)
        loads = {
            kind: stack.enter_context(loaded(kind, calls, folder, ramp)) for kind, calls in wanted.items()
        }
        for load in loads.values():
            load.callers.line()
        time.sleep(SETTLING)
        before = {kind: (load.figures(), time.monotonic()) for kind, load in loads.items()}
        time.sleep(seconds)
        found = {}
        for kind, load in loads.items():
            was, since = before[kind]
            elapsed = time.monotonic() - since
            found[kind] = spent(was, load.figures(), wanted[kind], elapsed)
        return found


# --- The three that may be asked for


def compare(options: argparse.Namespace) -> Figures:
    kinds = [kind for kind in options.only or KINDS if _has(KINDS[kind].rival)]
    rounds = []
    for number in range(options.rounds):
        say(f"round {number + 1} of {options.rounds} …")
        order = kinds[:: -1 if number % 2 else 1]
        rounds.append(side_by_side(dict.fromkeys(order, options.calls), options.seconds, ramp=options.ramp))
    names = {kind: KINDS[kind].name for kind in kinds}
    print("\n".join(load_report.compared(rounds, names)))
    return {"rounds": rounds}


def grow(options: argparse.Namespace) -> Figures:
    """One server after another, each beside a bare relay."""
    steps = []
    for calls in options.steps:
        say(f"{calls} calls …")
        found = side_by_side({"bare": BESIDE, options.kind: calls}, options.seconds, max(4.0, calls / 50))
        steps.append({**found[options.kind], "bare_ms": found["bare"]["ms"]})
    print("\n".join(load_report.grown(steps)))
    if options.svg:
        options.svg.write_text(load_report.drawn(steps), encoding="utf-8")
    return {"steps": steps}


def soak(options: argparse.Namespace) -> Figures:
    looks: list[Figures] = []
    with TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        certify(folder)
        with loaded(options.kind, options.calls, folder, max(4.0, options.calls / 50)) as load:
            load.callers.line()
            time.sleep(SETTLING)
            began, before = time.monotonic(), load.figures()
            while time.monotonic() - began < options.seconds:
                time.sleep(min(options.every, options.seconds))
                after = load.figures()
                looks.append({"at": time.monotonic() - began, **spent(before, after, options.calls, 1.0)})
                say(load_report.look(looks[-1]))
    print("\n".join(load_report.soaked(looks)))
    return {"looks": looks}


def _has(module: str) -> bool:
    if module and not (RIVALS / module).exists():
        say(f"{module} is not installed, and left out: `make load` installs it, in .venv/rivals")
        return False
    return True


def say(line: str) -> None:
    print(line, file=sys.stderr)


def _numbers(text: str) -> Sequence[int]:
    return [int(each) for each in text.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ways = parser.add_subparsers(required=True)

    def way(run: Callable[[argparse.Namespace], Figures], seconds: float) -> argparse.ArgumentParser:
        made = ways.add_parser(run.__name__)
        made.set_defaults(run=run)
        made.add_argument("--seconds", type=float, default=seconds)
        made.add_argument("--json", type=Path)
        return made

    compared = way(compare, 20)
    compared.add_argument("--calls", type=int, default=50, help="of each server")
    compared.add_argument("--rounds", type=int, default=9)
    compared.add_argument("--ramp", type=float, default=8)
    compared.add_argument("--only", nargs="+", choices=KINDS, help="bare is needed")
    grown = way(grow, 20)
    grown.add_argument("--steps", type=_numbers, default=[10, 100, 300, 600, 1000])
    grown.add_argument("--svg", type=Path)
    soaked = way(soak, 1800)
    soaked.add_argument("--calls", type=int, default=300)
    soaked.add_argument("--every", type=float, default=60, help="seconds between two looks")
    for each in (grown, soaked):
        each.add_argument("--kind", choices=["listening", "talking", "talking_tls"], default="talking")
    return parser


def open_files() -> None:
    """As many as may be."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES) if most > 0 else FILES, most))


def main() -> None:
    options = _parser().parse_args()
    open_files()
    os.environ.update(ENVIRON)
    found = {"command": sys.argv[1:], "machine": load_report.machine(), **options.run(options)}
    print("\n" + load_report.machine_line(found["machine"]))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
