"""What comes after the handshake: bytes in, messages out, no I/O."""

from __future__ import annotations

import time
from collections.abc import Callable

from websockets.frames import CTRL_OPCODES, CloseCode, Frame, Opcode
from websockets.protocol import Protocol, Side, State

from switchhook import TokenBucket

from .handler import Handler
from .mask import apply_mask

# The first byte of a frame that is the only one of its message, without reserved bits.
WHOLE = WHOLE_TEXT, WHOLE_BINARY = 0x81, 0x82
PING = 0x89
PIECE = 4_096  # bytes that the parser gets at a time, so that what it finds can stop it
# Frames that are no message of their own: control frames and fragments. The burst is the most fragments
# of one message that the library's own connections take.
SPARE_RATE, SPARE_BURST = 256.0, 4_096.0


class Incoming:
    """Set `stopped` to have no more messages delivered; the protocol still sees what comes. `open`: neither
    side has begun to close; whoever begins says so."""

    def __init__(
        self, protocol: Protocol, max_size: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stopped, self.open = False, True
        self.failed = False  # the peer broke a rule that is not the parser's
        self._protocol, self._max_size, self._clock = protocol, max_size, clock
        self._masked = protocol.side is Side.SERVER
        self._mask_bit, self._mask_size = (0x80, 4) if self._masked else (0, 0)
        self._unparsed = 0  # bytes that went into the parser and have not come out as frames
        self._fragments: bytearray | None = None
        self._is_text = False
        self._spare = TokenBucket(SPARE_RATE, SPARE_BURST, clock())

    def feed(self, data: bytes, handler: Handler) -> bool:
        """Whether the protocol may have something to send."""
        at = 0
        if self.open and not self._unparsed and self._fragments is None:
            at = self._skim(data, handler)
            if at == len(data):
                return False
        for start in range(at, len(data), PIECE):
            self._parse(data[start : start + PIECE], handler)
        return True

    def _skim(self, data: bytes, handler: Handler) -> int:
        """Takes whole messages from the start of `data`, and returns where the rest begins, which is for the
        parser: it takes what has another form, and what is no good."""
        at, size = 0, len(data)
        while size - at > 1 and not self.stopped:
            if (kind := data[at]) not in WHOLE:
                break
            length = data[at + 1] - self._mask_bit
            start = at + 2 + self._mask_size
            if length == 126 and size - at > 3:
                length = data[at + 2] << 8 | data[at + 3]
                start += 2
            elif not 0 <= length < 126:  # wrongly masked, longer, or not all there
                break
            stop = start + length
            if stop > size or length > self._max_size:
                break
            payload = data[start:stop]
            if self._masked:
                payload = apply_mask(payload, data[start - 4 : start])
            if kind == WHOLE_BINARY:
                handler.binary(payload)
            else:
                try:
                    text = str(payload, "utf-8")
                except UnicodeDecodeError:
                    break
                handler.text(text)
            at = stop
        return at

    def _parse(self, data: bytes, handler: Handler) -> None:
        self._unparsed += len(data)
        self._protocol.receive_data(data)
        self.open = self._protocol.state is State.OPEN
        for frame in self._protocol.events_received():
            assert isinstance(frame, Frame)  # noqa: S101  # for mypy: handshakes are over
            # A length written in more bytes than it needs leaves a rest here for good. That costs such a
            # peer the shortcut, and is safe: at zero the parser stands between two frames.
            self._unparsed -= self._size(len(frame.data))
            self._take(frame, handler)

    def _size(self, length: int) -> int:
        return 2 + (0 if length < 126 else 2 if length < 65_536 else 8) + self._mask_size + length

    def _take(self, frame: Frame, handler: Handler) -> None:
        if frame.opcode in CTRL_OPCODES:
            self._spend()
        elif frame.opcode is Opcode.CONT:
            self._spend()
            assert self._fragments is not None  # noqa: S101  # for mypy: the parser has checked
            self._fragments += frame.data
            if frame.fin:
                whole, self._fragments = self._fragments, None
                self._deliver(whole, handler)
        else:
            self._is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                self._deliver(frame.data, handler)
            else:
                self._spend()
                self._fragments = bytearray(frame.data)

    def _deliver(self, data: bytes | bytearray | memoryview, handler: Handler) -> None:
        if self.stopped:
            self._spend()
        elif self._is_text:
            try:
                text = str(data, "utf-8")
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA, "not UTF-8")
            else:
                handler.text(text)
        else:
            handler.binary(bytes(data))

    def _spend(self) -> None:
        if not self._spare.spend(self._clock()):
            self._fail(CloseCode.POLICY_VIOLATION, "too many frames")

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.stopped, self.failed, self.open = True, True, False
        self._protocol.fail(code, reason)
