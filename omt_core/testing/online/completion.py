"""The part of the suite for online targets that is about completion, receipt and recovery."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

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
    UserAssignment,
)
from omt_core.testing.blocking import blocking_place, blocking_refused
from omt_core.testing.harness import PluginFaultError
from omt_core.testing.online_side import (
    Connect,
    OnlineSuite,
    SuiteDatabase,
    complete,
    documents,
    open_migration,
    require,
    send_stage,
)
from omt_core.testing.receipt_check import check_receipt

_REQUEST = CompletionRequest(plugins={"upload": "1"}, waivers=("a-code",), omitted=("credentials.secret",))

_CLOCKS_DIFFER: Final = timedelta(minutes=30)
"""How far the clock of the online side may be from ours: less than the distance of two time zones."""


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

    async def test_stages_of_two_snapshots_are_refused(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """Files and rows must be of one moment. What is committed anew mends it."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send_stage(migration, tmp_path, "database", database.few, snapshot="s2")
            await send_stage(migration, tmp_path, "documents", documents(b"one"), snapshot="s1")
            with pytest.raises(OnlineRefusedError):
                await complete(migration, tmp_path)
            await send_stage(migration, tmp_path, "documents", documents(b"one"), snapshot="s2")
            await complete(migration, tmp_path, _REQUEST)

    async def test_a_completion_ends_with_a_receipt_that_anybody_can_check(
        self, tmp_path: Path, database: SuiteDatabase
    ) -> None:
        """Signed by the key that the status names, over a manifest of all that was committed."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            told, completed = await self._migrate(migration, tmp_path, database, documents(b"one", None))
            require(told == "done", f"The last step is {told}.")
            header = await self._check(connect, tmp_path, completed)
            rows = sum(item.part.rows for item, _ in database.few if item.part is not None)
            require((completed.rows, completed.files) == (rows, 1), "It counts other rows or files than were sent.")
            require(completed.tables == len(header["tables"]), "It counts other tables than its receipt.")
            require(header["migration"] == migration.id, "The receipt is of another migration.")
            require(_is_now(header["completed_at"]), f"It was completed just now, not at {header['completed_at']}.")
            said = {key: header[key] for key in ("kind", "snapshot", "omitted", "waivers", "plugins")}
            asked = {
                "kind": "test", "snapshot": "s1", "omitted": ["credentials.secret"], "waivers": ["a-code"],
                "plugins": {"upload": "1"},
            }  # fmt: skip
            require(said == asked, f"The receipt says {said}.")
            entries = await self._entries(migration)
            keys = [(entry.stage, entry.key) for entry in entries]
            sent = sorted([(item.stage, item.key) for item, _ in [*database.few, *documents(b"one", None)]])
            require(keys == sent, "The manifest has other items than were committed.")

    async def test_the_receipt_counts_what_was_decided(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """How many users, user plans and user names there are; a store that imports nothing changes nothing."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            target = await connect(tmp_path / "one")
            free = next((plan.name for plan in await target.plans() if plan.total > plan.used), None)
            await target.aclose()
            first, *others = database.users
            name = None if free is None else "first@conformance.example"
            users = (
                UserAssignment(login=first.login, associate_id=first.id, plan=free, user_name=name),
                *(UserAssignment(login=one.login, associate_id=one.id, plan=None, user_name=None) for one in others),
            )
            await send_stage(migration, tmp_path, "database", database.whole)
            _, completed = await complete(migration, tmp_path, replace(_REQUEST, users=users))
            header = await self._check(connect, tmp_path, completed)
        one = int(free is not None)
        counted = {"users": len(users), "plans_assigned": one, "user_names_assigned": one, "addresses_removed": 0}
        expected = counted if self.imports else dict.fromkeys(counted, 0)
        require(header["changes"] == expected, f"The receipt counts {header['changes']}, not {expected}.")

    @pytest.mark.parametrize("lacking", ["the first", "one between", "the last", "the mark of the last"])
    async def test_a_table_whose_parts_are_not_all_there_is_never_completed(
        self, tmp_path: Path, database: SuiteDatabase, lacking: str
    ) -> None:
        """Parts are numbered from 1 without gaps, and the last says that it is: rows would be gone without a word."""
        table, parts = _parts_of_one_table(database)
        if lacking == "the mark of the last":
            item, content = parts[-1]
            part = None if item.part is None else replace(item.part, last=False)
            parts[-1] = replace(item, part=part), content
        else:
            del parts[{"the first": 0, "one between": 1, "the last": -1}[lacking]]
        others = [one for one in database.few if one[0].part is None or one[0].part.table != table]
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            sent = sorted([*others, *parts], key=lambda part: part[0].key)
            # Where it is refused, by the commit or by the completion, is the online side's own choice.
            with pytest.raises(OnlineRefusedError):
                await _send_and_complete(migration, tmp_path, sent)

    async def test_it_does_not_hold_up_the_event_loop(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """The whole tool waits meanwhile: files, databases and blocking sockets belong in a thread."""
        async with self.online_side(tmp_path) as connect:
            try:
                with blocking_refused():
                    async with open_migration(connect, tmp_path / "one") as migration:
                        await self._migrate(migration, tmp_path, database, documents(b"one"))
                        await self._entries(migration)
            except Exception as error:
                if (place := blocking_place(error)) is None:
                    raise
                raise PluginFaultError(
                    f"It waits on the event loop: {place}. Do that by `anyio.to_thread.run_sync`."
                ) from error

    async def test_what_is_completed_stays_so_after_a_restart(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """Status, manifest and receipt."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                _, completed = await self._migrate(migration, tmp_path, database, documents(b"one"))
            before = completed.receipt.read_bytes()
            key = json.loads(before)["header"]["public_key"]
        async with self.online_side(tmp_path) as connect:
            target = await connect(tmp_path / "one")
            status = await target.status()
            known = status.migration
            await target.aclose()
            require(status.public_key == key, "It has another key after a restart: its receipts are believed no more.")
            require(known is not None and known.completed, "It does not know of the completion any more.")
            require(known is not None and known.kind is MigrationKind.TEST and not known.accepted, f"It knows {known}.")
            async with open_migration(connect, tmp_path / "one", recovery=RecoveryChoice.MISSING) as migration:
                require(bool(await self._entries(migration)), "The manifest is gone.")
                after = await migration.result(tmp_path / "one")
                require(after.receipt.read_bytes() == before, "The receipt is another one.")

    async def test_a_completed_migration_is_opened_by_a_choice_only(
        self, tmp_path: Path, database: SuiteDatabase
    ) -> None:
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

    async def test_missing_files_are_added_and_the_rest_stays(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """The new receipt is about all of it; the database cannot be committed in a recovery."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                _, completed = await self._migrate(migration, tmp_path, database, documents(b"one", None))
                first = await self._check(connect, tmp_path, completed)
            async with open_migration(connect, tmp_path / "one", recovery=RecoveryChoice.MISSING) as migration:
                with pytest.raises(OnlineRefusedError):
                    await send_stage(migration, tmp_path, "database", database.few)
                await send_stage(migration, tmp_path, "documents", documents(b"one", b"two"))
                _, completed = await complete(migration, tmp_path, CompletionRequest(plugins={"upload": "1"}))
                second = await self._check(connect, tmp_path, completed)
            require(second["files"]["verified"] == 2, "The file that was added is not in the receipt.")  # noqa: PLR2004
            same = (
                "tables",
                "changes",
                "changed_tables",
                "snapshot",
                "omitted",
                "migration",
                "owner",
                "serial",
                "kind",
            )
            for key in same:
                require(second[key] == first[key], f"The new receipt has another {key} than the first.")

    async def test_what_a_recovery_does_not_commit_stays(self, tmp_path: Path, database: SuiteDatabase) -> None:
        """A stage that a recovery leaves alone is online as it was, and in the new receipt."""
        templates = [(replace(item, stage="templates"), content) for item, content in documents(b"a template")]
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                await send_stage(migration, tmp_path, "templates", templates)
                await self._migrate(migration, tmp_path, database, documents(b"one", None))
            async with open_migration(connect, tmp_path / "one", recovery=RecoveryChoice.MISSING) as migration:
                await send_stage(migration, tmp_path, "documents", documents(b"one", b"two"))
                _, completed = await complete(migration, tmp_path, CompletionRequest())
                header = await self._check(connect, tmp_path, completed)
        require(header["files"]["verified"] == 3, "A stage that was not committed again is gone.")  # noqa: PLR2004

    async def test_a_test_is_overwritten_by_a_live_migration(self, tmp_path: Path, database: SuiteDatabase) -> None:
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
        database: SuiteDatabase,
        files: Sequence[tuple[Item, bytes | None]],
    ) -> tuple[str, CompletedMigration]:
        await send_stage(migration, folder, "database", database.few)
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


async def _send_and_complete(migration: OnlineMigration, folder: Path, database: Sequence[tuple[Item, bytes]]) -> None:
    await send_stage(migration, folder, "database", database)
    await complete(migration, folder, _REQUEST)


def _is_now(moment: str) -> bool:
    try:
        said = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - said) < _CLOCKS_DIFFER


def _parts_of_one_table(database: SuiteDatabase) -> tuple[str, list[tuple[Item, bytes]]]:
    """Return the table that has the most parts, and these in their order."""
    names = Counter(item.part.table for item, _ in database.few if item.part is not None)
    table, _ = names.most_common(1)[0]
    parts = [(item, content) for item, content in database.few if item.part is not None and item.part.table == table]
    return table, sorted(parts, key=lambda part: part[0].key)
