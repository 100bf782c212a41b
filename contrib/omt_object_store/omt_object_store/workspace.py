"""What a workspace remembers of a store: the key of its receipts from first contact on, and who the workspace is."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from omt_core.api import InputError, OnlineRefusedError

_KEY_FILE = "tenant.key"
"""Where `omt verify` looks for the key to check with (docs/reference/receipt.md)."""

_CLIENT_FILE = "client.id"


def pin_key(workspace: Path, public_key: str) -> None:
    """Keep the key at first contact; raises `OnlineRefusedError` when another was kept. Blocking."""
    known = _kept(workspace / _KEY_FILE, public_key)
    if known != public_key:
        raise OnlineRefusedError(
            "tenant-key-changed",
            f"The key of the receipts begins with {public_key[:16]}, but at first contact it began with {known[:16]}: "
            "the signing key was changed, or this workspace belongs to another online side.",
            f"Set object_store.signing_key to the former key. If it was changed on purpose, delete {_KEY_FILE} in the "
            "workspace.",
        )


def client_id(workspace: Path | None) -> str:
    """Return the id under which this workspace claims a migration; a random one without a workspace. Blocking."""
    fresh = secrets.token_hex(16)
    return fresh if workspace is None else _kept(workspace / _CLIENT_FILE, fresh)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole and durably, or not at all; nobody else may read it. Blocking. Raises `InputError`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise not_writable(path, error) from error


def not_writable(path: Path, error: OSError) -> InputError:
    """Say that the workspace cannot be used."""
    return InputError(
        "workspace-not-writable",
        f"The file {path} cannot be written or read: {error.strerror}.",
        "Give another --workspace, or make room and mend the rights there.",
    )


def _kept(path: Path, fresh: str) -> str:
    try:
        if not path.exists():
            write_whole(path, f"{fresh}\n".encode())
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise not_writable(path, error) from error
