"""`connect_to_agent`: the bot's part is over, a person takes the call.

Audio cannot be transferred: the call goes back to the flow, which reads in the output variables that a person
is wanted, and which. What the assistant itself has set under these names stays, unless the connector reserves
the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from switchhook import (
    Action,
    ConnectToAgentResponse,
    HandOver,
    SetVariables,
    Table,
    hookimpl,
)

from .channels import is_for_telephone, output_variables
from .settings import lifespan_of
from .speaking import said

DEEPEST = 5  # levels of tables


class HandOverSettings(Table):
    """Names of the output variables; an empty one is not sent."""

    intent: str = Field(
        "Intent", description="holds connect_to_agent, as flows for IBM's Bot Connector expect"
    )
    reason: str = Field("wxa_end_reason", description="holds connect_to_agent")
    target: str = Field("wxa_transfer_target", description="the SIP address or queue that the author named")
    message: str = Field("wxa_agent_message", description="what the assistant tells the person")
    topic: str = Field("wxa_topic", description="what it is about")


@hookimpl
def settings_model() -> type[HandOverSettings]:
    return HandOverSettings


lifespan = lifespan_of("connect_to_agent")


@hookimpl(trylast=True)
def handle_connect_to_agent(
    response: ConnectToAgentResponse, plugin: HandOverSettings | None
) -> list[Action]:
    if not is_for_telephone(response):
        return []
    names = plugin or HandOverSettings()
    told = {
        names.intent: "connect_to_agent",
        names.reason: "connect_to_agent",
        names.target: _target(response.transfer_info),
        names.message: response.message_to_human_agent,
        names.topic: response.topic,
    }
    # `agent_unavailable` is never said: only the flow knows whether somebody is there
    actions = said(response.agent_available.message)
    if asked := output_variables(response):
        actions.append(SetVariables(asked))
    return [*actions, HandOver({name: value for name, value in told.items() if name and value})]


def _target(info: Mapping[str, Any]) -> str:
    """From `transfer_info.target`, which may hold `service_desk.sip.uri` or `zendesk.department`: the
    address, else the first text in it."""
    texts = dict(_texts(info.get("target"), "target"))
    return texts.get("uri", next(iter(texts.values()), "")).replace("\\", "")


def _texts(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping) and depth < DEEPEST:
        for key, inner in value.items():
            yield from _texts(inner, str(key), depth + 1)
