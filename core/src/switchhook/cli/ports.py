"""Who listens already where `serve` would: a server of Switchhook's, beside which a configuration is often
checked, or another program."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.findings import Finding

PATIENCE = 2.0  # seconds for an answer
PAGES = ("/livez", "/readyz")
SAID = frozenset((b"ok\n", b"no\n"))  # on the port of the calls; on the admin port it is JSON
ANYWHERE = {"": "localhost", "0.0.0.0": "127.0.0.1", "::": "::1"}  # nobody listens here


def busy(subject: str, why: str, host: str, port: int) -> Finding:
    """`why` a sentence that says that nobody else can listen there; `subject`: the setting."""
    from ..contract.findings import Finding

    if is_ours(host, port):
        said = f"a server of Switchhook's is running on {host}:{port}; the next starts when it has ended"
        return Finding("ok", subject, said)
    table = subject.rpartition(".")[0]
    cure = f"stop the program that listens there, or choose another [{table}] port"
    return Finding("error", subject, f"{why}: `serve` could not start", cure)


def is_ours(host: str, port: int) -> bool:
    """Whether what listens there answers as a server does, with TLS or without."""
    where = ANYWHERE.get(host, host)
    return any(all(_is_status(where, port, page, tls=tls) for page in PAGES) for tls in (False, True))


def _is_status(host: str, port: int, page: str, *, tls: bool) -> bool:
    if tls:
        context = ssl._create_unverified_context()  # noqa: S323, SLF001  # nothing is told to whoever it is
        asked: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=PATIENCE, context=context
        )
    else:
        asked = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        asked.request("GET", page)
        answer = asked.getresponse()
        said = answer.read(100)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return answer.status in (200, 503) and (said in SAID or said.startswith(b'{"status": "'))
