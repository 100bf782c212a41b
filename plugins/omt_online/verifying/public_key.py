"""Which key a receipt is checked with, and what that proves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from omt_core.api.errors import InputError
from omt_online.client.pinning import KEY_FILE
from omt_online.receipt import ReceiptHeader

_KEY = re.compile(r"[0-9a-f]{64}")
_KEY_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key as 64 hexadecimal digits. `source` says where it is from, `proves_origin` what that is worth."""

    public_key: str
    source: str
    proves_origin: bool


def key_to_check_with(receipt: Path, header: ReceiptHeader, given: Path | None) -> TrustedKey:
    """Choose the key: the one given, else the one pinned beside the receipt at first contact, else the receipt's own.

    Raises `InputError` when a key's file cannot be read.
    """
    if given is not None:
        return TrustedKey(public_key=_read(given), source=f"the key in {given}", proves_origin=True)
    pinned = receipt.parent / KEY_FILE
    if pinned.exists():
        source = f"the key pinned at first contact ({pinned})"
        return TrustedKey(public_key=_read(pinned), source=source, proves_origin=True)
    return TrustedKey(public_key=header.public_key, source="the key that the receipt itself names", proves_origin=False)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_KEY_BYTES).decode("ascii").strip().lower()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    if not _KEY.fullmatch(text):
        raise _unreadable(path, "it does not hold 64 hexadecimal digits and nothing else")
    return text


def _unreadable(path: Path, reason: str) -> InputError:
    return InputError(
        "key-unreadable",
        f"The key in {path} cannot be used: {reason}.",
        f"Give the file {KEY_FILE} of the workspace, or a file with the tenant's key as 64 hexadecimal digits.",
    )
