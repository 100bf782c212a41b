"""The tenant's index as a scrub reads it: read only, beside a serving tenant or not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice

from omt_core.api import sentence
from omt_core.api.files import sqlite_uri
from omt_protocol.receipt import Mismatch
from omt_tenant.errors import TENANT_UNREADABLE
from omt_tenant.importing import ImportedMigration
from omt_tenant.migration.stages import Stage, read_stages
from omt_tenant.scrubbing.damage import store_mismatch
from omt_tenant.store.layout import TenantLayout

_VARIABLES = 500
_MESSAGES = 100
_ONLINE = (r"[0-9a-f]{32}\.duckdb", r"[0-9a-f]{32}\.receipt\.json", r"[0-9a-f]{32}\.manifest\.jsonl")
"""What the names of database, receipt and manifest look like."""


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

    def check(self) -> Iterator[Mismatch]:
        """Have SQLite check its file; what is said here makes every other answer doubtful."""
        for (message,) in self._connection.execute(f"PRAGMA integrity_check({_MESSAGES})"):
            if message != "ok":
                yield store_mismatch(self._layout.state.name, "index", sentence("is damaged: {reason}", reason=message))

    def online(self) -> ImportedMigration | Mismatch | None:
        """Return what is online, None before the first completion, or that the index names what cannot be."""
        row = self._connection.execute("SELECT database, receipt, manifest FROM online").fetchone()
        if row is None:
            return None
        if not all(map(re.fullmatch, _ONLINE, row)) or row[1].split(".")[0] != row[2].split(".")[0]:
            return store_mismatch(
                self._layout.state.name,
                "online",
                sentence("names files that are none of an import: {files}", files=row),
            )
        return ImportedMigration(
            database=self._layout.databases / row[0],
            receipt=self._layout.receipts / row[1],
            manifest=self._layout.receipts / row[2],
        )

    def migration(self) -> Mapping[str, str]:
        """Return whose migration it is and the kind of what is online, by the names that a receipt has for them."""
        row = self._connection.execute("SELECT id, owner, serial, completed_kind FROM migration").fetchone()
        return dict(zip(("migration", "owner", "serial", "kind"), row or ("",) * 4, strict=True))

    def migrated_stages(self) -> list[Stage]:
        """Return the stages of what is online."""
        return read_stages(self._connection, "migrated")

    def _has(self, sql: str, digest: str) -> bool:
        return self._connection.execute(sql, (bytes.fromhex(digest),)).fetchone() is not None


@contextmanager
def open_index(layout: TenantLayout) -> Iterator[TenantIndex]:
    """Open the index of a tenant's folder without changing it. Raises InputError when there is none."""
    if not all(path.is_file() for path in (layout.state, layout.description, layout.key, layout.secret)):
        raise TENANT_UNREADABLE.error(
            sentence("{root} is not a tenant's folder.", root=layout.root),
            remedy=sentence("Give a folder that omt tenant serve made."),
        )
    connection = sqlite3.connect(sqlite_uri(layout.state), uri=True, check_same_thread=False)
    connection.text_factory = lambda text: text.decode("utf-8", "backslashreplace")  # damage may be anywhere
    try:
        yield TenantIndex(layout, connection)
    finally:
        connection.close()


def reading_index(mismatches: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """Yield what a check that reads the index finds; an index that cannot be read is one more mismatch."""
    try:
        yield from mismatches
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite's own words quote what is damaged
        yield store_mismatch("tenant.sqlite", "index", sentence("is damaged: {reason}", reason=error))
