"""What the table of a watsonx Assistant may say."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from switchhook import Seconds
from switchhook_watson import WatsonOptions


class AssistantOptions(WatsonOptions):
    """Both ids stand on the environment's page "API details". Without `environment_id` the older paths are
    used, in which an environment's id stands as `assistant_id`.

    `version`: of the API, a date; a call whose address names another (`version=` in the Connector ID) is
    spoken to in that. `stateless`: the conversation's context is kept here and sent with each turn, so that
    no session can expire; costs up to 250 KB a turn. `timeout`: for an answer, which is asked for once more;
    the assistant itself can change it (`turn_settings.timeout_count`). `stream`: responses are taken as they
    are made. `user_id`: whom IBM bills; "caller" counts one number once a month, by a hash of it.
    """

    assistant_id: str = Field(min_length=1)
    environment_id: str | None = None
    version: str = Field(default="2024-08-25", pattern=r"^\d{4}-\d\d-\d\d$")
    stateless: bool = False
    timeout: Annotated[Seconds, Field(gt=0)] = 10.0
    stream: bool = False
    user_id: Literal["caller", "call"] = "caller"

    @property
    def path(self) -> str:
        """Of the assistant, below the service's URL."""
        environment = f"/environments/{quote(self.environment_id, safe='')}" if self.environment_id else ""
        return f"/v2/assistants/{quote(self.assistant_id, safe='')}{environment}"
