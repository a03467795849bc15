"""What a shell is told to ask for how a line of switchhook is to go on."""

import pytest

from switchhook.__main__ import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_where_it_goes_and_how_to_ask(shell, capsys):
    assert main(["completion", shell]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith(f"# for ~/.{'config/fish' if shell == 'fish' else shell}")
    assert any("_ARGCOMPLETE" in line for line in others)
