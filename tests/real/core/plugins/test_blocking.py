"""What blocks the event loop is found by what it calls, over a real socket."""

import socket

from switchhook.plugins.blocking import blocking_calls


def test_a_connection_that_is_waited_for_is_found():
    found = []
    with socket.create_server(("127.0.0.1", 0)) as server, blocking_calls(found.append):
        socket.create_connection(server.getsockname()).close()
    assert [each.call for each in found] == ["socket.connect"]
