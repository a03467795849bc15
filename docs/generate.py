"""Writes the reference pages that say again what the code says: settings, hooks, commands, the call record.

`python docs/generate.py` writes them; `--check` fails where one is out of date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from command_line import command_line_page  # beside this file
from contracts import contracts_page
from frame_picture import frame_picture
from limits import limits_page
from pictures import call_picture, flow_picture, house_picture
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from terminal import talk_picture, trial_picture
from webhook import webhook_page, webhook_schema

from switchhook.contract import drivers, hookspecs, settings, state
from switchhook.contract.actions import Action
from switchhook.contract.hookspecs import HOOKS
from switchhook.contract.record_settings import RecordsSettings
from switchhook.contract.records import CallRecord, TurnRecord
from switchhook.serving.measuring import figures
from switchhook_conformance.case import Case, all_cases
from switchhook_conformance.profile import Profile
from switchhook_conformance.robot import behaviours as conformance_script
from switchhook_conformance.robot.behaviours import BEHAVIOURS
from switchhook_recording import figures as recording
from switchhook_telemetry import figures as telemetry
from switchhook_tracing import figures as tracing
from switchhook_transport_genesys import figures as transport

REFERENCE = Path(__file__).parent / "reference"


def settings_page() -> str:
    tables: list[tuple[str, type[BaseModel]]] = [
        ("[server]", settings.ServerSettings),
        ("[server] tls", settings.TlsSettings),
        ("[server] proxy", settings.ProxySettings),
        ("[transport]", settings.TransportSettings),
        ("[connectors.NAME]", settings.ConnectorSettings),
        ("[connectors.NAME] barge_in", settings.BargeInSettings),
        ("[connectors.NAME] waiting", settings.WaitingSettings),
        ("[connectors.NAME] outputs", settings.ReservedSettings),
        ("[connectors.NAME.languages.TAG]", settings.LanguageSettings),
        ("[connectors.NAME.languages.TAG] waiting", settings.WaitingTextSettings),
        ("[records]", RecordsSettings),
        ("[prompts]", settings.PromptsSettings),
        ("[state]", state.StateSettings),
        ("[admin]", settings.AdminSettings),
        ("[plugins]", settings.PluginsSettings),
    ]
    head = f"# Settings\n\n{inspect.getdoc(settings)}\n"
    return head + "".join(f"\n## `{name}`\n\n{_lead(model)}{_table(model)}" for name, model in tables)


def _lead(model: type[BaseModel]) -> str:
    doc = model.__dict__.get("__doc__") or ""
    return f"{inspect.cleandoc(doc)}\n\n" if doc else ""


def _table(model: type[BaseModel]) -> str:
    rows = [
        f"| `{name}` | {_type(field.annotation)} | {_default(field)} | {field.description or ''} |\n"
        for name, field in model.model_fields.items()
    ]
    return "| key | type | default | |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _type(annotation: Any) -> str:
    names = list(dict.fromkeys(_names(annotation)))
    return " or ".join(names)


def _names(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Annotated:
        yield from _names(get_args(annotation)[0])
    elif get_origin(annotation) in (list, dict):
        inner = " or ".join(_names(get_args(annotation)[-1]))
        yield f"{'list' if get_origin(annotation) is list else 'table'} of {inner}"
    elif get_origin(annotation) is not None and "Literal" in str(get_origin(annotation)):
        yield " or ".join(f"`{value}`" for value in get_args(annotation))
    elif get_args(annotation):
        for part in get_args(annotation):
            if part is not type(None):
                yield from _names(part)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield "table"
    else:
        spoken = {
            "str": "text",
            "int": "number",
            "float": "time",
            "bool": "on or off",
            "Path": "path",
            "SecretStr": "text, `{ env = … }` or `{ file = … }`",
            "Any": "anything",
        }
        yield spoken.get(getattr(annotation, "__name__", ""), str(annotation))


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined:
        return "none"
    return "none" if isinstance(value, BaseModel) else f"`{value!r}`".replace("'", '"')


def hooks_page() -> str:
    parts = [f"# Hooks\n\n{inspect.getdoc(hookspecs)}\n"]
    for name in HOOKS:
        spec = getattr(hookspecs, name)
        signature = str(inspect.signature(spec)).replace("'", "")
        doc = " ".join((inspect.getdoc(spec) or "").split())
        parts.append(f"\n## `{name}{signature}`\n\n{doc}\n")
    parts.append(f"\n# What a driver may offer\n\n{inspect.getdoc(drivers)}\n")
    offers = (
        drivers.Warmable,
        drivers.Closable,
        drivers.KnowsLanguages,
        drivers.NamesLanguage,
        drivers.FallsBehind,
    )
    for protocol in offers:
        [(name, member)] = ((n, m) for n, m in vars(protocol).items() if not n.startswith("_"))
        doc = " ".join(f"{inspect.cleandoc(protocol.__doc__ or '')} {inspect.getdoc(member)}".split())
        parts.append(f"\n## `{protocol.__name__}`: `{name}`\n\n{doc}\n")
    parts.append("\n# Actions\n\nWhat a response handler may return, from `switchhook`.\n")
    for action in get_args(Action):
        given = ", ".join(f"{f.name}: {f.type}" for f in fields(action))
        doc = " ".join((inspect.getdoc(action) or "").split())
        parts.append(f"\n## `{action.__name__}({given})`\n\n{doc}\n")
    return "".join(parts)


FIGURES = """# Figures

