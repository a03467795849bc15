"""What the dashboard and the rules ask Prometheus for."""

import json
import re
from importlib.resources import files

import yaml

FOLDER = files("switchhook_telemetry") / "operating"
RULES = FOLDER / "alerts.yml"
FUNCTIONS = re.compile(r'"[^"]*"')  # texts, in which words are no names
ENDINGS = ("_bucket", "_count", "_sum")


def panels():
    """The queries of the dashboard, with its variables filled in, by title and legend."""
    for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"].replace("$__rate_interval", "5m").replace("$connector", ".*")
            yield f"{panel['title']}, {target['legendFormat']}", query


def rules():
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


def queries():
    return dict([*panels(), *rules()])


def names(query):
    """The metrics that a query names."""
    return set(re.findall(r"\b(?:switchhook|process)_[a-z0-9_]+", FUNCTIONS.sub('""', query)))


def labels(query):
    """The labels that it names, by metric; those it groups by belong to all."""
    text = FUNCTIONS.sub('""', query)
    grouped = {
        label.strip()
        for found in re.findall(r"\b(?:by|on|without) \(([^)]*)\)", text)
        for label in found.split(",")
    }
    selected = set(re.findall(r"[{,]\s*([a-z_]+)\s*=", text))
    return (grouped | selected) - {"le", "instance", "job", "worker"}


def families(page):
    """The types of what a page of metrics holds, by the names that a query uses."""
    found = {}
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", page, re.MULTILINE):
        endings = ENDINGS if kind == "histogram" else ("",)
        found |= {f"{name}{ending}": kind for ending in endings}
    return found
