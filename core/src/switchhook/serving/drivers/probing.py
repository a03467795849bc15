"""Whether a connector's engines answer: each is opened as a call would open it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import anyio

from ...call.bot import Bot, Tongue
from ...call.engine import Engine
from ...contract.errors import SwitchhookError, cause
from ...contract.info import CallInfo
from ...contract.languages import match, normalised, primary


class NoAnswerError(Exception):
    """An engine does not answer a call. The text says why."""


async def try_out(engine: Engine[Any], connector: str, language: str, patience: float) -> None:
    """Raises NoAnswerError, also where it does not answer within so many seconds."""
    try:
        with anyio.fail_after(patience):
            await engine.try_out(CallInfo("probe", connector, language=language))
    except TimeoutError:
        raise NoAnswerError(f"no answer within {patience:g} s") from None
    except (Exception, SystemExit) as error:
        why = str(error) if isinstance(error, SwitchhookError) else cause(error)
        raise NoAnswerError(why) from error


class Trial(NamedTuple):
    """An engine that a call may ask, for which of the connector's languages, and the table that says so."""

    engine: Engine[Any]
    language: str
    table: str
    number: str = ""  # in that table, from .0, where it has several

    @property
    def place(self) -> str:
        return self.table + self.number


def trials(bot: Bot) -> Iterator[Trial]:
    """The engines to try, each once for a language. One that says it does not know it is left out if another
    knows it."""
    seen = set()
    for each in bot.tongues:
        table = f".languages.{each.language}" if each in bot.further else ""
        for kind in each.kinds:
            able = [engine for engine in kind if engine.spoken(each.language) is not None]
            for engine in able or kind:
                number = f".{kind.index(engine)}" if len(kind) > 1 else ""
                # an assistant is opened alike, whatever the language
                asked = engine, "" if engine.kind == "assistant" else engine.spoken(each.language)
                if asked not in seen:
                    yield Trial(engine, each.language, f"{table}.{engine.kind}", number)
                seen.add(asked)


async def try_bot(bot: Bot, patience: float) -> None:
    """A caller would be served if of each kind at least one engine answers, in each language that has engines
    of its own. Raises NoAnswerError otherwise."""
    silent: dict[str, list[NoAnswerError]] = {}
    answering = set[str]()

    async def attempt(trial: Trial) -> None:
        try:
            await try_out(trial.engine, bot.name, trial.language, patience)
            answering.add(trial.table)
        except NoAnswerError as error:
            silent[trial.table].append(error)

    async with anyio.create_task_group() as group:
        for trial in trials(bot):
            silent.setdefault(trial.table, [])
            group.start_soon(attempt, trial)
    for table, errors in silent.items():
        if table not in answering:
            raise NoAnswerError(f"{table[1:]}: {errors[0]}")


def is_served(tongue: Tongue) -> bool:
    """Whether an engine of each kind knows the language, as far as engines say what they know."""
    return all(
        any(engine.spoken(tongue.language) is not None for engine in kind) for kind in tongue.kinds if kind
    )


def spoken_besides(bot: Bot) -> list[str] | None:
    """Languages besides those that the connector names, which engines of every kind say they know; None: of
    some kind there are engines that do not say what they know, and are asked for any."""
    own = bot.tongues[0]
    named = {primary(each.language) for each in bot.tongues}
    known: set[str] | None = None
    for kind in filter(None, own.kinds):
        tags = [engine.languages for engine in kind]
        if all(tags):
            spoken = {normalised(tag) for each in tags for tag in each}
            known = spoken if known is None else {tag for tag in known if match(tag, spoken)}
    return None if known is None else sorted(tag for tag in known if tag and primary(tag) not in named)
