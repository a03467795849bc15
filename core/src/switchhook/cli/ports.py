"""Who listens already where `serve` would: a server of Switchhook's, beside which a configuration is often
checked, or another program."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..contract.findings import Finding
    from ..contract.settings import Settings

PATIENCE = 2.0  # seconds for an answer
PAGES = ("/livez", "/readyz")
SAID = frozenset((b"ok\n", b"no\n"))  # on the port of the calls; on the admin port it is JSON
ANYWHERE = {"": "localhost", "0.0.0.0": "127.0.0.1", "::": "::1"}  # nobody listens here
TLS_ALERT = "\x15\x03"


def of_ports(settings: Settings, taken: Callable[[str, int], str]) -> Iterator[Finding]:
    """`taken` says why nobody can listen on a host and port now; nothing: somebody can."""
    for name, at in (("server", settings.server), ("admin", settings.admin)):
        if at is not None and (why := taken(at.host, at.port)):
            yield busy(f"{name}.port", why, at.host, at.port)


def busy(subject: str, why: str, host: str, port: int) -> Finding:
    """`why` a sentence that says that nobody else can listen there; `subject`: the setting."""
    from ..contract.findings import Finding

    ours = is_ours(host, port)
    if ours:
        said = f"a server of Switchhook's is running on {host}:{port}; the next starts when it has ended"
        return Finding("ok", subject, said)
    table = subject.rpartition(".")[0]
    cure = f"stop the program that listens there, or choose another [{table}] port"
    if ours is None:
        return Finding("warning", subject, f"{why}, perhaps by your own server with TLS", cure)
    return Finding("error", subject, f"{why}: `serve` could not start", cure)


def is_ours(host: str, port: int) -> bool | None:
    """Whether what listens there answers as a server does; None: it says nothing to who comes without TLS."""
    found: bool | None = True
    for page in PAGES:
        found = found and _is_status(ANYWHERE.get(host, host), port, page)
    return found


def _is_status(host: str, port: int, page: str) -> bool | None:
    asked = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        asked.request("GET", page)
        answer = asked.getresponse()
        said = answer.read(100)
    except ConnectionError:  # it hangs up
        return None
    except http.client.BadStatusLine as error:
        return None if str(error).startswith(TLS_ALERT) else False
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return answer.status in (200, 503) and (said in SAID or said.startswith(b'{"status": "'))
