"""Which files a talk begins anew for."""

import os

from switchhook.cli.talk import Files


def test_what_changes_while_it_is_read_has_changed(tmp_path):
    script = tmp_path / "bank.toml"
    script.write_text("old")
    os.utime(script, (1, 1))
    before = Files([tmp_path])
    script.write_text("new")
    assert Files([script], before.times).changed() == script


def test_what_was_read_has_not_changed(tmp_path):
    script = tmp_path / "bank.toml"
    script.write_text("old")
    assert Files([script], Files([tmp_path]).times).changed() is None


def test_a_file_that_was_not_looked_at_before_counts_from_now(tmp_path):
    plugin = tmp_path / "plugin.py"
    plugin.write_text("")
    assert Files([plugin], Files([]).times).changed() is None
