"""What a check has found, and how an author reads it."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import anyio

from ...contract.drivers import Closable
from .tasks import Tasks

PATIENCE = 30.0  # seconds for any one part of a check: an engine may be slow, but not for ever
TOTAL = 600.0  # seconds for a whole check
SHOWN = 3  # what came, of one sentence that was broken again and again
SETTLES = 0.05  # seconds in which what was closed comes to its end
USES = 3  # of a driver, after which what it leaves behind is counted
OWN = str(Path(__file__).parent)
T = TypeVar("T")


class Sentence(NamedTuple):
    """One sentence of a contract, and why it matters to a caller."""

    says: str
    why: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A sentence that does not hold."""

    sentence: str
    expected: str
    came: str
    why: str

    def __str__(self) -> str:
        shown = (
            f"{self.sentence}",
            f"expected: {self.expected}",
            f"came:     {self.came}",
            f"matters:  {self.why}",
        )
        return "\n   ".join(shown)


class ContractBroken(AssertionError):  # noqa: N818  # a test fails by it
    """Every sentence of a contract that a driver breaks, each once."""

    def __init__(self, contract: str, breaches: Sequence[Breach], untried: str = "") -> None:
        self.contract, self.breaches = contract, tuple(breaches)
        count = f"{len(breaches)} sentence{'s' * (len(breaches) > 1)}"
        listed = [f"{number}. {breach}" for number, breach in enumerate(breaches, 1)]
        super().__init__(
            "\n".join([f"{count} of the contract of {contract} broken", *listed, untried]).strip()
        )


LIVES = Sentence(
    "a driver is made, entered and left without a fault",
    "the server does not start, or does not stop",
)
TASKS = Sentence(
    "leaving frees everything: no task is left",
    "what each call leaves behind brings the server down in a week",
)


class Report:
    """Gathers what does not hold; `close` raises it."""

    clock = staticmethod(time.perf_counter)  # of what blocks: no event loop's clock sees it

    def __init__(self, contract: str) -> None:
        self._contract = contract
        self._found: dict[Sentence, tuple[str, list[str]]] = {}
        self._untried = ""
        self.tasks = Tasks()

    def hold(self, holds: object, sentence: Sentence, expected: str, came: object) -> bool:
        """Note that the sentence is broken, unless it holds."""
        if not holds:
            self._found.setdefault(sentence, (expected, []))[1].append(str(came))
        return bool(holds)

    def broken(self, sentence: Sentence) -> bool:
        return sentence in self._found

    @contextmanager
    def within(self, sentence: Sentence, expected: str, seconds: float = PATIENCE) -> Iterator[None]:
        """Whatever is raised in here, or lasts longer, breaks the sentence."""
        try:
            with anyio.move_on_after(seconds) as scope:
                yield
        except Exception as error:  # noqa: BLE001  # reported, not swallowed
            self.hold(holds=False, sentence=sentence, expected=expected, came=described(error))
        else:
            self.hold(not scope.cancelled_caught, sentence, expected, f"nothing for {seconds:g} seconds")

    @contextmanager
    def quiet(self, sentence: Sentence, expected: str) -> Iterator[None]:
        """Whatever is raised in here by a plain call breaks the sentence."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # as above
            self.hold(holds=False, sentence=sentence, expected=expected, came=described(error))

    def give_up(self, why: str) -> None:
        self._untried = f"(the rest was not tried: {why})"

    def close(self) -> None:
        breaches = [
            Breach(sentence.says, expected, _few(came), sentence.why)
            for sentence, (expected, came) in self._found.items()
        ]
        if breaches:
            raise ContractBroken(self._contract, breaches, self._untried)


def _more(now: Sequence[str], before: Sequence[str]) -> list[str]:
    return list((Counter(now) - Counter(before)).elements())


def _few(came: Sequence[str]) -> str:
    different = list(dict.fromkeys(came))
    more = f" (and {len(different) - SHOWN} more)" * (len(different) > SHOWN)
    return "; ".join(different[:SHOWN]) + more


def described(error: BaseException) -> str:
    """Type, text and the author's own line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = [each for each in traceback.extract_tb(error.__traceback__) if not each.filename.startswith(OWN)]
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno}, in {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {error}{where}" if str(error) else f"{type(error).__name__}{where}"


async def examine(
    report: Report, factory: Callable[[], T], examination: Callable[[T], Awaitable[None]]
) -> None:
    """Make the driver, enter it as the server does, examine it, leave it, count the tasks that are left."""
    with report.tasks.watched():
        before = report.tasks.alive()
        with report.within(LIVES, "a driver that is entered and left", TOTAL):
            async with entered(factory()) as driver:
                await examination(driver)
        await anyio.sleep(SETTLES)
        left = _more(report.tasks.alive(), before)
    report.hold(not left, TASKS, "no task after the driver was left", _few(left))


@asynccontextmanager
async def entered(driver: T) -> AsyncIterator[T]:
    async with AsyncExitStack() as stack:
        if hasattr(driver, "__aenter__") and hasattr(driver, "__aexit__"):
            await stack.enter_async_context(driver)
        elif isinstance(driver, Closable):
            stack.push_async_callback(driver.aclose)
        yield driver


@asynccontextmanager
async def reading(given: AsyncIterable[T]) -> AsyncIterator[AsyncIterator[T]]:
    """An iteration that may be left, closed as it is in a call."""
    iterator = aiter(given)
    try:
        yield iterator
    finally:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()


async def count_tasks(report: Report, use: Callable[[], Awaitable[None]]) -> None:
    """One use after the other: what the first leaves behind may be shared; of each it is a leak."""
    await use()
    await anyio.sleep(SETTLES)
    before = report.tasks.alive()
    for _ in range(USES):
        await use()
    await anyio.sleep(SETTLES)
    left = _more(report.tasks.alive(), before)
    few = len(left) < USES
    report.hold(few, TASKS, f"no more tasks after {USES} uses than after one", f"{len(left)}: {_few(left)}")
