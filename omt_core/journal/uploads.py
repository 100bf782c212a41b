"""Unfinished uploads in the journal. What is in a bundle is fixed when the bundle is built."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from omt_core.api.journal import BundleMember, UploadRecord
from omt_core.journal.connection import to_blob, to_text
from omt_core.journal.items import mark_started


def create(connection: sqlite3.Connection, upload: UploadRecord) -> None:
    """Note an upload with its members, and that their items are started."""
    connection.execute(
        "INSERT INTO uploads (url, kind, digest, size, offset) VALUES (?, ?, ?, ?, ?)",
        (upload.url, upload.kind, bytes.fromhex(upload.digest), upload.size, upload.offset),
    )
    connection.executemany(
        "INSERT INTO members (url, position, stage, key, digest, size) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (upload.url, position, member.stage, to_blob(member.key), bytes.fromhex(member.digest), member.size)
            for position, member in enumerate(upload.members)
        ),
    )
    mark_started(connection, ((member.stage, member.key) for member in upload.members))


def advance(connection: sqlite3.Connection, url: str, offset: int) -> None:
    """Note how many bytes are durable online."""
    connection.execute("UPDATE uploads SET offset = ? WHERE url = ?", (offset, url))


def forget(connection: sqlite3.Connection, url: str) -> None:
    """Forget an upload and its members."""
    connection.execute("DELETE FROM uploads WHERE url = ?", (url,))


def unfinished(connection: sqlite3.Connection) -> Sequence[UploadRecord]:
    """Return all uploads that are noted, with their members in order."""
    return [
        UploadRecord(
            url=url, kind=kind, digest=digest.hex(), size=size, offset=offset, members=_members(connection, url)
        )
        for url, kind, digest, size, offset in connection.execute(
            "SELECT url, kind, digest, size, offset FROM uploads ORDER BY url"
        ).fetchall()
    ]


def _members(connection: sqlite3.Connection, url: str) -> tuple[BundleMember, ...]:
    rows = connection.execute("SELECT stage, key, digest, size FROM members WHERE url = ? ORDER BY position", (url,))
    return tuple(
        BundleMember(stage=stage, key=to_text(key), digest=digest.hex(), size=size) for stage, key, digest, size in rows
    )
