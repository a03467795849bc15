"""The guide tells what Genesys itself decides, and a caller's organization has to know before it begins."""

from pathlib import Path

import pytest

GUIDE = " ".join((Path(__file__).parents[2] / "docs" / "how-to" / "genesys.md").read_text("utf-8").split())


@pytest.mark.parametrize(
    "fact",
    [
        "the services `audio-connector` and `audiohook`",
        "excludes BYOC Premises and premises-based Edges (LDM)",
        "Genesys charges for the time that a connection lasts",
        "/api/v2/organizations/limits/namespaces/audiohook",
        "Customer Care can raise it",
        "leave Genesys' region",
        "A second Call Audio Connector on this path",
    ],
)
def test_the_guide_names(fact):
    assert fact in GUIDE


def test_the_guide_does_not_say_that_any_telephony_will_do():
    assert "any telephony" not in GUIDE
