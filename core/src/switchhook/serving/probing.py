"""Whether a connector's engines answer: each is opened as a call would open it."""

from __future__ import annotations

from typing import Any

import anyio

from ..call.engine import Engine
from ..call.equipment import Equipment
from ..contract.errors import SwitchhookError, cause
from ..contract.info import CallInfo


async def problem(engine: Engine[Any], equipment: Equipment, patience: float) -> str:
    """Why it does not answer within so many seconds; nothing if it does."""
    try:
        with anyio.fail_after(patience):
            await engine.try_out(CallInfo("probe", equipment.name, language=equipment.language))
    except TimeoutError:
        return f"no answer within {patience:g} s"
    except Exception as error:  # noqa: BLE001  # an engine may raise anything; that is what is asked here
        return str(error) if isinstance(error, SwitchhookError) else cause(error)
    return ""


async def first_problem(equipment: Equipment, patience: float) -> str:
    """Why a caller would not be served; nothing if of each kind at least one engine answers."""
    found: dict[str, list[str]] = {}

    async def attempt(engine: Engine[Any]) -> None:
        found[engine.kind].append(await problem(engine, equipment, patience))

    async with anyio.create_task_group() as group:
        for engine in equipment.engines:
            found.setdefault(engine.kind, [])
            group.start_soon(attempt, engine)
    silent = (f"{kind}: {said[0]}" for kind, said in found.items() if all(said))
    return next(silent, "")
