"""A server made of nothing but JSON, so that tests can break every rule against our own client."""

import json

from switchhook_audiohook.protocol import ClientSession, Media, Open, Participant

SESSION = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
MONO = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}


class RawServer:
    """Speaks to a ClientSession; `received` is what it was sent, JSON objects and bytes."""

    def __init__(self):
        self.now = 0.0
        self.session = ClientSession(SESSION, lambda: self.now)
        self.seq = 0
        self.received = []

    def ask(self, *offers):
        participant = Participant(id="1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9")
        organization = "5f0f6a1e-3c1b-4a52-9b0e-7d5a1a1f2c33"
        self.session.open(
            Open(
                organization_id=organization,
                conversation_id=organization,
                participant=participant,
                media=offers or (Media(),),
            )
        )
        self.read()

    def send(self, kind, parameters=None, /, **envelope):
        self.seq += 1
        message = {
            "version": "2",
            "id": SESSION,
            "type": kind,
            "seq": self.seq,
            "clientseq": sum(isinstance(each, dict) for each in self.received),
            "parameters": {} if parameters is None else parameters,
        }
        told = self.session.receive_text(json.dumps(message | envelope))
        self.read()
        return told

    def tick(self, seconds):
        self.now += seconds
        told = self.session.tick()
        self.read()
        return told

    def read(self):
        for data in self.session.data_to_send():
            self.received.append(data if isinstance(data, bytes) else json.loads(data))

    @property
    def types(self):
        return [m["type"] if isinstance(m, dict) else "audio" for m in self.received]

    def failed(self, code):
        error, close = self.received[-2:]
        assert (error["type"], close["type"]) == ("error", "close")
        return (error["parameters"]["code"], close["parameters"]["reason"]) == (code, "error")
