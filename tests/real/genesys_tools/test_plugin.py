import subprocess
import sys
from types import SimpleNamespace

from switchhook_genesys_tools import plugin


def test_it_is_light_until_it_is_asked():
    """Every server loads it."""
    heavy = {"http_sf", "tomlkit", "websockets", "switchhook_audiohook", "switchhook_genesys_tools.public"}
    code = f"import sys, switchhook_genesys_tools.plugin; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_of_another_transport_it_has_nothing_to_say():
    settings = SimpleNamespace(transport=SimpleNamespace(use="acme"))
    assert plugin.check_public(SimpleNamespace(settings=settings)) is None
