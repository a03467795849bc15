"""The state of a server of several workers, made and kept by their supervisor."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from ...contract.settings import Settings
from ...contract.state import State
from ...plugins.loader import Plugins
from ..drivers.engines import Engines
from ..drivers.keeping import entered


class SharedState:
    """Raises SettingsError, StartError and PluginError."""

    def __init__(self, settings: Settings, base: Path) -> None:
        self._engines = Engines(Plugins(), base)
        self.state: State = self._engines.make("state", settings.state).driver

    def kept(self) -> AbstractAsyncContextManager[None]:
        """Around all workers."""
        return entered(self._engines.lifetimes())
