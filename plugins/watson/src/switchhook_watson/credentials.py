"""Where the service is and how it knows us: read by IBM's SDK itself, so that what works there works here."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from switchhook import SettingsError

from .options import Kind, WatsonOptions

logger = logging.getLogger(__name__)

SERVICES: Mapping[Kind, str] = {
    "assistant": "AssistantV2",
    "speech_to_text": "SpeechToTextV1",
    "text_to_speech": "TextToSpeechV1",
}
VERSION = "2024-08-25"  # the SDK's constructor asks for one; each plugin sends its own
FILE = "ibm-credentials.env"


@dataclass(frozen=True, slots=True)
class Credentials:
    url: str  # without a slash at its end
    authenticator: Any  # an `Authenticator` of the SDK, which has no types
    verify: bool


def read(kind: Kind, options: WatsonOptions) -> Credentials:
    """Raises SettingsError."""
    sdk = import_module(
        "ibm_cloud_sdk_core"
    )  # late: it costs 0.3 s and 30 MB, and only Watson's users need it
    name = options.service or kind
    prefix = name.upper().replace("-", "_").replace(" ", "_")
    _check_files(prefix)
    external = sdk.read_external_sources(name)
    url = (options.url or external.get("URL") or "").strip().rstrip("/")
    _check_url(url, prefix)
    if options.api_key is None:
        _check_keys(external, prefix)
    try:
        authenticator = _iam(sdk, options, external) if options.api_key else None
        made = _service(kind, name, authenticator)
    except ValueError as error:
        said = " ".join(str(error).split())
        raise SettingsError(
            f"the SDK refuses these credentials: {said}; look at {prefix}_AUTH_TYPE and what belongs to it"
            f"{_source(prefix)}"
        ) from None
    if made.disable_ssl_verification:
        logger.warning("%s_DISABLE_SSL is set: whoever is in between can read the calls and the key", prefix)
    return Credentials(url, made.authenticator, verify=not made.disable_ssl_verification)


def _service(kind: Kind, name: str, authenticator: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own making, such as wrong escapes when Python compiles it
        made = getattr(import_module("ibm_watson"), SERVICES[kind])
    version = {"version": VERSION} if kind == "assistant" else {}
    return made(authenticator=authenticator, service_name=name, **version)


def _iam(sdk: Any, options: WatsonOptions, external: Mapping[str, str]) -> Any:
    """What else concerns IAM is still read from outside, such as where it is."""
    return sdk.authenticators.IAMAuthenticator(
        options.api_key.get_secret_value() if options.api_key else "",
        url=external.get("AUTH_URL"),
        client_id=external.get("CLIENT_ID"),
        client_secret=external.get("CLIENT_SECRET"),
        scope=external.get("SCOPE"),
        disable_ssl_verification=external.get("AUTH_DISABLE_SSL", "").lower() == "true",
    )


def _check_url(url: str, prefix: str) -> None:
    if not url:
        raise SettingsError(
            f'{prefix}_URL is not set: set it, or `url` beside `use = "watson"`, to the URL that the '
            f"service's page in IBM Cloud shows, https://…/instances/…{_source(prefix)}"
        )
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:  # of the port, or of brackets
        fits = False
    if not fits or parts.query or parts.username:
        shown = repr(url) if not set(url) & set("@?") else "one with a user or a query, which may be secret"
        raise SettingsError(f"{prefix}_URL, or `url`: expected https://HOST/instances/…, got {shown}")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        logger.warning(
            "the URL of %s is http: whoever is in between can read the calls and the token", prefix
        )


def _check_keys(external: Mapping[str, str], prefix: str) -> None:
    """The SDK takes a missing key for a container of IBM's and then asks for an `iam_profile`."""
    if not external.get("APIKEY") and not external.get("AUTH_TYPE") and not external.get("AUTHTYPE"):
        raise SettingsError(
            f'{prefix}_APIKEY is not set: set it, or `api_key` beside `use = "watson"`, to the API key; '
            f"for another way in than IAM, set {prefix}_AUTH_TYPE{_source(prefix)}"
        )


def _check_files(prefix: str) -> None:
    """The SDK reads variables only where the first file it finds says nothing of the service, silently."""
    named = os.environ.get("IBM_CREDENTIALS_FILE")
    if named is not None and not Path(named).is_file():
        raise SettingsError(f"IBM_CREDENTIALS_FILE: expected a file, there is none at {named!r}")
    file = _shadowing(prefix)
    if file and not named and any(name.startswith(prefix + "_") for name in os.environ):
        logger.warning("%s speaks of %s_…, so the environment's variables for it are not read", file, prefix)


def _shadowing(prefix: str) -> Path | None:
    """The credentials file that the SDK reads in place of the environment."""
    named = os.environ.get("IBM_CREDENTIALS_FILE")
    candidates = [Path(named)] if named is not None else [Path.cwd() / FILE, Path.home() / FILE]
    file = next((each for each in candidates if each.is_file()), None)
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return file if any(line.strip().startswith(prefix) for line in lines) else None


def _source(prefix: str) -> str:
    file = _shadowing(prefix)
    return f" (read from {file}, not from the environment)" if file else ""
