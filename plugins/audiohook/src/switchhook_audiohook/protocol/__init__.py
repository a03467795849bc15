"""AudioHook version 2 without sockets: both halves of a session as plain objects.

One object for each connection. Give it what arrived, act on the events it returns, and send what
`data_to_send()` then has, all of it and in its order; numbering is done there. Nothing here waits, reads a
clock of its own or fails on what a peer sends.

    session = ServerSession(session_id, organization_id, clock)     # ids of the upgrade request, verified
    for event in session.receive_text(text): ...                    # Opening: session.opened(choose(...))
    audio = session.receive_audio(data)                             # empty: see session.violation
    for text in session.data_to_send(): socket.send(text)           # after each of the calls
    if session.takes_audio: socket.send(pcmu)                       # audio is the wrapper's own to send

    client = ClientSession(session_id, clock)
    client.open(Open(organization_id=…, conversation_id=…, participant=Participant(id=…), media=(Media(),)))
    client.send_audio(pcmu); client.send("dtmf", {"digit": "5"}); client.close("end")
    for data in client.data_to_send(): socket.send(data)            # str and bytes, in order

Pong, updated, closed (server), ping, paused, resumed, close after disconnect, and error (client) are sent
without being asked. Time: call `tick()` when `clock()` has reached `deadline()`, and ask for the deadline
again after each call; both halves keep all timers of the protocol that way. When the socket is gone, say
`connection_lost()`.
"""

from .client import ClientSession as ClientSession
from .durations import format_duration as format_duration
from .durations import parse_duration as parse_duration
from .media import Media as Media
from .media import choose as choose
from .messages import MAX_SENT as MAX_SENT
from .messages import NULL_ID as NULL_ID
from .messages import UUID as UUID
from .messages import Open as Open
from .messages import Participant as Participant
from .reading import MAX_RECEIVED as MAX_RECEIVED
from .server import ServerSession as ServerSession
from .states import ClientState as ClientState
from .states import State as State
