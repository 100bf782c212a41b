"""Which contents the store holds, verified: read from its records, and kept up to date while a migration is open."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, NamedTuple

import anyio
import anyio.to_thread
from omt_core.api import ContentRef, ManifestEntry
from pydantic import ValidationError

from omt_object_store.store.layout import CONTENTS, PACKS, Member, StoredRecord, object_of, record_of
from omt_object_store.store.storage import Storage

_AT_ONCE: Final = 16
_RECORD: Final = ".json"


class Place(NamedTuple):
    """Where a content is: the object, and which bytes of it."""

    path: str
    offset: int
    size: int


class Catalogue:
    """Holds a million contents without a million Python objects: SQLite spills its database to a temporary file."""

    def __init__(self) -> None:
        # An empty name is a private temporary database, which is gone when it is closed.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._lock = threading.Lock()
        self._clear()

    async def load(self, storage: Storage) -> None:
        """Forget everything, and read it from the store."""
        await anyio.to_thread.run_sync(self._clear)
        async for record in stored_records(storage):
            await self.add(record)

    async def add(self, record: StoredRecord) -> None:
        """Take in what an object holds, now that its record is in the store."""
        await anyio.to_thread.run_sync(self._add, object_of(record.kind, record.digest), record.contents())

    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        """Return the digests of contents that the store does not hold, or holds with another size."""
        lacking = await anyio.to_thread.run_sync(self._lacking, contents)
        return frozenset(content.digest for content in lacking)

    async def lacking(self, entries: Sequence[ManifestEntry]) -> list[ManifestEntry]:
        """Return those lines of a manifest whose content the store does not hold with the size that they say."""

        def find() -> list[ManifestEntry]:
            stored = [
                (entry, ContentRef(digest=entry.digest, size=entry.size))
                for entry in entries
                if entry.digest is not None
            ]
            missing = {(content.digest, content.size) for content in self._lacking([one for _, one in stored])}
            return [entry for entry, _ in stored if (entry.digest, entry.size) in missing]

        return await anyio.to_thread.run_sync(find)

    async def place(self, digest: str) -> Place | None:
        """Return where a content is."""
        return await anyio.to_thread.run_sync(self._place, digest)

    def close(self) -> None:
        """Let it go."""
        with self._lock:
            self._database.close()

    def _clear(self) -> None:
        with self._lock:
            self._database.executescript(
                "DROP TABLE IF EXISTS contents; DROP TABLE IF EXISTS objects;"
                "CREATE TABLE objects (number INTEGER PRIMARY KEY, path TEXT NOT NULL);"
                "CREATE TABLE contents (digest BLOB PRIMARY KEY, size INTEGER NOT NULL, object INTEGER NOT NULL,"
                " start INTEGER NOT NULL) WITHOUT ROWID;"
            )

    def _add(self, path: str, members: Iterable[Member]) -> None:
        with self._lock:
            self._database.execute("BEGIN")
            number = self._database.execute("INSERT INTO objects (path) VALUES (?)", (path,)).lastrowid
            self._database.executemany(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)",
                ((bytes.fromhex(member.digest), member.size, number, member.offset) for member in members),
            )
            self._database.execute("COMMIT")

    def _lacking(self, contents: Sequence[ContentRef]) -> list[ContentRef]:
        with self._lock:
            return [
                content
                for content in contents
                if self._database.execute(
                    "SELECT size FROM contents WHERE digest = ?", (bytes.fromhex(content.digest),)
                ).fetchone()
                != (content.size,)
            ]

    def _place(self, digest: str) -> Place | None:
        with self._lock:
            row = self._database.execute(
                "SELECT path, start, size FROM contents JOIN objects ON number = object WHERE digest = ?",
                (bytes.fromhex(digest),),
            ).fetchone()
        return None if row is None else Place(*row)


async def stored_records(storage: Storage) -> AsyncIterator[StoredRecord]:
    """Yield the records of all contents and packs that are there, with the size that their record says.

    A record that cannot be read, or whose object is not there, counts for nothing: what it held is sent anew.
    """
    sizes: dict[str, int] = {}
    for prefix in (CONTENTS, PACKS):
        async for batch in storage.list(prefix):
            sizes.update((one.path, one.size) for one in batch)
    names = sorted(path for path in sizes if path.endswith(_RECORD))
    for begin in range(0, len(names), _AT_ONCE):
        for record in await _read_all(storage, names[begin : begin + _AT_ONCE]):
            if record is not None and sizes.get(object_of(record.kind, record.digest)) == record.size:
                yield record


async def _read_all(storage: Storage, paths: Sequence[str]) -> Sequence[StoredRecord | None]:
    found: list[StoredRecord | None] = [None] * len(paths)

    async def read(number: int, path: str) -> None:
        content = await storage.read(path)
        try:
            record = None if content is None else StoredRecord.model_validate_json(content[0])
        except ValidationError:
            return
        if record is None or content is None or path != record_of(record.kind, record.digest):
            return
        if record.to_bytes() == content[0]:
            found[number] = record

    async with anyio.create_task_group() as tasks:
        for number, path in enumerate(paths):
            tasks.start_soon(read, number, path)
    return found
