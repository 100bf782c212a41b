"""The tenant's index as a scrub reads it: read only, beside a serving tenant or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice

from omt_core.api.errors import InputError
from omt_online.server.importing import ImportedMigration
from omt_online.server.layout import TenantLayout

_VARIABLES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedContent:
    """Where the index says that a content lies."""

    digest: str
    size: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPack:
    """A pack and the contents that the index finds in it; `digest` None stands for contents in files of their own."""

    digest: str | None
    size: int
    contents: Iterator[IndexedContent]


class TenantIndex:
    """Questions to tenant.sqlite."""

    def __init__(self, layout: TenantLayout, connection: sqlite3.Connection) -> None:
        self._layout = layout
        self._connection = connection

    def packs(self) -> Iterator[IndexedPack]:
        """Yield contents in files of their own first, then each pack; memory does not grow with their number."""
        rows = self._connection.execute(
            "SELECT packs.digest, packs.size, contents.digest, contents.size, contents.offset, packs.id"
            " FROM contents LEFT JOIN packs ON packs.id = contents.pack"
            " UNION ALL SELECT digest, size, NULL, NULL, NULL, id FROM packs"  # all of whose members lie elsewhere, too
            " ORDER BY 6, 5"
        )
        for (digest, size), group in groupby(rows, key=lambda row: (row[0], row[1])):
            contents = (IndexedContent(digest=row[2].hex(), size=row[3], offset=row[4]) for row in group if row[2])
            yield IndexedPack(digest=None if digest is None else digest.hex(), size=size or 0, contents=contents)

    def knows_pack(self, digest: str) -> bool:
        """Tell whether a pack is in the index."""
        return self._has("SELECT 1 FROM packs WHERE digest = ?", digest)

    def knows_file(self, digest: str) -> bool:
        """Tell whether a content is in the index as a file of its own."""
        return self._has("SELECT 1 FROM contents WHERE digest = ? AND pack IS NULL", digest)

    def unknown(self, contents: Iterable[tuple[str, int]]) -> Iterator[str]:
        """Yield the digests of those contents (digest, size) that are not in the index with that size."""
        rest = iter(contents)
        while some := list(islice(rest, _VARIABLES)):
            marks = ",".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT digest, size FROM contents WHERE digest IN ({marks})",  # noqa: S608  # question marks only
                [bytes.fromhex(digest) for digest, _ in some],
            )
            known = {digest.hex(): size for digest, size in rows}
            yield from (digest for digest, size in some if known.get(digest) != size)

    def online(self) -> ImportedMigration | None:
        """Return what is online, or None before the first completion."""
        row = self._connection.execute("SELECT database, receipt, manifest FROM online").fetchone()
        if row is None:
            return None
        return ImportedMigration(
            database=self._layout.databases / row[0],
            receipt=self._layout.receipts / row[1],
            manifest=self._layout.receipts / row[2],
        )

    def _has(self, sql: str, digest: str) -> bool:
        return self._connection.execute(sql, (bytes.fromhex(digest),)).fetchone() is not None


@contextmanager
def open_index(layout: TenantLayout) -> Iterator[TenantIndex]:
    """Open the index of a tenant's folder without changing it. Raises InputError when there is none."""
    if not all(path.is_file() for path in (layout.state, layout.description, layout.key, layout.secret)):
        raise InputError(
            "tenant-unreadable", f"{layout.root} is not a tenant's folder.", "Give a folder that omt tenant serve made."
        )
    connection = sqlite3.connect(f"{layout.state.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        yield TenantIndex(layout, connection)
    except sqlite3.DatabaseError as error:
        raise InputError(
            "tenant-unreadable", f"{layout.state} is damaged: {error}.", "Restore it, or choose another folder."
        ) from error
    finally:
        connection.close()
