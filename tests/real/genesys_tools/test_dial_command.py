"""`switchhook dial` against nobody."""

import pytest

from switchhook_genesys_tools.dial import command

from ...genesys_tools.test_dial_command import config, parse, server

__all__ = ["config"]


@pytest.mark.parametrize("calls", ["1", "3"])
def test_a_server_that_is_not_there_is_one_line_and_status_1(config, tmp_path, capsys, calls):
    server(config, "port = 1\n# ")
    config.write_text(config.read_text().replace("port = 8443", ""))
    status = command.run(
        parse(
            "--config",
            str(config),
            "--connector",
            "support",
            "--calls",
            calls,
            "--output",
            str(tmp_path / "o"),
        )
    )
    assert status == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "refused: cannot connect to ws://127.0.0.1:1/" in error
