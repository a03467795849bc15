import pkgutil
import subprocess
import sys

import switchhook_audiohook


def test_the_protocol_imports_no_sockets():
    found = pkgutil.walk_packages(switchhook_audiohook.__path__, "switchhook_audiohook.")
    names = [module.name for module in found]
    assert "switchhook_audiohook.protocol.server" in names
    code = f"import sys, {', '.join(names)}; print({{'anyio', 'asyncio', 'websockets'}} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
