"""What `check` says of a port that is taken depends on who has it."""

import pytest

from switchhook.cli import ports


@pytest.mark.parametrize("subject", ["server.port", "admin.port"])
def test_another_program_is_an_error_with_the_way_out(monkeypatch, subject):
    monkeypatch.setattr(ports, "is_ours", lambda host, port: False)
    found = ports.busy(subject, "cannot listen on a:1: in use", "a", 1)
    table = subject.split(".")[0]
    assert (found.level, found.subject) == ("error", subject)
    assert found.text == "cannot listen on a:1: in use: `serve` could not start"
    assert found.cure.endswith(f"choose another [{table}] port")


def test_a_server_of_ours_stands_in_nobodys_way(monkeypatch):
    monkeypatch.setattr(ports, "is_ours", lambda host, port: True)
    found = ports.busy("server.port", "cannot listen on a:1: in use", "a", 1)
    assert (found.level, found.cure) == ("ok", "")
    assert "is running on a:1" in found.text


def test_what_may_be_a_server_with_tls_is_a_warning(monkeypatch):
    monkeypatch.setattr(ports, "is_ours", lambda host, port: None)
    assert ports.busy("server.port", "cannot listen on a:1: in use", "a", 1).level == "warning"
