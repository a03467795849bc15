"""Scenarios by voice where there is no bot to speak with."""

import json
import socket

import pytest

from switchhook.__main__ import main

ONE = '[[scenario]]\nname = "{}"\nsteps = [{{ hear = "hello" }}]\n'


@pytest.mark.parametrize("accepts", [True, False])
def test_a_server_that_does_not_answer_has_a_verdict_for_each_scenario(
    tmp_path, capsys, monkeypatch, accepts
):
    monkeypatch.setattr("switchhook_genesys_tools.dial.client.CONNECT_WITHIN", 0.5)
    (tmp_path / "calls.toml").write_text(ONE.format("a") + ONE.format("b"))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if accepts:
            server.listen()
        url = f"ws://127.0.0.1:{server.getsockname()[1]}/bot/connect?version=2024-08-25"
        given = ["--url", url, "--api-key", "key", "--json", "--output", str(tmp_path / "kept")]
        status = main(["try", str(tmp_path / "calls.toml"), *given])
    scenarios = json.loads(capsys.readouterr().out)["scenarios"]
    assert (status, [each["outcome"] for each in scenarios]) == (1, ["refused", "refused"])


def test_a_bot_that_does_not_start_is_told_with_its_own_words(tmp_path, capsys):
    (tmp_path / "switchhook.toml").write_text(
        '[transport]\nuse = "genesys"\n[connectors.x]\n'
        'assistant = { use = "script", file = "none.toml" }\nstt = { use = "moonshine" }\ntts = { use = "hibari" }\n'
    )
    (tmp_path / "calls.toml").write_text('config = "switchhook.toml"\n' + ONE.format("a"))
    assert main(["try", str(tmp_path / "calls.toml"), "--voice"]) in (1, 2)
    assert "did not start" in capsys.readouterr().err
