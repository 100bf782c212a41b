"""Where a store is, and that nothing goes there in plain sight."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from omt_core.api import ONLINE_NOT_NAMED, InputError, sentence
from omt_protocol.tls import is_loopback

from omt_object_store.errors import (
    OBJECT_STORE_ENDPOINT_NOT_VALID,
    OBJECT_STORE_NOT_ENCRYPTED,
    OBJECT_STORE_URL_NOT_VALID,
)

_KINDS = {"s3": "s3", "az": "az", "azure": "az", "file": "file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """A store: `container` is the bucket or container and `prefix` a path in it; `folder` is set for `file` only."""

    kind: Literal["s3", "az", "file"]
    container: str = ""
    prefix: str = ""
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What the store is called in receipts and messages."""
        if self.folder is not None:
            return self.folder.as_uri()
        return f"{self.kind}://{self.container}" + (f"/{self.prefix}" if self.prefix else "")


def store_address(text: str | None) -> StoreAddress:
    """Read the setting `url`. Raises `OnlineNotNamedError` when there is none, `InputError` when it is not valid."""
    if not text:
        raise ONLINE_NOT_NAMED.error(
            "No object store is named.",
            remedy="Set object_store.url in the settings file to s3://bucket/prefix, az://container/prefix or file:///folder.",
        )
    try:
        parts = urlsplit(text)
        kind = _KINDS.get(parts.scheme)
        plain = not (parts.query or parts.fragment or parts.username or parts.password or parts.port)
    except ValueError:
        raise _not_valid() from None
    if kind is None or not plain:
        raise _not_valid()
    if kind == "file":
        folder = Path(url2pathname(unquote(parts.path)) if "%" in parts.path else url2pathname(parts.path))
        if parts.netloc not in {"", "localhost"} or not folder.is_absolute():
            raise _not_valid()
        return StoreAddress(kind="file", folder=folder)
    prefix = unquote(parts.path).strip("/")
    if not parts.netloc or any(part in {"", ".", ".."} for part in prefix.split("/") if prefix):
        raise _not_valid()
    return StoreAddress(kind="s3" if kind == "s3" else "az", container=parts.netloc, prefix=prefix)


def checked_endpoint(text: str | None) -> str | None:
    """Return the endpoint, if there is one. Raises `InputError` where it is none, or not encrypted on its way."""
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        host, plain = parts.hostname, not (parts.query or parts.fragment or parts.username or parts.password)
    except ValueError:
        host, plain, parts = None, False, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or not plain:
        raise OBJECT_STORE_ENDPOINT_NOT_VALID.error()
    if parts.scheme == "http" and not is_loopback(host):
        raise OBJECT_STORE_NOT_ENCRYPTED.error(
            sentence(
                "{host} is another machine, and plain http would send the CRM's data there for all to read.", host=host
            )
        )
    return text.rstrip("/")


def _not_valid() -> InputError:
    # The text itself is not repeated: it may hold a key or a signature.
    return OBJECT_STORE_URL_NOT_VALID.error()
