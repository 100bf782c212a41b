"""The journal of one migration: everything that a restart needs, in one SQLite file with one writer."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from typing_extensions import override

from omt_core.api.baseline import Baseline
from omt_core.api.decisions import Decisions, MigrationMode
from omt_core.api.findings import Finding
from omt_core.api.items import Item, ItemRecord, ItemState
from omt_core.api.journal import ItemId, Outcome, TransferJournal, UploadRecord
from omt_core.api.reporting import RunSummary
from omt_core.api.stages import StageTotals, UploadStage
from omt_core.journal import imports, inventory, migration, uploads
from omt_core.journal import items as item_rows
from omt_core.journal.baseline import JournalBaseline
from omt_core.journal.connection import JournalFile, to_blob
from omt_core.journal.counts import Counts
from omt_core.journal.model import OPEN_STATES

T = TypeVar("T")

_PAGE: Final = 2_000
_TRANSFER: Final = "transfer"


class Journal(TransferJournal):
    """The journal. Open it with `Journal.open`; a run begins with `begin_run`, and items belong to a run."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._run = 0
        self._counts = Counts()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Journal]:
        """Open or make the journal at `path`. Raises `InputError` when it is damaged or of a newer tool."""
        file = JournalFile(path)
        try:
            yield cls(file)
        finally:
            await file.aclose()

    # --- the migration

    @property
    def run(self) -> int:
        """The number of the run that is under way, 0 before there is one."""
        return self._run

    async def pin(self, name: str, value: str | None) -> None:
        """Keep a value of the migration for ever, or forget it with None."""
        await self._file.run(partial(migration.pin, name=name, value=value))

    async def pins(self) -> Mapping[str, str]:
        """Return all pins."""
        return await self._file.read(migration.pinned)

    async def save_decisions(self, decisions: Decisions) -> None:
        """Keep the migrator's decisions."""
        await self._file.run(partial(migration.save_decisions, decisions=decisions))

    async def decisions(self) -> Decisions:
        """Return the migrator's decisions."""
        return await self._file.read(migration.load_decisions)

    async def begin_run(self, *, mode: MigrationMode, baseline: bool, plugins: Mapping[str, str]) -> int:
        """Begin a run and return its number. With `baseline` it keeps to the items of the migrated snapshot."""
        self._run = await self._file.run(partial(migration.begin_run, mode=mode, baseline=baseline, plugins=plugins))
        return self._run

    async def change_mode(self, *, mode: MigrationMode, baseline: bool) -> None:
        """Note the mode that this run turned out to have."""
        await self._file.run(partial(migration.change_mode, run=self._run, mode=mode, baseline=baseline))

    async def finish_run(self, exit_code: int, findings: Sequence[Finding]) -> None:
        """End the run that is under way."""
        await self._file.run(partial(migration.finish_run, run=self._run, exit_code=exit_code, findings=findings))

    async def begin_phase(self, phase: str) -> None:
        """Note that a phase of this run begins."""
        await self._file.run(partial(migration.begin_phase, run=self._run, phase=phase))

    async def finish_phase(self) -> None:
        """Note that the phase has ended."""
        await self._file.run(partial(migration.finish_phase, run=self._run))

    async def runs(self) -> tuple[RunSummary, ...]:
        """Return all runs, oldest first."""
        return await self._file.read(migration.runs)

    async def last_findings(self) -> tuple[Finding, ...]:
        """Return the findings of the last run that ended."""
        return await self._file.read(migration.last_findings)

    async def last_plugins(self) -> Mapping[str, str]:
        """Return the plugins of the last run with their versions."""
        return await self._file.read(migration.last_plugins)

    async def note_stages(self, stages: Sequence[UploadStage]) -> None:
        """Keep the rows of the upload table."""
        await self._file.run(partial(migration.note_stages, stages=stages))

    async def stages(self) -> tuple[migration.StageTitle, ...]:
        """Return the rows of the upload table in their order."""
        return await self._file.read(migration.known_stages)

    async def note(self, owner: str, name: str, value: str) -> None:
        """Keep a note of a plugin."""
        await self._file.run(partial(migration.remember, owner=owner, name=name, value=value))

    async def noted(self, owner: str, name: str) -> str | None:
        """Return a plugin's note, or None."""
        return await self._file.read(partial(migration.recall, owner=owner, name=name))

    async def note_import(self) -> None:
        """Note that the tenant has imported all stages as they stand."""
        await self._file.run(imports.note_all)

    async def adopt(self, entries: Sequence[tuple[str, str, str, int, str | None, str]]) -> None:
        """Take over manifest lines (stage, key, name, size, digest, reason) that only the tenant still knows."""
        await self._change({entry[0] for entry in entries}, partial(item_rows.adopt, entries=entries))

    # --- what a transfer works with

    @override
    async def record_items(self, items: Sequence[Item], *, baseline_only: bool = False) -> Sequence[Item]:
        record = partial(inventory.record, run=self._run, items=items, baseline_only=baseline_only)
        return await self._change({item.stage for item in items}, record)

    @override
    async def inventory_done(self, stage: str, *, gone: Sequence[str] | None = None) -> Sequence[ItemRecord]:
        if gone is not None:
            keys = sorted(gone)[: item_rows.GONE_SHOWN]
            return await self._file.read(partial(item_rows.named, stage=stage, keys=keys))
        keep = await self._file.read(partial(migration.is_baseline, run=self._run))
        return await self._change((stage,), partial(inventory.forget_unseen, run=self._run, stage=stage, keep=keep))

    @override
    def baseline(self, stage: str) -> Baseline:
        return JournalBaseline(self._file.path, stage)

    @override
    async def as_imported(self, stage: str) -> bool:
        return await self._file.read(partial(imports.is_imported, stage=stage))

    @override
    async def about_to_commit(self, stage: str) -> None:
        await self._file.run(partial(imports.forget, stage=stage))

    @override
    async def pending(self, *, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
        return await self._file.read(
            partial(item_rows.page, states=sorted(OPEN_STATES), stage=stage, after=to_blob(after), limit=limit)
        )

    @override
    async def digests(self, found: Mapping[ItemId, tuple[str, int, int]]) -> None:
        await self._change({stage for stage, _ in found}, partial(item_rows.note_digests, found=found))

    @override
    async def settle(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        await self._change(_stages(outcomes), partial(item_rows.settle, run=self._run, outcomes=outcomes), sent=sent)

    @override
    async def upload_created(self, upload: UploadRecord, *, sent: int = 0) -> None:
        stages = {member.stage for member in upload.members}
        await self._change(stages, partial(uploads.create, upload=upload), sent=sent)

    @override
    async def upload_advanced(self, url: str, offset: int, *, sent: int = 0) -> None:
        await self._change((), partial(uploads.advance, url=url, offset=offset), sent=sent)

    @override
    async def upload_finished(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        def finish(connection: sqlite3.Connection) -> None:
            uploads.forget(connection, url)
            item_rows.settle(connection, self._run, outcomes)

        await self._change(_stages(outcomes), finish, sent=sent)

    @override
    async def open_uploads(self) -> Sequence[UploadRecord]:
        return await self._file.read(uploads.unfinished)

    @override
    async def reset_stage(self, stage: str) -> None:
        await self._change((stage,), partial(item_rows.forget_stage, stage=stage))

    @override
    async def totals(self, *, stage: str | None = None) -> Mapping[str, StageTotals]:
        def count(connection: sqlite3.Connection) -> Mapping[str, StageTotals]:
            stages = item_rows.stages_with_items(connection) if stage is None else (stage,)
            if not self._run:
                # Somebody else's run may change items at any time.
                return Counts().of(connection, migration.last_run(connection), stages)
            return self._counts.of(connection, self._run, stages)

        return await self._file.read(count)

    @override
    async def records(
        self, *, stage: str | None = None, states: Sequence[ItemState] = ()
    ) -> AsyncIterator[Sequence[ItemRecord]]:
        names = await self._file.read(item_rows.stages_with_items) if stage is None else (stage,)
        for name in names:
            after = b""
            while batch := await self._file.read(
                partial(item_rows.page, states=states, stage=name, after=after, limit=_PAGE)
            ):
                yield batch
                after = to_blob(batch[-1].key)

    async def page(self, state: ItemState, *, after: ItemId | None, limit: int) -> Sequence[ItemRecord]:
        """Return at most `limit` items in a state, by stage and key, those that come after the item `after`."""
        found: list[ItemRecord] = []
        for stage in await self._file.read(item_rows.stages_with_items):
            if after is not None and stage < after[0]:
                continue
            start = to_blob(after[1]) if after is not None and stage == after[0] else b""
            found += await self._file.read(
                partial(item_rows.page, states=(state,), stage=stage, after=start, limit=limit - len(found))
            )
            if len(found) == limit:
                break
        return found

    @override
    async def remember(self, name: str, value: str) -> None:
        await self.note(_TRANSFER, name, value)

    @override
    async def recall(self, name: str) -> str | None:
        return await self.noted(_TRANSFER, name)

    async def _change(self, stages: Collection[str], change: Callable[[sqlite3.Connection], T], *, sent: int = 0) -> T:
        """Change items of these stages, together with the count of bytes that were sent for it."""

        def changing(connection: sqlite3.Connection) -> T:
            self._counts.changed(stages)
            result = change(connection)
            if sent:
                migration.count_sent(connection, self._run, sent)
            return result

        return await self._file.run(changing)


def _stages(outcomes: Sequence[Outcome]) -> set[str]:
    return {outcome.id[0] for outcome in outcomes}
