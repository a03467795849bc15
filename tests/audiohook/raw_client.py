"""A client made of nothing but JSON, so that tests can break every rule."""

import json

from switchhook_audiohook.protocol import ServerSession, choose, events

SESSION = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
ORGANIZATION = "5f0f6a1e-3c1b-4a52-9b0e-7d5a1a1f2c33"
MONO = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}


class RawClient:
    """Speaks to a ServerSession in memory; `received` is what it was sent, as JSON objects."""

    session_id, organization_id, mono = SESSION, ORGANIZATION, MONO

    def __init__(self):
        self.now = 100.0
        self.session = ServerSession(SESSION, ORGANIZATION, lambda: self.now)
        self.seq = 0
        self.received = []

    def send(self, kind, parameters=None, /, **envelope):
        self.seq += 1
        message = {
            "version": "2",
            "id": SESSION,
            "type": kind,
            "seq": self.seq,
            "serverseq": len(self.received),
            "position": "PT0S",
            "parameters": {} if parameters is None else parameters,
        }
        return self.send_text(json.dumps(message | envelope))

    def send_text(self, text):
        told = self.session.receive_text(text)
        self.read()
        return told

    def send_audio(self, data):
        heard = self.session.receive_audio(data)
        self.read()
        return heard

    def read(self):
        self.received += [json.loads(text) for text in self.session.data_to_send()]

    def opening(self, **changes):
        """The parameters of an `open`; None leaves one out."""
        parameters = {
            "organizationId": ORGANIZATION,
            "conversationId": "c2b1a0f9-8e7d-4c6b-a5f4-e3d2c1b0a9f8",
            "participant": {
                "id": "1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9",
                "ani": "tel:+4915550100",
                "aniName": "Kim Example",
                "dnis": "tel:+4930555010",
            },
            "media": [MONO],
        } | changes
        return {name: value for name, value in parameters.items() if value is not None}

    def open(self, **changes):
        """As a server would, answers the opening at once."""
        told = self.send("open", self.opening(**changes))
        if told and isinstance(told[0], events.Opening):
            self.session.opened(choose(told[0].parameters.media))
            self.read()
        return told

    @property
    def types(self):
        return [message["type"] for message in self.received]

    @property
    def last(self):
        return self.received[-1]
