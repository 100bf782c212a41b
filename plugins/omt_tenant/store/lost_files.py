"""What the index names, and is not there: packs and single contents whose files are away or shorter than they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

MARKS = 500
"""Values of one statement; SQLite allows at least 999 parameters in every build."""


@dataclass(slots=True)
class LostFiles:
    """What a start has missed: the index keeps it, since a file may only be away until the next start.

    What lies in a lost file counts as not stored, so that it is sent anew, and the index then names where it landed.
    So does the manifest of a stage that names such a content: by its manifest a client knows whether a stage is held.
    Changes are made once the index holds them durably; any thread may ask.
    """

    packs: dict[int, bytes] = field(default_factory=dict)
    """Digests of lost packs by their id in the index."""
    contents: set[bytes] = field(default_factory=set)
    """Digests of contents that lay in lost files of their own, and of such manifests."""

    def __bool__(self) -> bool:
        return bool(self.packs or self.contents)

    def has(self, digest: bytes, pack: int | None) -> bool:
        """Tell whether a content is lost that the index places in this pack, or in a file of its own."""
        return pack in self.packs or digest in self.contents

    def among(self, connection: sqlite3.Connection, digests: Iterable[bytes]) -> list[bytes]:
        """Return those of these contents that the index places in a lost file."""
        wanted, found = list(digests), list[bytes]()
        for start in range(0, len(wanted) if self else 0, MARKS):
            part = wanted[start : start + MARKS]
            marks = ",".join("?" * len(part))
            rows = connection.execute(f"SELECT digest, pack FROM contents WHERE digest IN ({marks})", part)  # noqa: S608 - question marks only
            found += (digest for digest, pack in rows if self.has(digest, pack))
        return found

    def pack_landed(self, pack: bytes, members: Iterable[bytes]) -> None:
        """Note that this pack is there, or there again, with these contents."""
        if self:
            self.contents.difference_update(members)
            for identifier in [one for one, digest in self.packs.items() if digest == pack]:
                del self.packs[identifier]

    def content_landed(self, digest: bytes) -> None:
        """Note that this content has a file of its own."""
        self.contents.discard(digest)
