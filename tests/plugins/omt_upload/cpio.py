"""Reading a cpio archive as POSIX describes it (pax, "octet-oriented cpio"), knowing nothing of bundles."""

from __future__ import annotations

from collections.abc import Iterator

_FIELDS = (6, 6, 6, 6, 6, 6, 6, 6, 11, 6, 11)
"""Widths: magic, device, inode, mode, user, group, links, device of a device, time, length of the name, of the file."""


def read_cpio(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the regular files."""
    position = 0
    while True:
        fields: list[str] = []
        for width in _FIELDS:
            fields.append(data[position : position + width].decode("ascii"))
            position += width
        magic, mode, name_length, length = fields[0], int(fields[3], 8), int(fields[9], 8), int(fields[10], 8)
        assert magic == "070707"
        name = data[position : position + name_length]
        position += name_length
        assert name.endswith(b"\0")
        if name == b"TRAILER!!!\0":
            return
        assert mode & 0o170000 == 0o100000
        yield name[:-1].decode(), data[position : position + length]
        position += length
