"""What a fresh interpreter imports of IBM's SDK."""

import subprocess
import sys


def test_the_sdk_is_imported_only_for_those_who_configure_it():
    code = "import switchhook_watson, sys; print([name for name in ('ibm_watson', 'requests') if name in sys.modules])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
