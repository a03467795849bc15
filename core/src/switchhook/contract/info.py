"""What a plugin may know of the call it works in, and of the application around it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .figures import Figure
    from .leg import LegInfo
    from .settings import Settings


class AppInfo(Protocol):
    """The application, as `lifespan` and `check` see it."""

    @property
    def settings(self) -> Settings:
        """The whole configuration, read and validated."""

    @property
    def figures(self) -> Mapping[str, Figure]:
        """What core and the plugins measure, by name."""

    def settings_of(self, name: str) -> Any:
        """The validated `[plugins.NAME]` of a plugin that has a `settings_model`; its defaults if the table
        is absent."""

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        """A figure was taken that this plugin's hook `figures` declares. A plain call, in any thread; those
        who listen to `measured` are told within a second or two, while a server runs. Never per frame of
        audio."""


@dataclass(frozen=True, slots=True)
class CallInfo:
    """Read-only, but for `state` and `shared`. `variables` is a live view: it changes with each turn.
    `context` is what else the transport knew, `configuration` what the peer was set up with. `language` is
    the BCP 47 tag of the language that is spoken: the peer's if the engines know it; it may change during the
    call. Each plugin sees its own `plugin` (what its `lifespan` yielded, else None) and its own `state`, and
    in `shared` a state that the plugins of one distribution have in common; both last as long as the call."""

    id: str
    connector: str
    conversation_id: str = ""
    correlation_id: str = ""
    api_version: str = ""
    language: str = ""
    ani: str = ""
    dnis: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    plugin: Any = None
    state: dict[str, Any] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    _shared: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    _views: dict[str, CallInfo] = field(default_factory=dict, repr=False, compare=False)
    _began: float = field(default_factory=time.monotonic, repr=False, compare=False)

    @property
    def began(self) -> float:
        """When, on this machine's steady clock."""
        return self._began

    def speaks(self, language: str) -> None:
        """Core calls this when the conversation goes on in that language."""
        for view in (self, *self._views.values()):
            object.__setattr__(view, "language", language)  # frozen for all others

    def seen_by(self, name: str, plugin: object, distribution: str = "") -> CallInfo:
        """The view that the plugin of that name has; the same one each time. A view knows no other: then they
        are freed at the end of the call."""
        if name not in self._views:
            shared = self._shared.setdefault(distribution or name, {})
            self._views[name] = replace(self, plugin=plugin, state={}, shared=shared, _views={})
        return self._views[name]


def info_of_call(info: LegInfo, language: str, variables: Mapping[str, Any]) -> CallInfo:
    """What the transport knows of a call, for plugins."""
    return CallInfo(
        id=info.id,
        connector=info.connector,
        conversation_id=info.conversation_id,
        correlation_id=info.correlation_id,
        api_version=info.api_version,
        language=language,
        ani=info.ani,
        dnis=info.dnis,
        variables=variables,
        context=MappingProxyType(dict(info.details)),
        configuration=MappingProxyType(dict(info.configuration)),
    )
