"""How properties are tried: the same examples in every run, so that a green run stays green; a third of them in
`make quick`. New ones are looked for with `pytest --hypothesis-profile=explore`.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from . import beat, reach
from .examples import STEADY

ROOT = Path(__file__).parents[1]

settings.register_profile("steady", deadline=None, max_examples=STEADY, derandomize=True)
settings.register_profile("quick", settings.get_profile("steady"), max_examples=20)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")


def pytest_configure(config):
    for each in (reach, beat):
        config.pluginmanager.register(each)


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    """What this machine has set for Watson or for proxies must not matter."""
    names = "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy"
    for name in [*names.split(), "IBM_CREDENTIALS_FILE", "REQUESTS_CA_BUNDLE", "VCAP_SERVICES"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
