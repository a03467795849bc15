"""How a text is spoken: the query of a synthesis request."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from switchhook import LanguageUnknown, Parameters
from switchhook_watson import Once, spoken_by

from .voices import VOICES, is_natural, locale_of, voice_for

logger = logging.getLogger(__name__)

KNOWN = frozenset(("voice", "customization_id", "rate_percentage", "pitch_percentage", "spell_out_mode"))
NOT_NATURAL = frozenset(("rate_percentage", "pitch_percentage"))  # prosody, which those voices do not know


class Queries:
    """`voice` and `parameters` as configured; those that an assistant sets are laid over them."""

    def __init__(self, voice: str | None, parameters: Parameters) -> None:
        self._voice, self._parameters, self._once = voice, parameters, Once()

    def make(self, language: str, given: Parameters) -> Mapping[str, str]:
        """Raises SpeechError."""
        voice = self._voice_of(language, given)
        asked = {**self._parameters, **given, "voice": voice}
        if not _same_language(voice, self._configured) and "customization_id" not in given:
            asked.pop("customization_id", None)  # it is of the other language
        return dict(self._usable(asked, voice))

    def names_voice(self, language: str, given: Parameters) -> bool:
        """Whether the configuration or the assistant does; else it is that of the language."""
        named = given.get("voice")
        mine = bool(self._configured) and _same_language(self._configured, language)
        return mine or (isinstance(named, str) and bool(named))

    @property
    def languages(self) -> Sequence[str]:
        """Of the configured voice; without one, of those that there are."""
        if self._configured:
            return tuple(filter(None, (locale_of(self._configured),)))
        return tuple(VOICES)

    @property
    def _configured(self) -> str:
        named = self._parameters.get("voice")
        return self._voice or (named if isinstance(named, str) else "")

    def _voice_of(self, language: str, given: Parameters) -> str:
        """The configured voice is never replaced, and speaks its own language only: in another it is not
        understood."""
        if isinstance(named := given.get("voice"), str) and named:
            return named
        if self._configured and not _same_language(self._configured, language):
            raise LanguageUnknown(
                f"the configured voice {self._configured} does not speak {language!r}; give that language a "
                "voice in `languages` of the connector",
                reason="the configured voice does not speak the language",
            )
        return self._configured or voice_for(language)

    def _usable(self, asked: Parameters, voice: str) -> Iterator[tuple[str, str]]:
        for name, value in asked.items():
            if name not in KNOWN:
                self._left_out(name, "is not known")
            elif is_natural(voice) and name in NOT_NATURAL:
                self._left_out(name, "is not for natural voices")
            elif name == "spell_out_mode" and spoken_by(voice) != "de":
                self._left_out(name, "is for German voices only")
            elif isinstance(value, str | int | float) and not isinstance(value, bool):
                yield name, str(value)

    def _left_out(self, name: str, why: str) -> None:
        short = ascii(name)[:60]
        if self._once.first(f"{short} {why}"):
            logger.warning("Watson Text to Speech: the parameter %s %s and is left out", short, why)


def _same_language(voice: str, other: str) -> bool:
    """Whose voice has a name without a locale knows best."""
    return not (other and locale_of(voice)) or spoken_by(voice) == spoken_by(other)
