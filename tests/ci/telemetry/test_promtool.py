"""Prometheus' own tool reads the rules, the queries of the dashboard and the page of metrics."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from switchhook.serving.measuring import figures as core
from switchhook_telemetry.figures import Figures
from switchhook_transport_genesys import figures as transport

from ...telemetry.operating import RULES, panels

pytestmark = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def promtool(*arguments, given=None):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, input=given)


def test_the_rules_are_rules():
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_rules_say_what_they_should(tmp_path):
    (tmp_path / "alerts.yml").write_text(RULES.read_text())
    shutil.copy(Path(__file__).parent / "alerts_test.yml", tmp_path)
    done = promtool("test", "rules", str(tmp_path / "alerts_test.yml"))
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_rule_that_says_otherwise_fails_the_test_above(tmp_path):
    text = RULES.read_text().replace("> 0.02", "> 0.2")
    assert text != RULES.read_text()
    (tmp_path / "alerts.yml").write_text(text)
    shutil.copy(Path(__file__).parent / "alerts_test.yml", tmp_path)
    assert promtool("test", "rules", str(tmp_path / "alerts_test.yml")).returncode == 1


def test_the_queries_of_the_dashboard_are_queries(tmp_path):
    made = [{"record": f"panel:{number}", "expr": query} for number, (_, query) in enumerate(panels())]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": made}]}))
    done = promtool("check", "rules", str(file))
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_page_is_as_prometheus_wants_metrics_to_be():
    figures = Figures({figure.name: figure for figure in (*core.FIGURES, *transport.FIGURES)})
    for figure in (*core.FIGURES, *transport.FIGURES):
        figures.take(figure.name, 1, dict.fromkeys(figure.labels, "some"))
    done = promtool("check", "metrics", given=figures.page().decode())
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if "switchhook_" in line]
    assert complaints == []
