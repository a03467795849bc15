"""The dashboard and the rules name figures and labels that there are."""

import json

import pytest

from switchhook.serving.measuring import figures as core
from switchhook_recording import plugin as recording
from switchhook_recording import record
from switchhook_telemetry.figures import CALLS, Figures
from switchhook_tracing import plugin as tracing
from switchhook_transport_genesys import figures as transport

from .operating import FOLDER, families, labels, names, queries, rules

OF_PLUGINS = [*transport.FIGURES, *recording.figures(), *record.figures(), *tracing.figures()]
DECLARED = {figure.name: figure for figure in (*core.FIGURES, *OF_PLUGINS)}
PAGE = families(Figures(DECLARED).page().decode())


def declared(name):
    """The figure of a metric."""
    bare = name.removeprefix("switchhook_")
    for ending in ("", "_total", "_bucket", "_sum", "_count"):
        if (figure := {**DECLARED, "calls": CALLS}.get(bare.removesuffix(ending))) is not None:
            return figure
    raise AssertionError(name)


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_each_metric_is_there(query):
    assert names(query)
    assert names(query) - PAGE.keys() == set()


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_each_label_is_one_of_its_metrics(query):
    ours = [declared(name).labels for name in names(query) if name.startswith("switchhook_")]
    assert labels(query) <= {label for each in ours for label in each}


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_a_counter_is_asked_for_its_rise_and_a_histogram_for_a_quantile(query):
    for name in names(query):
        kind = PAGE[name]
        assert (kind == "histogram") is name.endswith("_bucket")
        if kind == "counter" and "unless" not in query and "and on" not in query:
            assert f"rate({name}" in query or f"increase({name}" in query


def test_every_figure_that_is_declared_is_on_the_dashboard_or_in_a_rule():
    shown = {
        declared(name).name for query in queries().values() for name in names(query) if "switchhook" in name
    }
    assert DECLARED.keys() - shown == set()


def test_panels_have_places_of_their_own():
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    assert len({(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels}) == len(panels)
    assert len({each["id"] for each in panels}) == len(panels)


def test_rules_have_names_of_their_own():
    made = [name for name, _ in rules()]
    assert len(set(made)) == len(made)
