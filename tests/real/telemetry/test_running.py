"""What dashboard and rules name, on the page of a server that runs."""

import pytest

from ...telemetry.operating import families, names, queries
from ..end_to_end.served import served


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_metric_of_dashboard_and_rules_is_on_the_page(tmp_path, workers):
    with served(tmp_path, "--workers", workers) as server:
        status, page = server.get("/metrics")
    assert status == 200
    found = families(page)
    missing = {name for query in queries().values() for name in names(query)} - found.keys()
    assert missing == set()
