"""No connection to elsewhere is opened but where somebody has thought of who names the address."""

import ast
import re

import pytest

from .outgoing import ROOT, places, ways

HTTP, SOCKET = "plugins/http/src/switchhook_http", "plugins/websocket/src/switchhook_websocket"
GUARD = "the guarded clients themselves"
OPERATOR = "the operator names the address, in the configuration"
OUTSIDE = "an assistant names the address: only public ones are connected to"
LISTENS = "it listens"
LOCAL = "a socket of this machine: systemd's"
TOOLS = ("conformance", "genesys_tools", "scenarios", "testing_openai", "testing_watson")
"""What a person starts by hand, or emulates a service in a test; no server loads it for a call."""

KNOWN = {
    "core/src/switchhook/cli/ports.py": "the address where `serve` would listen: who has it already is asked",
    "core/src/switchhook/serving/process/admin.py": LISTENS,
    "core/src/switchhook/serving/process/handed.py": LISTENS,
    "core/src/switchhook/serving/process/notify.py": LOCAL,
    "core/src/switchhook/serving/process/sockets.py": LISTENS,
    "plugins/assistant_http/src/switchhook_assistant_http/service.py": OPERATOR,
    "plugins/assistant_openai/src/switchhook_assistant_openai/model.py": OPERATOR,
    "plugins/assistant_openai/src/switchhook_assistant_openai/tokens.py": OPERATOR,
    "plugins/chat/src/switchhook_chat/service.py": OPERATOR,
    "plugins/handover/src/switchhook_handover/desk.py": OPERATOR,
    f"{HTTP}/connections.py": GUARD,
    f"{HTTP}/errors.py": GUARD,
    f"{HTTP}/pool.py": GUARD,
    f"{HTTP}/proxies.py": GUARD,
    f"{HTTP}/public.py": GUARD,
    f"{HTTP}/secured.py": GUARD,
    "plugins/recording/src/switchhook_recording/store.py": OPERATOR,
    "plugins/recording/src/switchhook_recording/webhook.py": OPERATOR,
    "plugins/records_sql/src/switchhook_records_sql/database.py": OPERATOR,
    "plugins/records_sql/src/switchhook_records_sql/options.py": OPERATOR,
    "plugins/records_sql/src/switchhook_records_sql/schema.py": OPERATOR,
    "plugins/records_sql/src/switchhook_records_sql/sink.py": OPERATOR,
    "plugins/records_webhook/src/switchhook_records_webhook/sink.py": OPERATOR,
    "plugins/responses/src/switchhook_responses/fetching.py": OUTSIDE,
    "plugins/stt_watson/src/switchhook_stt_watson/link.py": OPERATOR,
    "plugins/tracing/src/switchhook_tracing/traces.py": OPERATOR,
    "plugins/transport_genesys/src/switchhook_transport_genesys/server.py": LISTENS,
    "plugins/watson/src/switchhook_watson/fetching.py": OPERATOR,
    "plugins/watson/src/switchhook_watson/http.py": OPERATOR,
    "plugins/watson/src/switchhook_watson/trust.py": OPERATOR,
    f"{SOCKET}/client.py": GUARD,
    f"{SOCKET}/entrance.py": LISTENS,
    f"{SOCKET}/way.py": GUARD,
}
FOUND = {path: found for path, found in places() if path.split("/")[1] not in TOOLS}


def test_each_place_is_known_and_why_it_is_safe():
    """Who adds one says here, and in docs/security-review.md, who names its address."""
    assert FOUND.keys() - KNOWN.keys() == set()
    assert KNOWN.keys() - FOUND.keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        "import requests",
        "from urllib.request import urlopen",
        "import urllib.request as given",
        "def late():\n    import httpx",
        "from switchhook_http import Pool",
        "import anyio\nanyio.connect_tcp('a', 1)",
        "import asyncio\nasyncio.open_connection('a', 1)",
        "import socket\nsocket.socket()",
        "loop.create_connection(None)",
    ],
)
def test_each_way_to_connect_is_seen(text):
    assert ways(text)


@pytest.mark.parametrize(
    "text", ["import json", "from urllib.parse import urlsplit", "from websockets import frames"]
)
def test_what_opens_nothing_is_not_accused(text):
    assert ways(text) == set()


def pools(path):
    """The calls that make a pool of connections."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Pool":
            yield ast.unparse(node)


@pytest.mark.parametrize("path", [path for path, who in KNOWN.items() if who == OUTSIDE])
def test_who_is_given_addresses_from_outside_connects_to_public_ones_only(path):
    made = list(pools(path))
    assert made
    assert all(
        "PublicConnections(" in each and "tells=False" in each and "proxy" not in each for each in made
    )


BY_SETTING = "plugins/watson/src/switchhook_watson/trust.py"
"""Where the operator says so: `disable_ssl` of IBM's SDK, of which `check` warns."""


@pytest.mark.parametrize("path", sorted(FOUND.keys() - {BY_SETTING}))
def test_nobody_leaves_out_whether_a_certificate_is_right(path):
    text = (ROOT / path).read_text()
    assert not re.search(
        r"CERT_NONE|_create_unverified_context|verify\s*=\s*False|check_hostname\s*=\s*False", text
    )


def test_the_review_names_everything_that_connects():
    page = (ROOT / "docs/security-review.md").read_text()
    connecting = {path.split("/")[1] for path, who in KNOWN.items() if who in (OPERATOR, OUTSIDE)}
    table = page.partition("## What the server connects to")[2].partition("\n## ")[0]
    assert {name for name in connecting if f"`{name}`" not in table} == set()
