"""Sign receipts, read them back, and tell whether a key signed one (Ed25519)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from omt_core.api import sentence
from omt_protocol.receipt.header import ReceiptHeader, canonical, canonical_header

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RECEIPT_LIMIT = 64 << 20
"""The largest receipt that is read, in bytes; a header grows with the number of tables only."""

_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class ReceiptFormatError(ValueError):
    """The bytes are not a receipt in canonical form; the message says what is wrong and names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A header with the signature that came with it, 128 hexadecimal digits, not yet believed."""

    header: ReceiptHeader
    signature: str

    def to_bytes(self) -> bytes:
        """Return the receipt file: the canonical form and nothing else."""
        return canonical({"header": self.header.model_dump(mode="json"), "signature": self.signature})

    def is_signed_by(self, public_key: str) -> bool:
        """Tell whether this key (64 hexadecimal digits) signed exactly this header."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - OpenSSL: only who checks a signature loads it
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same

        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(self.signature), canonical_header(self.header))
        except (InvalidSignature, ValueError):
            return False
        return True


def public_key_of(key: Ed25519PrivateKey) -> str:
    """Return the public key as 64 hexadecimal digits, as it is pinned."""
    return key.public_key().public_bytes_raw().hex()


def sign(header: ReceiptHeader, key: Ed25519PrivateKey) -> Receipt:
    """Sign a header with the key that it names."""
    if header.public_key != public_key_of(key):
        raise ValueError("the header names another key than the one that is to sign it")
    return Receipt(header=header, signature=key.sign(canonical_header(header)).hex())


def parse_receipt(content: bytes) -> Receipt:
    """Read a receipt file; raises `ReceiptFormatError` unless it is exactly in canonical form."""
    if len(content) > RECEIPT_LIMIT:
        raise ReceiptFormatError(sentence("it is larger than {limit} bytes", limit=RECEIPT_LIMIT))
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ReceiptFormatError(sentence("it is not JSON in UTF-8: {why}", why=error)) from error
    if not isinstance(record, dict) or set(record) != {"header", "signature"}:
        raise ReceiptFormatError(sentence("it is not an object with exactly a header and a signature"))
    signature = record["signature"]
    if not (isinstance(signature, str) and _SIGNATURE.fullmatch(signature)):
        raise ReceiptFormatError(sentence("signature: it is not 128 hexadecimal digits in lower case"))
    try:
        header = ReceiptHeader.model_validate(record["header"])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ReceiptFormatError(f"header.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    receipt = Receipt(header=header, signature=signature)
    if receipt.to_bytes() != content:
        raise ReceiptFormatError(sentence("it is not in canonical form"))
    return receipt
