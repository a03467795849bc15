"""What every table with `use = "watson"` may say."""

from __future__ import annotations

from typing import Literal

from switchhook import FilePath, Secret, Table

Kind = Literal["assistant", "speech_to_text", "text_to_speech"]


class WatsonOptions(Table):
    """What is not said here is read as IBM's SDK reads it: from `ibm-credentials.env` or the environment.

    `service` is the SDK's service name, which is the prefix of its variables: with "sales" they are
    SALES_URL, SALES_APIKEY and so on, by default ASSISTANT_…, SPEECH_TO_TEXT_…, TEXT_TO_SPEECH_…. `api_key`
    means IAM. `ca`: a PEM file with authorities to trust beside the system's. `learning_opt_out`: IBM keeps
    none of the requests to improve its services.
    """

    service: str | None = None
    url: str | None = None
    api_key: Secret | None = None
    ca: FilePath | None = None
    learning_opt_out: bool = True
