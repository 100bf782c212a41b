"""The part of the suite for online targets that is about completion, receipt and recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api import (
    CompletedMigration,
    CompletionRequest,
    Item,
    ManifestEntry,
    MigrationKind,
    OnlineMigration,
    OnlineRefusedError,
    RecoveryChoice,
)
from omt_core.testing.online_side import Connect, OnlineSuite, complete, documents, open_migration, require, send_stage
from omt_core.testing.receipt_check import check_receipt

Database = Sequence[tuple[Item, bytes]]

_REQUEST = CompletionRequest(plugins={"upload": "1"}, waivers=("a-code",), omitted=("credentials.secret",))


class CompletionConformance(OnlineSuite):
    """What is online once it was verified, and the receipt for it."""

    async def test_watching_where_nothing_was_asked_for_yields_nothing(self, tmp_path: Path) -> None:
        """`complete(None)` begins nothing."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            require([one async for one in migration.complete(None)] == [], "It yields something.")

    async def test_a_completion_without_the_database_is_refused(self, tmp_path: Path) -> None:
        """A migration is a database with its files."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send_stage(migration, tmp_path, "documents", documents(b"one"))
            with pytest.raises(OnlineRefusedError):
                await complete(migration, tmp_path)

    async def test_stages_of_two_snapshots_are_refused(self, tmp_path: Path, database: Database) -> None:
        """Files and rows must be of one moment. What is committed anew mends it."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send_stage(migration, tmp_path, "database", database, snapshot="s2")
            await send_stage(migration, tmp_path, "documents", documents(b"one"), snapshot="s1")
            with pytest.raises(OnlineRefusedError):
                await complete(migration, tmp_path)
            await send_stage(migration, tmp_path, "documents", documents(b"one"), snapshot="s2")
            await complete(migration, tmp_path, _REQUEST)

    async def test_a_completion_ends_with_a_receipt_that_anybody_can_check(
        self, tmp_path: Path, database: Database
    ) -> None:
        """Signed by the key that the status names, over a manifest of all that was committed."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            told, completed = await self._migrate(migration, tmp_path, database, documents(b"one", None))
            require(told == "done", f"The last step is {told}.")
            header = await self._check(connect, tmp_path, completed)
            rows = sum(item.part.rows for item, _ in database if item.part is not None)
            require((completed.rows, completed.files) == (rows, 1), "It counts other rows or files than were sent.")
            require(completed.tables == len(header["tables"]), "It counts other tables than its receipt.")
            require(header["migration"] == migration.id, "The receipt is of another migration.")
            said = {key: header[key] for key in ("kind", "snapshot", "omitted", "waivers", "plugins")}
            asked = {
                "kind": "test", "snapshot": "s1", "omitted": ["credentials.secret"], "waivers": ["a-code"],
                "plugins": {"upload": "1"},
            }  # fmt: skip
            require(said == asked, f"The receipt says {said}.")
            entries = await self._entries(migration)
            keys = [(entry.stage, entry.key) for entry in entries]
            sent = sorted([(item.stage, item.key) for item, _ in [*database, *documents(b"one", None)]])
            require(keys == sent, "The manifest has other items than were committed.")

    async def test_what_is_completed_stays_so_after_a_restart(self, tmp_path: Path, database: Database) -> None:
        """Status, manifest and receipt."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                _, completed = await self._migrate(migration, tmp_path, database, documents(b"one"))
            before = completed.receipt.read_bytes()
        async with self.online_side(tmp_path) as connect:
            target = await connect(tmp_path / "one")
            known = (await target.status()).migration
            await target.aclose()
            require(known is not None and known.completed, "It does not know of the completion any more.")
            require(known is not None and known.kind is MigrationKind.TEST and not known.accepted, f"It knows {known}.")
            async with open_migration(connect, tmp_path / "one", recovery=RecoveryChoice.MISSING) as migration:
                require(bool(await self._entries(migration)), "The manifest is gone.")
                after = await migration.result(tmp_path / "one")
                require(after.receipt.read_bytes() == before, "The receipt is another one.")

    async def test_a_completed_migration_is_opened_by_a_choice_only(self, tmp_path: Path, database: Database) -> None:
        """A test is recovered or overwritten; missing files of a test are not live (W85-W88)."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                await self._migrate(migration, tmp_path, database, documents(b"one"))
            for kind, choice in (
                (MigrationKind.TEST, None),
                (MigrationKind.LIVE, None),
                (MigrationKind.LIVE, RecoveryChoice.MISSING),
            ):
                with pytest.raises(OnlineRefusedError):
                    async with open_migration(connect, tmp_path / "one", kind, choice):
                        pass

    async def test_missing_files_are_added_and_the_rest_stays(self, tmp_path: Path, database: Database) -> None:
        """The new receipt is about all of it; the database cannot be committed in a recovery."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                _, completed = await self._migrate(migration, tmp_path, database, documents(b"one", None))
                first = await self._check(connect, tmp_path, completed)
            async with open_migration(connect, tmp_path / "one", recovery=RecoveryChoice.MISSING) as migration:
                with pytest.raises(OnlineRefusedError):
                    await send_stage(migration, tmp_path, "database", database)
                await send_stage(migration, tmp_path, "documents", documents(b"one", b"two"))
                _, completed = await complete(migration, tmp_path, CompletionRequest(plugins={"upload": "1"}))
                second = await self._check(connect, tmp_path, completed)
            require(second["files"]["verified"] == 2, "The file that was added is not in the receipt.")  # noqa: PLR2004
            for key in ("tables", "snapshot", "omitted", "migration", "owner", "serial", "kind"):
                require(second[key] == first[key], f"The new receipt has another {key} than the first.")

    async def test_a_test_is_overwritten_by_a_live_migration(self, tmp_path: Path, database: Database) -> None:
        """What the test had and the live one has not is gone from the receipt; a live one is not overwritten."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                await self._migrate(migration, tmp_path, database, documents(b"one", b"two"))
            overwriting = (connect, tmp_path / "one", MigrationKind.LIVE, RecoveryChoice.OVERWRITE_TEST)
            async with open_migration(*overwriting) as migration:
                with pytest.raises(OnlineRefusedError):
                    await complete(migration, tmp_path, _REQUEST)
                _, completed = await self._migrate(migration, tmp_path, database, documents(b"one"))
                header = await self._check(connect, tmp_path, completed)
            require((header["kind"], header["files"]["verified"]) == ("live", 1), "The receipt is not of the live one.")
            with pytest.raises(OnlineRefusedError):
                async with open_migration(*overwriting):
                    pass

    @staticmethod
    async def _migrate(
        migration: OnlineMigration,
        folder: Path,
        database: Database,
        files: Sequence[tuple[Item, bytes | None]],
    ) -> tuple[str, CompletedMigration]:
        await send_stage(migration, folder, "database", database)
        await send_stage(migration, folder, "documents", files)
        told, completed = await complete(migration, folder, _REQUEST)
        return told[-1].state, completed

    @staticmethod
    async def _check(connect: Connect, folder: Path, completed: CompletedMigration) -> Mapping[str, Any]:
        target = await connect(folder / "one")
        status = await target.status()
        await target.aclose()
        receipt, manifest = anyio.Path(completed.receipt), anyio.Path(completed.manifest)
        header = check_receipt(await receipt.read_bytes(), await manifest.read_bytes(), status.public_key)
        require(header["tenant"] == status.tenant, "The receipt names another tenant than the status.")
        return header

    @staticmethod
    async def _entries(migration: OnlineMigration) -> list[ManifestEntry]:
        return [entry async for batch in migration.manifest() for entry in batch]
