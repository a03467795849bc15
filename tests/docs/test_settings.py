"""The page of settings leaves nothing out, and examples of speech need nothing that is not installed."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

from pydantic import BaseModel

from switchhook import Settings

REFERENCE = Path(__file__).parents[2] / "docs/reference"


def tables(model, place):
    """Each table of the configuration, as (where it stands, its keys)."""
    for name, field in model.model_fields.items():
        for inner in models(field.annotation):
            here = f"{place} {name}".strip()
            if "use" not in inner.model_fields or here == "transport":
                yield here, inner
                yield from tables(inner, here)


def models(annotation):
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) else []
    inside = [
        *getattr(annotation, "__args__", ()),
        *([annotation.__origin__] if hasattr(annotation, "__metadata__") else []),
    ]
    return [model for part in inside for model in models(part)]


def test_every_table_and_every_key_is_on_the_page():
    page = (REFERENCE / "settings.md").read_text()
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    documented = [set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) for section in sections]
    found = dict(tables(Settings, ""))
    assert {"prompts", "connectors waiting", "connectors languages waiting"} <= set(found)
    missing = [where for where, model in found.items() if set(model.model_fields) not in documented]
    assert missing == []


def test_the_first_example_of_speech_needs_only_what_the_extra_installs():
    text = re.search(r"^```toml\n(.*?)^```", (REFERENCE / "speech.md").read_text(), re.MULTILINE | re.DOTALL)[
        1
    ]
    connector = tomllib.loads(text)["connectors"]["support"]
    installed = [need for need in requires("switchhook") if "'offline'" in need or '"offline"' in need]
    for kind in ("stt", "tts"):
        assert any(f"-{kind}-{connector[kind]['use']}" in need for need in installed), kind
