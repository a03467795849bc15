"""The page about hand-overs leaves no option out, and its examples are read."""

import re
import tomllib
from pathlib import Path

from switchhook import Options
from switchhook_handover.settings import HandoverOptions, HandoverSettings

PAGE = (Path(__file__).parents[2] / "docs/how-to/hand-over.md").read_text()


def test_every_option_is_on_the_page_with_its_default():
    table = PAGE.partition("| option |")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", table, re.MULTILINE))
    assert [*told] == [*HandoverOptions.model_fields]
    for name, field in HandoverOptions.model_fields.items():
        shown = told[name].strip("`").strip('"')
        assert shown in (str(field.default).lower(), {"to": "none", "tell": "[]"}.get(name, "none"))


def test_the_example_is_a_table_that_the_plugin_reads(monkeypatch):
    monkeypatch.setenv("DESK_SECRET", "whsec_" + "A" * 32)
    block = re.search(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
    table = tomllib.loads(block)["plugins"]["handover"]
    settings = Options(table, place="plugins.handover", base=Path()).parse(HandoverSettings)
    assert (settings.of("support").give, settings.of("billing").give) == ("value", "reference")
