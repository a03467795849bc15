"""The hot path: a frame of the caller's audio from socket to socket, as it is called."""

from __future__ import annotations

from collections.abc import Iterator

from pictures import box, line, picture, text

# Whose, the functions that are called one after the other, and what each of them does: `make steps` counts.
PATH = (
    (
        "switchhook_websocket",
        (
            ("sockets.Socket.data_received", "the event loop hands over what came from Genesys"),
            ("incoming.Incoming.feed", "no fragment and no half frame is open: the short way"),
            ("incoming.Incoming._skim", "a whole binary message is unmasked; all else goes to the parser"),
        ),
    ),
    (
        "switchhook_transport_genesys",
        (
            ("connection.Connection.binary", "one connection, one call"),
            ("connection.Connection._within_limits", "one subtraction for each of two limits"),
        ),
    ),
    (
        "switchhook_audiohook",
        (("protocol.server.ServerSession.receive_audio", "is audio allowed now? then it is counted"),),
    ),
    (
        "switchhook",
        (("call.listening.kept_audio.KeptAudio.take", "kept until a final covers it, for the next engine"),),
    ),
    (
        "switchhook_stt_watson",
        (
            ("recognition.WatsonRecognition.feed", "the engine"),
            ("attention.Attention.hear", "did the caller speak? then a result is owed"),
            ("sending.Sending.feed", "nothing waits: it goes out at once"),
            ("backlog.Backlog.pass_by", "kept for a new connection"),
        ),
    ),
    (
        "switchhook_websocket",
        (
            ("sockets.Socket.send", "open, and not closing"),
            ("client.ClientSocket._send_whole", "masked, and written to the recognition"),
            ("sockets.head_of", "the head of the frame"),
        ),
    ),
)
ROW, TOP = 24, 44


def frame_picture() -> str:
    parts, y = [text(20, 26, "Genesys", "left"), text(900, 26, "one plain call each, no await", "small")], TOP
    for module, functions in PATH:
        height = ROW * len(functions) + 10
        parts.append(box((20, y, 250, height), module, "own" if module == "switchhook" else "box"))
        parts += _rows(y, functions)
        if y > TOP:
            parts.append(line(((145, y - 12), (145, y))))
        y += height + 12
    parts.append(text(20, y + 12, "the recognition's socket", "left"))
    return picture("A frame of the caller's audio, from socket to socket", 1000, y + 24, parts)


def _rows(top: int, functions: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for n, (name, what) in enumerate(functions):
        y = top + ROW * n + 22
        yield text(285, y, name, "left")
        yield text(600, y, what, "small left")
