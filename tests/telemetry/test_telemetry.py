"""Figures, as Prometheus would read them."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from switchhook import AdminPage, Figure
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.serving.measuring import figures as core
from switchhook_telemetry import plugin as telemetry
from switchhook_telemetry.figures import MOST_LABELS, MOST_NAMES, Figures
from switchhook_transport_genesys import figures as transport

DECLARED = {figure.name: figure for figure in (*core.FIGURES, *transport.FIGURES)}


def samples(figures):
    families = text_string_to_metric_families(figures.page().decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_add_up_by_label():
    figures = Figures(DECLARED)
    figures.take("upgrades_refused", 1, {"reason": "expired"})
    figures.take("upgrades_refused", 1, {"reason": "expired"})
    figures.take("upgrades_refused", 1, {"reason": "wrong-key"})
    found = samples(figures)
    assert found["switchhook_upgrades_refused_total", "expired"] == 2
    assert found["switchhook_upgrades_refused_total", "wrong-key"] == 1


def test_seconds_are_a_histogram():
    figures = Figures(DECLARED)
    figures.take("turn_seconds", 0.4, {"connector": "bank"})
    found = samples(figures)
    assert found["switchhook_turn_seconds_count", "bank"] == 1
    assert found["switchhook_turn_seconds_bucket", "0.3", "bank"] == 0
    assert found["switchhook_turn_seconds_bucket", "0.5", "bank"] == 1


def test_live_calls_and_connections_fall_again():
    figures = Figures(DECLARED)
    figures.take("connections", 1, {})
    figures.take("connections", -1, {})
    figures.take("calls_started", 1, {"connector": "bank"})
    assert samples(figures)["switchhook_calls",] == 1
    figures.take("calls_ended", 1, {"connector": "bank", "outcome": "completed"})
    found = samples(figures)
    assert (found["switchhook_calls",], found["switchhook_connections",]) == (0, 0)


def test_what_a_plugin_declares_that_comes_later_is_what_it_says():
    """With a configuration that is read again, while this one is kept."""
    declared = dict(DECLARED)
    figures = Figures(declared)
    figures.page()
    declared["parked"] = Figure("parked", "level", "Calls that are parked", ())
    assert samples(figures)["switchhook_parked",] == 0
    figures.take("parked", 1, {})
    figures.take("parked", -1, {})
    assert samples(figures)["switchhook_parked",] == 0


def test_lines_that_wait_for_the_disk_fall_again():
    figures = Figures(DECLARED)
    figures.take("record_lines_waiting", 3, {})
    figures.take("record_lines_waiting", -2, {})
    assert samples(figures)["switchhook_record_lines_waiting",] == 1


def test_labels_from_outside_do_not_grow_without_end():
    figures = Figures(DECLARED)
    for number in range(MOST_LABELS + 50):
        figures.take("client_errors", 1, {"code": str(number)})
    assert samples(figures)["switchhook_client_errors_total", "other"] == 50


def test_names_do_not_grow_without_end():
    figures = Figures(DECLARED)
    for number in range(MOST_NAMES + 1):
        figures.take(f"figure_{number}", 1, {})
    found = samples(figures)
    assert (f"switchhook_figure_{MOST_NAMES - 1}_total",) in found
    assert (f"switchhook_figure_{MOST_NAMES}_total",) not in found


@pytest.mark.parametrize(("name", "labels"), [("Bad name", {}), ("good", {"bad label": "1"}), ("", {})])
def test_what_prometheus_could_not_read_is_left_out(name, labels):
    figures = Figures(DECLARED)
    figures.take(name, 1, labels)
    assert not [key for key in samples(figures) if "good" in key[0] or "ad" in key[0].split("_")[1]]


def test_a_count_below_nothing_is_not_taken():
    figures = Figures(DECLARED)
    figures.take("probes", -1, {"result": "ok"})
    assert samples(figures)["switchhook_probes_total", "ok"] == 0


async def started(plugins):
    """As an application enters lifespans; the figures that it keeps."""
    manager = telemetry.lifespan(SimpleNamespace(figures=DECLARED))
    figures = await manager.__aenter__()
    plugins.guard.values["extension/telemetry"] = figures
    return figures


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_two_applications_in_one_process_count_apart():
    first, second = Plugins(), Plugins()
    hooks = []
    for plugins in (first, second):
        held = plugins.hold(Plugin("extension/telemetry", "switchhook-telemetry", "0", telemetry))
        await started(plugins)
        hooks.append(Hooks(plugins, [held]))
    hooks[0].measure("probes", 1, {"result": "ok"})
    told = b'switchhook_probes_total{result="ok"} 1.0'
    assert told in hooks[0].admin_page("/metrics").content
    assert told not in hooks[1].admin_page("/metrics").content


def test_outside_a_server_there_is_no_page_and_nothing_breaks():
    assert telemetry.admin_page("/metrics", None) is None
    telemetry.measured("probes", 1, {}, None)


@pytest.mark.anyio
async def test_other_paths_are_not_its_own():
    figures = Figures(DECLARED)
    assert telemetry.admin_page("/other", figures) is None
    assert isinstance(telemetry.admin_page("/metrics", figures), AdminPage)


# --- what is declared


def test_a_figure_is_shown_as_its_measurer_declares_it():
    figures = Figures({"doors": Figure("doors", "level", "Doors that stand open")})
    figures.take("doors", 1, {})
    figures.take("doors", -1, {})
    assert b"# HELP switchhook_doors Doors that stand open" in figures.page()
    assert samples(figures)["switchhook_doors",] == 0


def test_what_is_declared_with_its_labels_is_shown_before_it_was_measured():
    page = Figures(DECLARED).page().decode()
    missing = [figure.name for figure in DECLARED.values() if f"# HELP switchhook_{figure.name}" not in page]
    assert missing == []
    assert "switchhook_record_lines_lost_total 0.0" in page


def test_what_is_measured_with_other_labels_than_declared_is_shown_with_those_that_are():
    figures = Figures({"doors": Figure("doors", "level", "Doors that stand open", ("house",))})
    figures.take("doors", 1, {"street": "Elm", "house": "7"})
    assert samples(figures) | {("switchhook_doors", "7"): 1} == samples(figures)


def test_what_nobody_has_declared_is_told_by_its_name():
    figures = Figures({})
    figures.take("lookup_seconds", 0.4, {})
    assert samples(figures)["switchhook_lookup_seconds_count",] == 1


def measured_names():
    """Names that are written where something is measured, in core and plugins."""
    root = Path(__file__).parents[2]
    for path in (*root.glob("core/src/**/*.py"), *root.glob("plugins/*/src/**/*.py")):
        yield from re.findall(r'\bmeasured\(\s*"(\w+)"', path.read_text(encoding="utf-8"))


def test_what_is_measured_is_declared():
    assert not set(measured_names()) - set(DECLARED)
