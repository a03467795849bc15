"""Name, port and certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_address

import anyio
from anyio.streams.tls import TLSAttribute

from switchhook import Finding
from switchhook_http import secured

from .outside import Outside

PATIENCE = 10.0  # seconds for a connection
SOON = 14 * 86_400.0  # seconds: by then a renewal should have happened

# By OpenSSL's numbers of what is wrong with a certificate.
FULL_CHAIN = "use the whole chain, such as fullchain.pem of certbot, from an authority that the public trusts"
WRONG = {
    10: ("has expired", "renew it; serve reads it again within a minute"),
    18: ("is self-signed", "get one of a public authority, such as Let's Encrypt; Genesys trusts no other"),
    19: ("is of a private authority", "get one of a public authority; Genesys does not know yours"),
    20: ("is sent without its intermediate, or is of a private authority", FULL_CHAIN),
    21: ("is sent without its intermediate, or is of a private authority", FULL_CHAIN),
    62: ("is for another name", "get one whose names include that of public_url"),
}


@dataclass(frozen=True, slots=True)
class Place:
    host: str
    port: int
    path: str  # of public_url
    outside: Outside

    @property
    def authority(self) -> str:
        return self.host if self.port == 443 else f"{self.host}:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        return self.outside.address or (self.host, self.port)


async def findings(place: Place) -> AsyncIterator[Finding]:
    subject = f"{place.host}:{place.port}"
    if place.outside.address is None:
        yield await _name(place)
    try:
        async with secured(place.address, place.host, place.outside.context, PATIENCE) as stream:
            certificate = dict(stream.extra_attributes[TLSAttribute.peer_certificate]())
        ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    except ssl.SSLCertVerificationError as error:
        wrong, cure = WRONG.get(error.verify_code, (f"is refused: {error.verify_message}", FULL_CHAIN))
        yield Finding("error", subject, f"the certificate {wrong}", cure)
    except (ssl.SSLError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
        cure = "set [server] tls, or let the proxy end TLS on this port"
        said = getattr(error, "reason", None) or "it hangs up"
        yield Finding("error", subject, f"does not speak TLS: {said}", cure)
    except (OSError, TimeoutError) as error:
        cure = "start serve and the proxy, and open the port in the firewall"
        yield Finding("error", subject, f"cannot be connected to: {_said(error)}", cure)
    else:
        left = ends - place.outside.now()
        if left < SOON:
            cure = "see why it is not renewed"
            yield Finding("warning", subject, f"the certificate ends in {left / 86_400:.0f} days", cure)
        else:
            yield Finding(
                "ok", subject, f"speaks TLS, with a certificate for another {left / 86_400:.0f} days"
            )


async def _name(place: Place) -> Finding:
    try:
        found = await anyio.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        cure = "add an A or AAAA record that leads to the server or its proxy"
        return Finding("error", place.host, f"is no name that resolves: {_said(error)}", cure)
    addresses = sorted({each[4][0] for each in found})
    told = ", ".join(map(str, addresses))
    if not any(ip_address(address).is_global for address in addresses):
        cure = "right if the DNS answers differently outside; else point the name to a public address"
        return Finding("warning", place.host, f"resolves here to {told}, which is not public", cure)
    return Finding("ok", place.host, f"resolves to {told}")


def _said(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError) and not error.args:
        return f"no answer within {PATIENCE:g} s"
    return str(getattr(error, "strerror", None) or error)
