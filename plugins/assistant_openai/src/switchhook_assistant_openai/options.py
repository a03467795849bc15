"""What the table of a chat model of the OpenAI form may say beside what all models have in common."""

from __future__ import annotations

from typing import Literal

from switchhook_chat import ChatOptions, WebAddress


class OpenAIOptions(ChatOptions):
    """`base_url`: all that stands before `/chat/completions`; a query of it goes with each request. `header`:
    the one that the key is sent in. `iam_url`: where IBM's IAM gives tokens for it, which are sent instead.
    `usage`: the service is asked what an answer costs. `max_tokens` is not sent where `parameters` say it by
    another name.
    """

    base_url: WebAddress = "https://api.openai.com/v1"
    header: Literal["authorization", "api-key"] = "authorization"
    iam_url: WebAddress | None = None
    usage: bool = True
