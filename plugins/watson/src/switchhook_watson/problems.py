"""What a failure means and what a person does about it: the words of `switchhook check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from switchhook import AssistantError, SpeechError

from .errors import WatsonError

if TYPE_CHECKING:
    from .service import Service

NAMES = {
    "assistant": "watsonx Assistant",
    "speech_to_text": "Watson Speech to Text",
    "text_to_speech": "Watson Text to Speech",
}
ASSISTANT_IDS = (
    "`assistant_id` and `environment_id` are two ids, both on the environment's API details; without "
    "`environment_id`, `assistant_id` has to be the environment's"
)
KEY = "copy key and URL together from the service's page in IBM Cloud: each instance has its own"

UNREACHED: Mapping[str, tuple[str, str]] = {
    "tls": (
        "the certificate of {where} is not trusted",
        "if a proxy or a private authority signed it, name that authority's PEM file in `ca`",
    ),
    "no tls": ("what listens at {where} speaks no TLS", "look at its URL: at the port, and at https://"),
    "proxy": ("the proxy does not let us through to {where}", "look at HTTPS_PROXY and NO_PROXY"),
    "connect": (
        "no connection to {where}",
        "look at its URL, at DNS, at the firewall, and at HTTPS_PROXY if the network has a proxy",
    ),
    "timeout": (
        "no answer in time from {where}",
        "the service is slow or a firewall drops what it sends; try again",
    ),
    "garbage": (
        "an answer from {where} that is none of the service's",
        "look at the URL: a proxy's or a log-in page may be answering",
    ),
}
BROKEN = "the connection to {where} broke", "try again; a proxy or a firewall may be cutting it"


def explain(error: WatsonError, service: Service) -> tuple[str, str]:
    """Cause and cure, each a sentence without its full stop. The cause may quote what the service said."""
    who, host = NAMES[service.kind], urlsplit(service.url).hostname or ""
    told = (error.detail, error.transaction and f"transaction {error.transaction}")
    said = f" ({', '.join(filter(None, told))})" if any(told) else ""
    if error.problem == "token":
        return _no_token(error, who, said)
    if error.problem == "status":
        cause, cure = _refused(error, who)
        if error.status == 404 and service.kind == "assistant":
            cure = f"{ASSISTANT_IDS}; {cure}"
        return f"{who} answers {error.status}{said}: {cause}", cure
    cause, cure = _unreached(error, host)
    return f"{who}: {cause}{said}", cure


@contextmanager
def told_as(kind: type[AssistantError | SpeechError], service: Service) -> Iterator[None]:
    """Raises this error for WatsonError, with cause and cure."""
    try:
        yield
    except WatsonError as error:
        cause, cure = explain(error, service)
        raise kind(f"{cause}; {cure}", reason=error.reason) from error


def _no_token(error: WatsonError, who: str, said: str) -> tuple[str, str]:
    where = f"the token service, which lets us in to {who},"
    if error.why == "status" and error.status in (400, 401, 403):
        return f"{where} refuses the API key{said}", f"the key is wrong, deleted or locked: {KEY}"
    if error.why == "status":
        return f"{where} answers {error.status}{said}", "wait, and look at the status page of IBM Cloud"
    cause, cure = _unreached(error, "the token service (IAM, or what …_AUTH_URL names)")
    return f"{where} cannot be asked: {cause}{said}", cure


def _unreached(error: WatsonError, where: str) -> tuple[str, str]:
    cause, cure = UNREACHED.get(error.why or error.problem, BROKEN)
    return cause.format(where=where), cure


def _refused(error: WatsonError, who: str) -> tuple[str, str]:
    match error.status:
        case 401:
            return "the key or token is of another instance, or was deleted", KEY
        case 403:
            return (
                "the key may not use this instance, or the URL is of another region",
                f"{KEY}; the key needs the role Writer, or Manager",
            )
        case 404:
            return (
                "there is nothing at this address",
                "compare region and instance in the URL, and the ids in this table, with IBM Cloud",
            )
        case 400 | 406 | 415 | 422:
            return "it does not accept what was asked", "what it says in brackets names the setting"
        case 429:
            return "too many requests for the plan", "wait, or choose a plan with more concurrency"
        case _:
            return f"{who} has trouble of its own", "wait, and look at the status page of IBM Cloud"
