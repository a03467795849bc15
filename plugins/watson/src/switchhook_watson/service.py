"""One configured instance of a Watson service."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import urlencode

from . import credentials, trust
from .http import HttpClient
from .options import Kind, WatsonOptions
from .tokens import Tokens


class Service:
    """Made at start-up, and there as long as the process. `headers` go with every request beside the
    authorization; `ssl` verifies, unless the SDK's DISABLE_SSL is set."""

    def __init__(
        self,
        kind: Kind,
        url: str,
        context: ssl.SSLContext,
        headers: Mapping[str, str],
        way_in: Tokens | Mapping[str, str],
    ) -> None:
        self.kind, self.url, self.ssl, self.headers = kind, url, context, headers
        self._way_in = way_in
        self.http = HttpClient(url, context, headers, self.authorization, self.refused)

    @property
    def proxy(self) -> str | None:
        """The URL of the one to go through; it may hold a password."""
        return self.http.proxy

    async def authorization(self) -> dict[str, str]:
        """The header `Authorization`, or nothing where none is asked for. Raises WatsonError."""
        if isinstance(self._way_in, Tokens):
            return {"Authorization": f"Bearer {await self._way_in.get()}"}
        return dict(self._way_in)

    async def warm(self) -> None:
        """Has a token and a connection ready. Raises WatsonError."""
        await self.authorization()
        await self.http.prepare()

    def refused(self) -> None:
        """The service answered 401: the token in use is not used again. What `http` is answered tells it
        already."""
        if isinstance(self._way_in, Tokens):
            self._way_in.refuse()

    def socket_url(self, path: str, query: Mapping[str, str]) -> str:
        """The address of a WebSocket: wss, or ws where the service's is http."""
        return "ws" + self.url.removeprefix("http") + path + (f"?{urlencode(query)}" if query else "")

    async def aclose(self) -> None:
        """Its idle connections."""
        await self.http.aclose()


class ServiceDriver:
    """What drivers of a service that is asked by HTTP have in common."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def warm(self) -> None:
        """Has a token and a connection ready. Raises WatsonError."""
        await self._service.warm()

    async def aclose(self) -> None:
        await self._service.aclose()


def make_service(kind: Kind, options: WatsonOptions) -> Service:
    """Raises SettingsError."""
    read = credentials.read(kind, options)
    context = trust.context(options.ca, verify=read.verify)
    headers = {"X-Watson-Learning-Opt-Out": "true"} if options.learning_opt_out else {}
    # late for the same reason as there
    from .fetching import fetcher, fixed_header

    manager = getattr(read.authenticator, "token_manager", None)
    way_in = Tokens(fetcher(manager, options.ca)) if manager else fixed_header(read.authenticator)
    return Service(kind, read.url, context, headers, way_in)
