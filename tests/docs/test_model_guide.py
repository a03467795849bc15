"""The page about models of one's own leaves no option out, and says each default as it is."""

import re
import tomllib
from pathlib import Path

import pytest

from switchhook import Options
from switchhook_assistant_openai.options import OpenAIOptions
from switchhook_chat import ToolOptions

PAGE = (Path(__file__).parents[2] / "docs/how-to/bring-your-own-model.md").read_text()


@pytest.mark.parametrize(("section", "model"), [("Options", OpenAIOptions), ("Tools", ToolOptions)])
def test_every_option_is_on_the_page(section, model):
    text = re.search(rf"^## {section}\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)[1]
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == sorted(model.model_fields)


@pytest.mark.parametrize("model", [OpenAIOptions, ToolOptions])
def test_numbers_and_switches_are_as_the_page_says(model):
    told = dict(re.findall(r"^\| `(\w+)` \| `?(\d+|true|false|\"\d+s\")`? \|", PAGE, re.MULTILINE))
    defaults = {name: field.default for name, field in model.model_fields.items() if name != "timeout"}
    for name in told.keys() & defaults.keys():
        said = told[name].strip('"').removesuffix("s")
        assert said in (str(defaults[name]).lower(), str(defaults[name]).removesuffix(".0")), name


def test_the_example_is_a_table_that_the_plugin_reads(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    (tmp_path / "support.md").write_text("Be kind.")
    block = next(text for text in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    tables = tomllib.loads(block)["connectors"]["support"]["assistant"]
    models = [{k: v for k, v in table.items() if k != "use"} for table in tables if table["use"] == "openai"]
    assert len(models) == 2
    for table in models:
        assert Options(table, place="assistant", base=tmp_path).parse(OpenAIOptions).model
