"""Secrets on their way to one worker: whoever carries them, or logs what it carries, has nothing of them.

Dask's connections are encrypted, but a scheduler reads what goes through it, and writes it all down at its level for
debugging. A box is X25519 with a key that is made for it, HKDF-SHA256 over the secret that both ends share, and
ChaCha20-Poly1305.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)
"""Each key encrypts one text, so that none is used twice."""


def sealed(reader: bytes, text: bytes) -> bytes:
    """Return a text for the one who has the private half of this public key."""
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    key = _key(own.exchange(X25519PublicKey.from_public_bytes(reader)), public + reader)
    return public + ChaCha20Poly1305(key).encrypt(_NONCE, text, None)


def opened(own: X25519PrivateKey, box: bytes) -> bytes:
    """Return the text of a box. Raises ValueError for one that is for somebody else, or was changed."""
    public, rest = box[:_KEY_BYTES], box[_KEY_BYTES:]
    key = _key(own.exchange(X25519PublicKey.from_public_bytes(public)), public + own.public_key().public_bytes_raw())
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, rest, None)
    except InvalidTag:
        raise ValueError("the box is for another reader, or damaged") from None


def _key(shared: bytes, both: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"omt-dask" + both).derive(shared)
