"""The key that signs receipts: whoever has it vouches for the store, which cannot do that by itself."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from omt_core.api import InputError, files, sentence
from omt_protocol.receipt import public_key_of

from omt_object_store.errors import (
    OBJECT_STORE_KEY_NOT_NAMED,
    OBJECT_STORE_KEY_NOT_WRITTEN,
    OBJECT_STORE_KEY_UNREADABLE,
)


def read_key(path: Path | None) -> Ed25519PrivateKey:
    """Read the private key that the setting names. Blocking. Raises `InputError`."""
    if path is None:
        raise OBJECT_STORE_KEY_NOT_NAMED.error()
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path, "it is not a private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path, "it is not an Ed25519 key")
    return key


def make_key(path: Path) -> tuple[Path, str]:
    """Make a key for its owner's eyes only, and its public half beside it in `FILE.pub`. Blocking.

    Returns the public half's file and the key. Raises `InputError` where a file is there already.
    """
    key, public = Ed25519PrivateKey.generate(), path.with_name(f"{path.name}.pub")
    try:
        files.make_file(path)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with public.open("x", encoding="ascii") as file:
            file.write(f"{public_key_of(key)}\n")
    except OSError as error:
        raise OBJECT_STORE_KEY_NOT_WRITTEN.error(
            sentence(
                "The key cannot be written to {filename}: {reason}.",
                filename=error.filename or path,
                reason=error.strerror,
            )
        ) from error
    return public, public_key_of(key)


def _unreadable(path: Path, reason: str) -> InputError:
    return OBJECT_STORE_KEY_UNREADABLE.error(
        sentence("The key in {path} cannot be used: {reason}.", path=path, reason=reason)
    )
