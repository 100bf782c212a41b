"""Which key a receipt is checked with, and what that proves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import TENANT_KEY_FILE, InputError, pinned_key, sentence
from omt_online.errors import KEY_UNREADABLE
from omt_protocol.receipt import ReceiptHeader

_GIVEN = re.compile(rb"([0-9a-f]{64})(\r?\n)?")
"""A key that a person wrote down; an editor may have ended the line in its own way."""

_KEY_BYTES = 4_096


class PinnedKeyDamagedError(ValueError):
    """The key pinned beside the receipt is not as the tool writes one; the message says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key as 64 hexadecimal digits. `source` says where it is from, `proves_origin` what that is worth."""

    public_key: str
    source: str
    proves_origin: bool


def key_to_check_with(receipt: Path, header: ReceiptHeader, given: Path | None) -> TrustedKey:
    """Choose the key: the one given, else the one pinned beside the receipt at first contact, else the receipt's own.

    Raises `InputError` when a key's file cannot be read or the one given holds no key, and `PinnedKeyDamagedError`.
    """
    if given is not None:
        found = _GIVEN.fullmatch(_read(given))
        if found is None:
            raise _unreadable(given, sentence("it does not hold 64 hexadecimal digits in lower case and nothing else"))
        return TrustedKey(
            public_key=found[1].decode(), source=sentence("the key in {file}", file=given), proves_origin=True
        )
    pinned = receipt.parent / TENANT_KEY_FILE
    if pinned.exists():
        key = pinned_key(_read(pinned))
        if key is None:
            raise PinnedKeyDamagedError(
                sentence("{file} does not hold 64 hexadecimal digits and a line feed", file=pinned)
            )
        source = sentence("the key pinned at first contact ({file})", file=pinned)
        return TrustedKey(public_key=key, source=source, proves_origin=True)
    return TrustedKey(
        public_key=header.public_key, source=sentence("the key that the receipt itself names"), proves_origin=False
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_KEY_BYTES)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, reason: str) -> InputError:
    return KEY_UNREADABLE.error(sentence("The key in {path} cannot be used: {reason}.", path=path, reason=reason))