What is measured, as core, the Genesys transport, recording, tracing and telemetry declare it; the name
is the one that Prometheus reads from `/metrics`. Names, kinds and labels are [public](compatibility.md):
they change only with a line in the changelog. A plugin declares its own by the hook [`figures`](hooks.md);
one that is declared with its labels is on the page before anything was measured. Seconds are histograms;
their bounds are {bounds}.

No label holds what a caller said, keyed or brought: `connector`, `engine` and `plugin` are names of the
configuration, the others words of the code; `problem` is the reason that an engine's author gives its
errors, or their type. With several workers counters and histograms are sums, and each gauge has the label
`worker` beside its own; `sum without (worker) (switchhook_calls)` is of all.

| name | kind | labels | |
| --- | --- | --- | --- |
"""
PROCESS = """
Beside these, Prometheus' own library measures the process: `process_cpu_seconds_total`,
`process_resident_memory_bytes`, `process_virtual_memory_bytes`, `process_open_fds`, `process_max_fds` and
`process_start_time_seconds`.
"""
KINDS = {
    "count": ("_total", "counter"),
    "level": ("", "gauge"),
    "seconds": ("", "histogram, seconds"),
}


def figures_page() -> str:
    of_plugins = (*transport.FIGURES, *recording.FIGURES, *tracing.FIGURES, telemetry.CALLS)
    measured = (*figures.FIGURES, *of_plugins)
    rows = []
    for figure in sorted(measured, key=lambda each: each.name):
        ending, kind = KINDS[figure.kind]
        name = f"switchhook_{figure.name.removesuffix(ending)}{ending}"
        labels = ", ".join(f"`{label}`" for label in figure.labels or ())
        rows.append(f"| `{name}` | {kind} | {labels} | {figure.meaning} |\n")
    bounds = ", ".join(f"{bound:g}" for bound in telemetry.BUCKETS)
    return FIGURES.format(bounds=bounds) + "".join(rows) + PROCESS


RECORD_NOTES = """
Refused calls leave at most sixty lines a minute, so that who floods a server does not fill its disk. A call
that goes on while its process is killed leaves its record too, up to its last turn, with the outcome
`interrupted`: [where records go](../how-to/operate.md#where-records-go).
"""


def record_page() -> str:
    doc = inspect.getdoc(sys.modules[CallRecord.__module__])
    page = f"# The call record\n\n{doc}\n{RECORD_NOTES}"
    for cls in (CallRecord, TurnRecord):
        lead = " ".join((inspect.getdoc(cls) or "").split())
        page += f"\n## {cls.__name__}\n\n{lead}\n\n| field | type | |\n| --- | --- | --- |\n{_fields(cls)}"
    return page


def _fields(cls: type) -> str:
    rows = ""
    for name, hint in get_type_hints(cls, include_extras=True).items():
        kind, text = get_args(hint)
        shown = getattr(kind, "__name__", str(kind)) if not get_args(kind) else str(kind)
        for word, plain in (("typing.", ""), ("|", "or"), ("switchhook.contract.records.", "")):
            shown = shown.replace(word, plain)
        rows += f"| `{name}` | {shown} | {text} |\n"
    return rows


CONFORMANCE = """# Conformance

What [`switchhook conformance`](../how-to/conformance.md) tries. The cases are made of Genesys' published
reference implementations, of the documentation, and of what others have seen in production; where the source
is "assumption", nobody has published the fact. The suite was never compared with Genesys' own client.

In every case each message of the server is held against the tables of the protocol: no field that is not
listed, at any depth; `seq` without gap; `clientseq` that never falls and that a pong has of its own ping; no
audio before `opened` or after `disconnect`; nothing but the end after a `close` was read; at most 64,000
bytes in a message, 5 messages a second and 25 at once, 2 `pause` and 2 `resume` a second and 4 at once.

## Cases

Needs are fields of the profile; `bot:NAME` is a behaviour of the script below. Cases marked long are run
with `--long`.

| id | what must hold | source | needs |
| --- | --- | --- | --- |
"""

SCRIPT = """
## The script of the cooperating bot

{}

| behaviour | the bot |
| --- | --- |
"""


def conformance_page() -> str:
    cases = [f"| {case.id} | {case.rule} | {case.source} | {_needs(case)} |\n" for case in all_cases()]
    behaviours = [f"| `{name}` | {behaviour.does} |\n" for name, behaviour in BEHAVIOURS.items()]
    script = SCRIPT.format((inspect.getdoc(conformance_script) or "").partition("\n\n")[2])
    profile = "\n## The profile\n\n" + _table(Profile)
    return CONFORMANCE + "".join(cases) + script + "".join(behaviours) + profile


def _needs(case: Case) -> str:
    given = () if case.kind == "client" else ("url", "api_key")
    return ", ".join([*(need for need in case.needs if need not in given), *["long"] * case.long])


PAGES = {
    "settings.md": settings_page,
    "hooks.md": hooks_page,
    "command-line.md": command_line_page,
    "figures.md": figures_page,
    "contracts.md": contracts_page,
    "record.md": record_page,
    "conformance.md": conformance_page,
    "limits.md": limits_page,
    "webhook.md": webhook_page,
    "../../plugins/assistant_http/src/switchhook_assistant_http/webhook.schema.json": webhook_schema,
    "../pictures/call.svg": call_picture,
    "../pictures/flow.svg": flow_picture,
    "../pictures/frame.svg": frame_picture,
    "../pictures/house.svg": house_picture,
    "../pictures/talk.svg": talk_picture,
    "../pictures/trial.svg": trial_picture,
}


def main(arguments: list[str]) -> int:
    stale = []
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if "--check" in arguments:
            stale += [name] if not path.exists() or path.read_text(encoding="utf-8") != text else []
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; say make docs", file=sys.stderr)  # a command speaks
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
