"""Which language a call has: the one that is asked for, where the engines know it, else the connector's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from ..contract.languages import match, normalised, primary
from ..contract.speech import Parameters, TextToSpeech
from .bot import Bot, Tongue
from .dialogue.events import Speaks
from .engine import Engine

KINDS: tuple[Literal["stt", "tts"], ...] = ("stt", "tts")
D = TypeVar("D")


class CallLanguage:
    """Shared by what hears, speaks and converses. `changed` is told which language is spoken from now on."""

    def __init__(self, bot: Bot, remark: Callable[[str], None]) -> None:
        """`remark` is told when another language is spoken than was asked for."""
        self._tongues = {each.language: each for each in bot.tongues}
        self._written = frozenset(text for each in bot.tongues for text in each.texts)  # by authors
        self._found: dict[str, Tongue] = {}  # by the tags that were asked for
        self._asked: dict[tuple[Engine[Any], str], str | None] = {}  # by `of`, until something changes
        self.own = next(iter(self._tongues))
        self.current = self._before = self.own
        self.changed: Callable[[Speaks], None] = lambda _: None
        self._remark = remark
        self._unknown: set[str] = set()  # tags that no engine of some kind knows, as this call has found out
        self._lacking: set[tuple[Engine[Any], str]] = set()  # likewise, those that one engine lacks
        self._named: dict[Engine[Any], str] = {}  # of the voice or model that an assistant has set for good

    # --- what is spoken

    def ask(self, tag: str) -> None:
        """The call goes on in this language, however its tag is spelt. If it is not served, nothing
        changes."""
        wanted = normalised(tag)
        if not wanted:
            if tag:
                self._remark(f"the language that was asked for is no language tag: {self.current} is spoken")
        elif wanted != self.current:
            if self._is_served(wanted):
                self._before = self.current
                self._speak(wanted)
            else:
                self._remark(_not_known(wanted, self.current))

    def _is_served(self, tag: str) -> bool:
        return tag not in self._unknown and all(
            self.able(kind, tag) for kind in self.of_tag(tag).kinds if kind
        )

    def _speak(self, tag: str) -> None:
        self.current = tag
        others = [engine for engine, named in self._named.items() if primary(named) not in ("", primary(tag))]
        for engine in others:
            del self._named[engine]
        self._asked.clear()
        forgotten = {engine.kind for engine in others}
        self.changed(Speaks(tag, *self.texts, tuple(kind for kind in KINDS if kind in forgotten)))

    def give_up(self, tag: str) -> str | None:
        """No engine of some kind knows it. Returns the language to go on with: the one before, or the
        connector's own; None where those are not known either."""
        self._unknown.add(tag)
        other = next((each for each in (self._before, self.own) if each not in self._unknown), None)
        if tag != self.current:
            return self.current if self.current not in self._unknown else other
        if other is not None:
            self._remark(_not_known(tag, other))
            self._speak(other)
        return other

    # --- what there is for it

    def of_tag(self, tag: str) -> Tongue:
        """What the connector has for this language, or for another region of it; else what it has for its own
        language."""
        if tag not in self._found:
            self._found[tag] = self._tongues[match(tag, self._tongues) or self.own]
        return self._found[tag]

    @property
    def tongue(self) -> Tongue:
        return self.of_tag(self.current)

    @property
    def texts(self) -> tuple[str, str, str]:
        """The failure, closing and waiting text; the connector's own where the language has none."""
        mine, own = self.tongue, self._tongues[self.own]
        return (
            mine.failure_text or own.failure_text,
            mine.closing_text or own.closing_text,
            mine.waiting_text or own.waiting_text,
        )

    def of_text(self, text: str, tag: str) -> str:
        """The language to speak the text in. Meant for `tag`, it is spoken in the call's language if no
        engine knows that, and a text of the configuration in the language that it is configured for."""
        tag = self.current if not tag or tag in self._unknown else tag
        if text not in self._written:
            return tag
        tongues = self.of_tag(tag), self._tongues[self.own]
        return next((each.language for each in tongues if text in each.texts), tag)

    def configured(self, kind: Literal["stt", "tts"], parameters: Parameters, *, merged: bool) -> str:
        """An assistant has set these for good, in place of those before or `merged` with them. If they name a
        voice or model of another language, and that can be served, returns its tag. A driver may raise
        anything."""
        engines: tuple[Engine[Any], ...] = self.tongue.recognisers if kind == "stt" else self.tongue.voices
        for engine in engines:
            kept = self._named.get(engine, "") if merged else ""
            self._named[engine] = normalised(engine.named(parameters)) or kept
        self._asked.clear()
        named = next(filter(None, (self._named[engine] for engine in engines)), "")
        another = primary(named) not in ("", primary(self.current))
        return named if another and self._is_served(named) else ""

    # --- who knows it

    def of(self, engine: Engine[Any], tag: str) -> str | None:
        """The tag that the engine knows `tag` by; None where it does not know the language."""
        if (engine, tag) not in self._asked:
            self._asked[engine, tag] = self._find(engine, tag)
        return self._asked[engine, tag]

    def _find(self, engine: Engine[Any], tag: str) -> str | None:
        tongue = self.of_tag(tag)
        if not any(engine in kind for kind in tongue.kinds):
            return None
        alike = (tongue.language,) if primary(tongue.language) == primary(tag) else ()
        asked = [engine.spoken(each) for each in (tag, *alike)]
        if primary(self._named.get(engine, "")) == primary(tag):
            asked.append(tag)
        return next(
            (each for each in asked if each is not None and (engine, each) not in self._lacking), None
        )

    def able(self, engines: Iterable[Engine[D]], tag: str) -> list[Engine[D]]:
        return [engine for engine, _ in self.known(engines, tag)]

    def voices(self, tag: str) -> list[tuple[Engine[TextToSpeech], str]]:
        """Those that know this language, each with what it is to be asked for."""
        return self.known(self.of_tag(tag).voices, tag)

    def known(self, engines: Iterable[Engine[D]], tag: str) -> list[tuple[Engine[D], str]]:
        """Those that know it, each with what it is to be asked for."""
        asked = [(engine, self.of(engine, tag)) for engine in engines]
        return [(engine, name) for engine, name in asked if name is not None]

    def heard_as(self) -> str:
        """The current language, by the tag that the first voice which knows it has for it."""
        known = (self.of(engine, self.current) for engine in self.tongue.voices)
        return normalised(next(filter(None, known), "")) or self.current

    def lacks(self, engine: Engine[Any], asked: str) -> None:
        """The engine was asked and does not know it, whatever it said before."""
        self._lacking.add((engine, asked))
        self._asked.clear()


def _not_known(wanted: str, spoken: str) -> str:
    return f"no engine knows the language {wanted}: {spoken} is spoken"
