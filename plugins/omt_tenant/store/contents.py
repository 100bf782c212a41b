"""The contents that are stored whole, found by digest: alone in a file, or as a member of a pack."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from omt_core.api import ContentRef
from omt_core.api.files import PRIVATE_FILE
from omt_protocol.bundle.headers import BLOCK, packed_size
from omt_protocol.bundle.packed import opened
from omt_protocol.bundle.reader import Member
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.lost_files import MARKS, LostFiles
from omt_tenant.store.state_database import StateDatabase

_ANYTHING = "SELECT 1 FROM contents UNION ALL SELECT 1 FROM uploads WHERE state = 'open' LIMIT 1"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a content lies; of a member of a pack, whether and how it is packed is told by the header before it."""

    path: Path
    offset: int
    size: int


class ContentStore:
    """What the tenant has. All methods block and may be called from any thread.

    What lies in a file that is `lost` does not count as stored; what is left of it can be read all the same.
    """

    def __init__(self, layout: TenantLayout, state: StateDatabase, lost: LostFiles) -> None:
        self._layout = layout
        self._state = state
        self._lost = lost

    def missing(self, contents: Sequence[ContentRef]) -> Collection[str]:
        """Return the digests that are not stored, or whose stored size differs: once each, in the order asked."""
        return self.lacking([(content.digest, content.size) for content in contents])

    def lacking(self, contents: Sequence[tuple[str, int]]) -> Collection[str]:
        """Return what `missing` does, of pairs of digest and size: for so many that an object each would count."""
        stored = self.sizes(digest for digest, _ in contents)
        return list(dict.fromkeys(digest for digest, size in contents if stored.get(digest) != size))

    def sizes(self, digests: Iterable[str]) -> Mapping[str, int]:
        """Return the sizes of those digests that are stored."""
        # In their order in the index, so that neighbours are found on the page that is at hand.
        wanted = sorted(bytes.fromhex(digest) for digest in digests)
        sizes: dict[str, int] = {}
        with self._state.read() as connection:
            for start in range(0, len(wanted), MARKS):
                part = wanted[start : start + MARKS]
                marks = ",".join("?" * len(part))
                rows = connection.execute(f"SELECT digest, size, pack FROM contents WHERE digest IN ({marks})", part)  # noqa: S608 - question marks only
                if self._lost:
                    sizes.update(
                        (digest.hex(), size) for digest, size, pack in rows if not self._lost.has(digest, pack)
                    )
                else:
                    sizes.update((digest.hex(), size) for digest, size, _ in rows)
        return sizes

    def lose(self, digest: str) -> None:
        """Let a content count as not stored until it is sent anew."""
        self._lost.contents.add(bytes.fromhex(digest))

    @property
    def has_lost_some(self) -> bool:
        """Whether anything that the index names does not count as stored."""
        return bool(self._lost)

    def forget_replaced(self) -> None:
        """Forget lost packs of which all contents were sent anew; what is left of a file the next start removes."""
        if self._lost.packs:
            for identifier in self._state.write(lambda connection: _forget_empty(connection, self._lost.packs)):
                self._lost.packs.pop(identifier, None)

    def is_empty(self) -> bool:
        """Tell whether nothing is stored, and nothing is on its way that could be without being sent anew."""
        with self._state.read() as connection:
            return connection.execute(_ANYTHING).fetchone() is None

    def has_pack(self, digest: str) -> bool:
        """Tell whether a bundle of these members landed before, and is there."""
        with self._state.read() as connection:
            found = connection.execute("SELECT id FROM packs WHERE digest = ?", (bytes.fromhex(digest),)).fetchone()
        return found is not None and found[0] not in self._lost.packs

    def locate(self, digest: str) -> Location:
        """Return where a content lies; raises KeyError when it is not stored."""
        with self._state.read() as connection:
            row = connection.execute(
                "SELECT contents.size, contents.offset, packs.digest FROM contents"
                " LEFT JOIN packs ON packs.id = contents.pack WHERE contents.digest = ?",
                (bytes.fromhex(digest),),
            ).fetchone()
        if row is None:
            raise KeyError(digest)
        size, offset, pack = row
        path = self._layout.content(digest) if pack is None else self._layout.pack(pack.hex())
        return Location(path, offset, size)

    def open(self, digest: str) -> BinaryIO:
        """Open a stored content for reading; raises KeyError when it is not stored."""
        return open_at(self.locate(digest))

    def as_file(self, digest: str) -> Path:
        """Return a stored content as a file of its own, which must not be changed; raises KeyError."""
        location = self.locate(digest)
        if location.path == self._layout.content(digest):
            return location.path
        copy = self._layout.manifests / digest
        copy.touch(mode=PRIVATE_FILE)
        with self.open(digest) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target)
        return copy


def open_at(location: Location) -> BinaryIO:
    """Open the content that lies there, unpacked. Raises OSError, also while it is read where a pack is damaged."""
    file = location.path.open("rb", buffering=0)
    stored = None
    if location.offset:
        begin = max(0, location.offset - BLOCK)
        file.seek(begin)
        stored = packed_size(file.read(location.offset - begin))
    if stored is None:
        return io.BufferedReader(_Window(file, location.offset, location.size))
    return opened(io.BufferedReader(_Window(file, location.offset, stored)))


def record_pack(
    connection: sqlite3.Connection, pack: bytes, size: int, members: Sequence[Member], lost: LostFiles
) -> None:
    """Enter a landed pack and its members; a content that is known already stays where it is, unless that is lost."""
    connection.execute(
        "INSERT INTO packs (digest, size) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET size = excluded.size",
        (pack, size),
    )
    (identifier,) = connection.execute("SELECT id FROM packs WHERE digest = ?", (pack,)).fetchone()
    moved = lost.among(connection, (member.digest for member in members))
    connection.executemany("DELETE FROM contents WHERE digest = ?", ((digest,) for digest in moved))
    connection.executemany(
        "INSERT OR IGNORE INTO contents (digest, size, pack, offset) VALUES (?, ?, ?, ?)",
        ((member.digest, member.size, identifier, member.offset) for member in members),
    )


def record_file(connection: sqlite3.Connection, digest: bytes, size: int) -> None:
    """Enter a content that landed in a file of its own; if a pack has it too, the file is what counts from now on."""
    connection.execute(
        "INSERT OR REPLACE INTO contents (digest, size, pack, offset) VALUES (?, ?, NULL, 0)", (digest, size)
    )


def _forget_empty(connection: sqlite3.Connection, packs: Iterable[int]) -> Collection[int]:
    """Take those of these packs that have no content any more out of the index, and return them."""
    named = {pack for (pack,) in connection.execute("SELECT DISTINCT pack FROM contents")}
    empty = set(packs) - named
    if empty:
        # For the foreign key, which would go over all contents for each pack.
        connection.execute("CREATE INDEX contents_by_pack ON contents (pack)")
        connection.executemany("DELETE FROM packs WHERE id = ?", ((pack,) for pack in empty))
        connection.execute("DROP INDEX contents_by_pack")
    return empty


class _Window(io.RawIOBase):
    """A part of a file as a file; owns the file."""

    def __init__(self, file: io.FileIO, start: int, size: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._size = size
        self._position = 0
        file.seek(start)

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._position = base + offset
        self._file.seek(self._start + self._position)
        return self._position

    @override
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # mypy has no name for Buffer in 3.11
        rest = max(0, self._size - self._position)
        with memoryview(buffer) as view:
            count = self._file.readinto(view[:rest]) or 0
        self._position += count
        return count

    @override
    def close(self) -> None:
        self._file.close()
        super().close()
