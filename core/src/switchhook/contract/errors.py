"""Everything Switchhook raises on purpose.

SwitchhookError
├── SettingsError      the configuration is wrong; the start is refused (exit status 2)
├── PluginError        a plugin is missing, broken or does not fit the contract (exit status 2)
├── StartError         something outside is in the way: a busy port, an unreadable model (exit status 1)
├── SpeechError        a speech engine failed, during a call or while opening
│   ├── LanguageUnknown    it works, and does not know the language that it was asked for
│   └── Unspeakable        it works, and cannot say the text
├── SinkUnavailable    where records go cannot be reached
├── Unplayable         a sound file that cannot be played
└── AssistantError     an assistant failed, during a turn or while opening
"""

from __future__ import annotations


class SwitchhookError(Exception):
    """The message says what was expected, what came, and the way out. During a call it goes nowhere, as it
    may carry the caller's words: `reason`, a few fixed words, is what logs and records say."""

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason[:100]


class SettingsError(SwitchhookError):
    pass


class StartError(SwitchhookError):
    pass


class PluginError(SwitchhookError):
    """A plugin that cannot be used: which one, from which distribution, where, why, and what to do."""

    def __init__(
        self, plugin: str, cause: str, *, distribution: str = "", hook: str = "", cure: str = ""
    ) -> None:
        self.plugin, self.cause, self.distribution, self.hook, self.cure = (
            plugin,
            cause,
            distribution,
            hook,
            cure,
        )
        where = f" (from {distribution})" if distribution else ""
        at = f", hook {hook}" if hook else ""
        way_out = f"; {cure}" if cure else ""
        super().__init__(f"plugin {plugin}{where}{at}: {cause}{way_out}")


class SpeechError(SwitchhookError):
    pass


class LanguageUnknown(SpeechError):  # noqa: N818  # an answer, and no failure: it says nothing of the engine's health
    """The engine does not know the language. Another is asked, or the call goes on in another language."""


class Unspeakable(SpeechError):  # noqa: N818  # as above
    """The voice cannot say the text, or a sentence of it: its script may be one that the voice does not know.
    Raised before any audio. Another voice is asked, or the text is skipped."""


class Unplayable(SwitchhookError):  # noqa: N818  # an answer, and no failure: nothing is wrong with who reads files
    """A file is no sound, or none that can be played. `reason` says why, in the reader's own words, and
    nothing of what the file holds. Another reader is asked, or the file is skipped."""


class SinkUnavailable(SwitchhookError):  # noqa: N818  # it says nothing against the records
    """A record sink cannot be reached now. It is asked again for as long as that takes."""


class AssistantError(SwitchhookError):
    pass


def answer(error: BaseException) -> LanguageUnknown | Unspeakable | None:
    """The answer of an engine that works, and cannot do what it was asked for; None: it has failed."""
    found = ours(error)
    return found if isinstance(found, LanguageUnknown | Unspeakable) else None


def cause(error: BaseException) -> str:
    """What a log or a record may say of an exception in a call: its reason or its type, never its text."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    name = type(error).__name__
    return error.reason or name if isinstance(error, SwitchhookError) else name


def status_of(error: SwitchhookError) -> int:
    """The exit status of a command that ends with this error."""
    return 2 if isinstance(error, SettingsError | PluginError) else 1


def ours(error: BaseException) -> SwitchhookError | None:
    """The first of our own errors in what a task group raised; None if there is another kind among them."""
    if isinstance(error, BaseExceptionGroup):
        found = [ours(one) for one in error.exceptions]
        return found[0] if all(found) else None
    return error if isinstance(error, SwitchhookError) else None
