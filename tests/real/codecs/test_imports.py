"""What a fresh interpreter imports of the codecs."""

import subprocess
import sys


def test_the_plugins_are_found_without_importing_numpy():
    code = "import sys, switchhook_codecs.pcmu, switchhook_codecs.wav; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
