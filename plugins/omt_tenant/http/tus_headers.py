"""The headers of tus 1.0.0: read strictly, written as the protocol demands."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import web

from omt_protocol.protocol_error import ProtocolError, bad_request, too_large
from omt_tenant.settings import TenantSettings
from omt_tenant.store.checksum import ALGORITHMS, ExpectedChecksum
from omt_tenant.store.uploads import Upload, UploadKind

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "expiration", "termination")
CHUNK_TYPE = "application/offset+octet-stream"

_NUMBER = re.compile(r"[0-9]{1,30}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS: dict[str, UploadKind] = {"file": "file", "bundle": "bundle", "zstd-bundle": "zstd-bundle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a creation says of an upload; `metadata` is the header as it came."""

    kind: UploadKind
    digest: str
    length: int
    migration: str
    metadata: str


def require_version(request: web.Request) -> None:
    """Refuse a client that does not speak tus 1.0.0."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ProtocolError(
            412,
            "tus-version",
            "The header Tus-Resumable is not there or names another version.",
            f"Speak tus {VERSION}.",
            headers={"Tus-Version": VERSION},
        )


def read_announcement(request: web.Request, settings: TenantSettings) -> Announcement:
    """Read what is to be created. Raises ProtocolError: `request-malformed`, `too-large`."""
    if "Upload-Defer-Length" in request.headers or "Upload-Concat" in request.headers:
        raise bad_request("The tenant has neither the extension creation-defer-length nor concatenation.")
    length = read_number(request, "Upload-Length")
    header = request.headers.get("Upload-Metadata", "")
    metadata = _read_metadata(header)
    kind, digest = _KINDS.get(metadata.get("kind", "")), metadata.get("sha256", "")
    if kind is None or not _DIGEST.fullmatch(digest) or "migration" not in metadata:
        raise bad_request(
            "Upload-Metadata must hold kind (file, bundle or zstd-bundle), sha256 (64 hexadecimal digits, lower case)"
            " and migration."
        )
    if length > (settings.content_bytes if kind == "file" else settings.bundle_bytes):
        raise too_large(f"An upload of {length} bytes is too large for a {kind}.")
    return Announcement(kind=kind, digest=digest, length=length, migration=metadata["migration"], metadata=header)


def read_number(request: web.Request, name: str) -> int:
    """Read a header that is a number of bytes."""
    value = request.headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise bad_request(f"The header {name} must be a number of bytes.")
    return int(value)


def read_checksum(request: web.Request) -> ExpectedChecksum | None:
    """Read the checksum of this chunk; None when the client sends none, which tus leaves to it."""
    header = request.headers.get("Upload-Checksum")
    return None if header is None else ExpectedChecksum(header)


def progress_headers(upload: Upload) -> dict[str, str]:
    """Say how far an upload is, and until when it is kept."""
    headers = {"Upload-Offset": str(upload.offset)}
    if upload.state == "open":
        headers["Upload-Expires"] = formatdate(upload.expires, usegmt=True)
    return headers


def option_headers(settings: TenantSettings) -> dict[str, str]:
    """Say what of tus the tenant has."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(settings.content_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def _read_metadata(header: str) -> dict[str, str]:
    """Read the pairs. A client may add some of its own, the values of which need not be text."""
    metadata: dict[str, str] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            value = base64.b64decode(encoded.strip(), validate=True).decode(errors="replace")
        except (binascii.Error, ValueError) as error:
            raise bad_request(
                "Upload-Metadata is not pairs of a key and a base64 value, separated by commas."
            ) from error
        if not key or key in metadata:
            raise bad_request("A key of Upload-Metadata is empty or there twice.")
        metadata[key] = value
    return metadata
