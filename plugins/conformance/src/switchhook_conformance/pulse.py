"""Whether a server that is tried still lives: the case that killed it is to be named, not those behind it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

import anyio
from websockets.exceptions import InvalidHandshake

from .bench import CONNECT_WITHIN, Bench
from .case import Case
from .result import Result

NOBODY_BEHIND: Container[int] = (502, 503, 504)  # a proxy's answers when its server is gone
BACK_WITHIN = 5.0  # seconds for one that is started again when it dies
AGAIN = 0.25  # seconds between two looks


class Pulse:
    """`gone`: why the cases that are left are not run; nothing while the server lives."""

    def __init__(self, bench: Bench) -> None:
        self.gone = ""
        self._bench = bench
        self._lived: bool | None = None  # before the case that runs; None: nobody has looked

    async def before(self, case: Case) -> None:
        if self._lived is None and _concerns(case):
            self._lived = await self._answers()

    async def after(self, result: Result) -> Result:
        """The result, with what it did to the server."""
        if not _concerns(result.case) or result.state == "not run" or await self._answers():
            return result
        if not self._lived:  # it was not there before either
            self.gone = f"nobody answers at {self._bench.profile.url}" if result.state == "failed" else ""
            return result
        back = await self._comes_back()
        if not back:
            self.gone = f"the server has not answered since {result.case.id}"
        why = result.why or "expected a server that lives on"
        said = "it answered again later" if back else "none has been answered since"
        return replace(
            result, state="failed", why=f"{why}; the next connection was not answered, {said}", killed=True
        )

    async def _comes_back(self) -> bool:
        with anyio.move_on_after(BACK_WITHIN):
            while True:
                if await self._answers():
                    return True
                await anyio.sleep(AGAIN)
        return False

    async def _answers(self) -> bool:
        with anyio.move_on_after(CONNECT_WITHIN):
            try:
                return await self._bench.status() not in NOBODY_BEHIND
            except (OSError, EOFError, InvalidHandshake):
                return False
            except Exception:  # noqa: BLE001  # wrong or not, that was an answer
                return True
        return False


def _concerns(case: Case) -> bool:
    """Not a case without a server, nor one that ends it on purpose."""
    return case.kind != "client" and "drain" not in case.needs
