"""WebSockets whose messages come by plain calls: no queue and no task between the socket and its handler.

The protocol is the `websockets` library's own, without its asyncio layer: handshake, control frames,
fragments, masking, UTF-8 and close codes. Only one shape of message goes round its parser, because nearly
all traffic of a call has it: a whole binary message.

How large a request to a server may be is in `Limits`. One line of it, and an answer to a client, are bounded
by the library's limits, read from the environment when it is imported: WEBSOCKETS_MAX_LINE_LENGTH (8,192
bytes), WEBSOCKETS_MAX_NUM_HEADERS (128; of an answer) and WEBSOCKETS_MAX_BODY_SIZE (1 MiB; of an answer that
is no WebSocket).
No compression, no subprotocols.
"""

from websockets.http11 import Request, Response

from .client import ClientSocket, ConnectError, ConnectProblem, connect
from .handler import Handler
from .limits import Limits
from .server import Answer, Listening, Serve, ServerSocket, listen
from .tally import Tally

__all__ = [
    "Answer",
    "ClientSocket",
    "ConnectError",
    "ConnectProblem",
    "Handler",
    "Limits",
    "Listening",
    "Request",
    "Response",
    "Serve",
    "ServerSocket",
    "Tally",
    "connect",
    "listen",
]
