"""Which contents are known to be damaged, so that the items that are lost with them can be named."""

from __future__ import annotations

from omt_protocol.receipt import Mismatch

_MOST = 10_000


class Damage:
    """Remembers the digests of damaged contents, at most 10,000: whoever has lost more has lost the store."""

    def __init__(self) -> None:
        self._digests: set[str] = set()

    def __contains__(self, digest: object) -> bool:
        return digest in self._digests

    def add(self, digest: str) -> None:
        """Remember a content."""
        if len(self._digests) < _MOST:
            self._digests.add(digest)


def store_mismatch(key: str, field: str, message: str, line: int | None = None) -> Mismatch:
    """Return a mismatch of the store: `key` is a file below the tenant's folder, or an item of what is online."""
    return Mismatch(where="store", line=line, key=key, field=field, message=message)
