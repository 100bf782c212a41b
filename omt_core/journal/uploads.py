"""Unfinished uploads in the journal. What is in a bundle is fixed when the bundle is built."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from typing_extensions import override

from omt_core.api.journal import BundleMember, Outcome, TransferUploads, UploadRecord
from omt_core.journal.file import JournalFile, to_blob, to_text
from omt_core.journal.items import Items, apply_outcomes, mark_started, stages_of
from omt_core.journal.runs import Runs


class Uploads(TransferUploads):
    """Uploads and what they hold. Each change is one of items as well, and goes through theirs."""

    def __init__(self, file: JournalFile, runs: Runs, items: Items) -> None:
        self._file = file
        self._runs = runs
        self._items = items

    @override
    async def create(self, upload: UploadRecord, *, sent: int = 0) -> None:
        members = upload.members

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO uploads (url, kind, digest, size, offset) VALUES (?, ?, ?, ?, ?)",
                (upload.url, upload.kind, bytes.fromhex(upload.digest), upload.size, upload.offset),
            )
            connection.executemany(
                "INSERT INTO members (url, position, stage, key, digest, size) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (upload.url, position, member.stage, to_blob(member.key), bytes.fromhex(member.digest), member.size)
                    for position, member in enumerate(members)
                ),
            )
            mark_started(connection, ((member.stage, member.key) for member in members))

        await self._items.change({member.stage for member in members}, change, sent=sent)

    @override
    async def advance(self, url: str, offset: int, *, sent: int = 0) -> None:
        def change(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE uploads SET offset = ? WHERE url = ?", (offset, url))

        await self._items.change((), change, sent=sent)

    @override
    async def finish(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        def change(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM uploads WHERE url = ?", (url,))
            apply_outcomes(connection, self._runs.current, outcomes)

        await self._items.change(stages_of(outcomes), change, sent=sent)

    @override
    async def unfinished(self) -> Sequence[UploadRecord]:
        return await self._file.read(_uploads)


def _uploads(connection: sqlite3.Connection) -> Sequence[UploadRecord]:
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
