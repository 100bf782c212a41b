"""Reads a bundle without the tenant's own reader: POSIX describes the octal cpio in a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_HEADER: Final = 76
_NAME_SIZE: Final = slice(59, 65)
_FILE_SIZE: Final = slice(65, 76)
_END: Final = b"TRAILER!!!"


def members(bundle: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and stored bytes of each member, in order."""
    at = 0
    while True:
        header = bundle[at : at + _HEADER]
        assert header[:6] == b"070707"
        content = at + _HEADER + int(header[_NAME_SIZE], 8)
        name = bundle[at + _HEADER : content].rstrip(b"\0")
        at = content + int(header[_FILE_SIZE], 8)
        if name == _END:
            return
        yield name.decode("ascii"), bundle[content:at]
