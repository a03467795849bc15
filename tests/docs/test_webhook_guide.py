"""The pages about web services leave no option out, and their schema is what the plugin reads and writes."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from switchhook import Options
from switchhook_assistant_http.answers import Answered
from switchhook_assistant_http.options import AllowOptions, HttpOptions
from switchhook_assistant_http.turns import Asked

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to/web-service.md").read_text()
SECRET = "whsec_" + "A" * 32


def test_every_option_is_on_the_page():
    options, allowed = re.search(
        r"^## Options\n(.*?)^\| of `allow`(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL
    ).groups()
    assert re.findall(r"^\| `(\w+)` \|", options, re.MULTILINE) == [*HttpOptions.model_fields]
    assert re.findall(r"^\| `(\w+)` \|", allowed, re.MULTILINE) == [*AllowOptions.model_fields]


@pytest.mark.parametrize("page", ["how-to/web-service.md", "web-tutorial.md"])
def test_the_examples_are_tables_that_the_plugin_reads(page, monkeypatch):
    monkeypatch.setenv("BOT_SECRET", SECRET)
    blocks = re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        named = tomllib.loads(block)["connectors"]["support"]["assistant"]
        table = {**(named[0] if isinstance(named, list) else named)}
        assert table.pop("use") == "http"
        assert Options(table, place="assistant", base=DOCS).parse(HttpOptions).url


def test_the_schema_that_is_shipped_is_the_one_on_the_page_and_in_the_code():
    shipped = json.loads(files("switchhook_assistant_http").joinpath("webhook.schema.json").read_text())
    page = (DOCS / "reference/webhook.md").read_text()
    assert json.loads(re.search(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1]) == shipped
    for model in (Asked, Answered):
        assert shipped["$defs"][model.__name__]["properties"].keys() == model.model_fields.keys()
