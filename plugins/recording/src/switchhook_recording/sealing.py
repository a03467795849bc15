"""Files encrypted as they are written, in the format of age (https://age-encryption.org/v1).

`age` and its libraries open them. Its library for Python encrypts nothing but whole files; the primitives are
those of cryptography.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64encode

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # of Bech32
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
PIECE = 64 * 1024
NEED = "an encrypted recording needs cryptography: pip install switchhook-recording[encryption]"


def read_recipient(text: str) -> bytes:
    """The public key in `age1…`. Raises ValueError."""
    human, _, data = text.strip().lower().rpartition("1")
    values = [LETTERS.find(letter) for letter in data]
    expanded = [*(ord(letter) >> 5 for letter in human), 0, *(ord(letter) & 31 for letter in human), *values]
    if human != "age" or -1 in values or _checksum(expanded) != 1:
        raise ValueError("expected an age recipient, as age-keygen prints it: age1 and 58 letters and digits")
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    key = (number >> 5 * len(values[:-6]) % 8).to_bytes(5 * len(values[:-6]) // 8, "big")
    if len(key) != 32:
        raise ValueError("expected an age recipient of 32 bytes, age1…; other kinds are not supported")
    return key


def _checksum(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check


class Sealed:
    """`begin` is the head of the file; what `write` and `end` return follows it."""

    def __init__(self, recipient: bytes) -> None:
        """Raises ImportError where the library is not installed."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        file_key, ephemeral, nonce = os.urandom(16), X25519PrivateKey.generate(), os.urandom(16)
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
        wrapping = _derived(shared, share + recipient, b"age-encryption.org/v1/X25519")
        wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
        head = b"age-encryption.org/v1\n-> X25519 %s\n%s\n---" % (_text(share), _text(wrapped))
        mac = hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")
        self.begin = head + b" " + _text(mac) + b"\n" + nonce
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._waiting, self._count = bytearray(), 0

    def write(self, data: bytes) -> bytes:
        self._waiting += data
        sealed = b""
        while len(self._waiting) > PIECE:  # the last piece is marked, and may be whole
            sealed += self._seal(last=False)
        return sealed

    def end(self) -> bytes:
        return self._seal(last=True)

    def _seal(self, *, last: bool) -> bytes:
        piece = bytes(self._waiting[:PIECE])
        del self._waiting[:PIECE]
        nonce = self._count.to_bytes(11, "big") + bytes([last])
        self._count += 1
        return self._cipher.encrypt(nonce, piece, None)


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")
