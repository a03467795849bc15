"""Types of responses that plugins claim by name, each read with its author's own model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from ..contract.errors import PluginError
from ..contract.responses import MODELS, NAME, UnknownResponse
from ..contract.visible import visible
from .guard import Fault, report

HOOK = "response_models"
SHOWN = 100  # characters of a field's place: parts of it may come from outside


@dataclass(frozen=True, slots=True)
class Claim:
    """`own`: where the plugin's files are."""

    plugin: str
    distribution: str
    model: type[BaseModel]
    own: Collection[str]

    def read(self, response: UnknownResponse) -> BaseModel | None:
        """The response as its author's model. One that does not fit is a fault, told by field and kind: the
        texts of a model's errors may carry values."""
        try:
            return self.model.model_validate(response.raw)
        except ValidationError as error:
            self._report(*_first(error, f"{response.response_type} does not fit {self.model.__name__}"))
        except Exception as error:  # noqa: BLE001  # a validator may raise anything; the call goes on
            self._report(type(error).__name__, error)
        return None

    def _report(self, problem: str, error: BaseException | None) -> None:
        report(Fault(self.plugin, HOOK, problem, self.distribution, self.own), error)


def _first(error: ValidationError, what: str) -> tuple[str, BaseException | None]:
    """What is said of it, and the exception of a validator of the author's own."""
    errors = error.errors(include_url=False, include_input=False)
    first, others = errors[0], len(errors) - 1
    where = visible(".".join(str(part) for part in first["loc"])[:SHOWN]) or "as a whole"
    raised = first.get("ctx", {}).get("error")
    more = f", and {others} more" if others else ""
    return f"{what}: {where}: {first['type']}{more}", raised if isinstance(raised, BaseException) else None


def claimed(plugin: str, distribution: str, given: object, own: Collection[str]) -> Mapping[str, Claim]:
    """What a plugin claims. Raises PluginError for what cannot be claimed."""
    if given is None:
        return {}
    for cause, cure in _faults(given):
        raise PluginError(plugin, cause, distribution=distribution, hook=HOOK, cure=cure)
    models: Mapping[str, type[BaseModel]] = given  # type: ignore[assignment]  # as was just seen
    return {name: Claim(plugin, distribution, model, own) for name, model in models.items()}


def refuse_two(claim: Claim, name: str, other: Claim) -> None:
    raise PluginError(
        claim.plugin,
        f"claims the response type {name!r}, as does {other.plugin} (from {other.distribution})",
        distribution=claim.distribution,
        hook=HOOK,
        cure="leave one of them out with [plugins] exclude, or have its author name the type otherwise",
    )


def _faults(given: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(given, Mapping):
        yield f"returned {type(given).__name__}", "return a dict of pydantic models by response type"
        return
    for name, model in given.items():
        if not isinstance(name, str) or not 0 < len(name) <= NAME:
            yield f"claims {name!r:.80}", f"name response types by texts of 1 to {NAME} characters"
        elif name in MODELS:
            yield f"claims {name!r}, a type of Switchhook's own", f"implement handle_{name} instead"
        elif not (isinstance(model, type) and issubclass(model, BaseModel)):
            yield f"has no model for {name!r}, but {model!r:.50}", "return pydantic model classes"
