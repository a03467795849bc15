"""Which server is tried, and what is known of it: a TOML file, or the command line."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from switchhook import Secret, Table

EXAMPLE = """\
# What `switchhook conformance --profile FILE` needs to know of a server. Only the first three are
# required; a case that needs another one is reported as not run.
url = "wss://voice.example.com/7d7c2f3e-0000-4000-8000-000000000000/connect?version=2024-08-25"
api_key = "key"
client_secret = { file = "client-secret" }        # base64, as typed into Genesys
# base_path = "/"                                 # of the audio connect URI, which Genesys probes
# health_path = "/livez"                          # answered with 200 without a signature
# unknown_path = "/no-such-bot/connect"           # of a bot that there is not
# second_key = { api_key = "next", client_secret = { file = "next-secret" } }   # while keys are rotated
# open_key = "lab"                                # an API key that needs no signature
# paused_path = "/paused/connect"                 # of a bot whose sessions begin without caller audio
# client = "dial {url}"                           # a simulated client to be tried, instead or as well
# forwarded = { host = "voice.example.com", trusted = true }   # when tried from where its proxy stands
# pid = 4711                                      # of its process, on this machine: memory is watched
# soak = { sessions = 200, minutes = 15 }
# drain = "kill -INT 4711"                        # makes it finish its calls and stop; tried last
# bot = ["talk", "report"]                        # what the bot at `url` does of the script; or ["all"]
"""


class KeyPair(Table):
    api_key: str
    client_secret: Secret


class Forwarded(Table):
    """The suite as the proxy in front of the server: `host` is the public name, which signatures cover."""

    host: str
    trusted: bool = Field(description="whether the server is to believe it")


class Soak(Table):
    sessions: int = Field(200, ge=1)
    minutes: float = Field(15.0, gt=0)


class Profile(Table):
    url: str = Field("", description="wss://HOST/PATH of a bot, as Genesys calls it")
    api_key: str = ""
    client_secret: Secret | None = Field(None, description="base64; without it requests are not signed")
    client: str = Field("", description="a command that makes a simulated client call `{url}`")
    base_path: str | None = Field(None, description="of the audio connect URI, which Genesys probes")
    health_path: str | None = Field(None, description="answered with 200 without a signature")
    unknown_path: str | None = Field(None, description="of a bot that there is not")
    second_key: KeyPair | None = Field(None, description="`api_key` and `client_secret`, both valid now")
    open_key: str | None = Field(None, description="an API key that needs no signature")
    paused_path: str | None = Field(None, description="of a bot whose sessions begin without caller audio")
    bot: list[str] = Field(default_factory=list, description="behaviours that the bot at `url` has, or `all`")
    forwarded: Forwarded | None = Field(
        None, description="`host`, and whether it is `trusted`, when tried from where the proxy stands"
    )
    pid: int | None = Field(None, description="process of a server on this machine: its memory is watched")
    soak: Soak | None = Field(None, description="`sessions` at once, for how many `minutes`")
    drain: str | None = Field(None, description="a command that makes the server finish its calls and stop")

    @field_validator("url")
    @classmethod
    def _is_a_websocket(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("ws", "wss") or not parts.hostname or parts.fragment):
            raise ValueError(f"expected wss://HOST/PATH, got {url!r}")
        return url

    @property
    def secret(self) -> bytes | None:
        return decoded(self.client_secret.get_secret_value()) if self.client_secret else None

    @property
    def authority(self) -> str:
        parts = urlsplit(self.url)
        return re.sub(r":443$" if parts.scheme == "wss" else r":80$", "", parts.netloc.lower())

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def lacks(self, needs: tuple[str, ...]) -> list[str]:
        """Which of these it does not say."""
        missing = [need for need in needs if not need.startswith("bot:") and not getattr(self, need)]
        bots = [need for need in needs if need.startswith("bot:") and "all" not in self.bot]
        return missing + [need for need in bots if need[4:] not in self.bot]


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), validate=True)
    except binascii.Error:
        raise ValueError("the client secret is not base64") from None


def read_secret(argument: str) -> str:
    """Of `@FILE`. Raises ValueError and OSError."""
    if not argument.startswith("@"):
        raise ValueError("--client-secret: expected @FILE, so that no list of processes shows the secret")
    return Path(argument[1:]).read_text("utf-8").strip()
