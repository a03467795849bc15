"""The page of limits: each that a setting changes is there, with the figure that the code has."""

from dataclasses import fields
from pathlib import Path

import pytest

from switchhook.contract.settings import PromptsSettings
from switchhook_audiohook.settings import LimitSettings
from switchhook_responses.audio import AudioSettings
from switchhook_websocket import Limits

PAGE = (Path(__file__).parents[2] / "docs/reference/limits.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line[:1] == "|"
]
BY_SETTING = {setting.strip("`| "): most for _, most, _, setting in ROWS}
SETTINGS = [("[transport.limits]", LimitSettings, name) for name in LimitSettings.model_fields] + [
    ("[plugins.audio]", AudioSettings, "max_bytes"),
    ("[plugins.audio]", AudioSettings, "timeout"),
    ("[plugins.audio]", AudioSettings, "cache"),
    ("[prompts]", PromptsSettings, "memory"),
    ("[prompts]", PromptsSettings, "disk"),
]


@pytest.mark.parametrize(("table", "model", "name"), SETTINGS)
def test_each_limit_that_a_setting_changes_has_its_default_on_the_page(table, model, name):
    default = model.model_fields[name].default
    said = BY_SETTING[f"{table} {name}"].partition(" ")[0]
    assert said == ("none" if default is None else f"{default:,.0f}")


@pytest.mark.parametrize("name", ["request", "headers", "stalled"])
def test_each_fixed_limit_of_sockets_is_on_the_page(name):
    assert name in {field.name for field in fields(Limits)}
    assert f"{getattr(Limits(), name):,.0f}" in {most.partition(" ")[0] for _, most, *_ in ROWS}


def test_no_row_leaves_out_what_happens_beyond_its_limit():
    assert all(all(row) for row in ROWS)
    assert len(ROWS) > 50
