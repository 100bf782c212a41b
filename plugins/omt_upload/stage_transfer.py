"""One stage at work: what of it is in flight, how often items were tried, and what follows when they are settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from itertools import compress
from pathlib import Path

import anyio
import anyio.to_thread

from omt_core.api import (
    BodyRefusedError,
    Confirmations,
    FolderAwayError,
    ItemRecord,
    ItemState,
    ManifestEntry,
    Outcome,
    PartHints,
    UploadStage,
    sentence,
)
from omt_core.api.calls import GoneFiles
from omt_core.api.files import remove
from omt_crm.paths import is_back, wait_until_back
from omt_upload.files.contents import Stamp
from omt_upload.files.outcome import Reading, Unread
from omt_upload.findings import CONTENT_REFUSED, FILE_BLOCKED
from omt_upload.progress import StageMeter
from omt_upload.transfer_context import TransferContext


class StageTransfer:
    """The state of a stage during one transfer.

    `told`: its inventory is complete, `told_items`: it has told of so many; `waits_for_inventory`: nothing is sent
    before it is complete; `failed`: items that were not confirmed; `lost`: a folder that reading found to be away;
    `gone`: what an earlier run sent and is no longer on site, once all of it was looked for;
    `by_content`: what earlier runs confirmed is read again; `late`: keys of what is read last.
    """

    def __init__(self, context: TransferContext, stage: UploadStage) -> None:
        self.context = context
        self.stage = stage
        self.meter = StageMeter(stage, context.call.run)
        self.told = False
        self.told_items = 0
        self.waits_for_inventory = False
        self.failed = 0
        self._added: list[tuple[str, str]] = []
        self._in_flight: set[str] = set()
        self._tries: dict[str, int] = {}
        self._changed = anyio.Event()
        self.by_content = False
        self.late: set[str] = set()
        self.lost: FolderAwayError | None = None
        self.gone: GoneFiles | None = None
        self._waiting = anyio.Lock()
        self._read_again: dict[str, int] = {}

    @property
    def keeps_to_baseline(self) -> bool:
        """Whether items that no earlier run knew are left on site."""
        return self.context.call.baseline_only and not self.stage.takes_new

    # --- who works on what

    def take(self, records: Sequence[ItemRecord]) -> None:
        """Note that somebody works on these items."""
        self._in_flight.update(record.key for record in records)

    def let_go(self, records: Sequence[ItemRecord]) -> Sequence[ItemRecord]:
        """Note that nobody works on these items any more; returns those that are not settled."""
        left = [record for record in records if record.key in self._in_flight]
        self._in_flight.difference_update(record.key for record in left)
        self.wake()
        return left

    def add(self, keys: Sequence[str]) -> None:
        """Note that the inventory has journalled these items, at least one."""
        self._added.append((min(keys), max(keys)))
        self.told_items += len(keys)
        self.wake()

    def take_added(self) -> Sequence[tuple[str, str]]:
        """Return where the inventory has added items since this was asked last: the first and last keys."""
        added, self._added = self._added, []
        return added

    def wake(self) -> None:
        """Say that there may be something new to work on."""
        self._changed.set()
        self._changed = anyio.Event()

    @property
    def changed(self) -> anyio.Event:
        """Set at the next change. Take it before looking, so that no change is missed between looking and waiting."""
        return self._changed

    # --- what waits for the site

    async def wait_for(self, lost: FolderAwayError) -> None:
        """Pause until a folder answers again, or a stop is asked for; raises the error when that takes too long."""
        async with self._waiting:
            if self.context.stopping or await anyio.to_thread.run_sync(is_back, lost, abandon_on_cancel=True):
                return
            self.meter.paused(sentence("Paused: {folder} does not answer", folder=lost.shown))
            try:
                minutes = self.context.settings.away_minutes
                await wait_until_back(lost, self.context.call.run, minutes=minutes, stop=self.context.call.stop)
            finally:
                self.meter.resumed()

    def may_read_again(self, record: ItemRecord) -> bool:
        """Count a reading that failed for no reason of the file's own; tell whether it is worth another one."""
        self._read_again[record.key] = self._read_again.get(record.key, 0) + 1
        return self._read_again[record.key] < self.context.settings.tries

    # --- what becomes of items

    async def record_outcomes(self, records: Sequence[ItemRecord], outcomes: Sequence[Outcome]) -> None:
        """Note outcomes and draw the consequences."""
        if outcomes:
            await self.context.delivery_journal.items.record_outcomes(outcomes)
            await self.conclude(records, outcomes)

    async def conclude(self, records: Sequence[ItemRecord], outcomes: Sequence[Outcome]) -> None:
        """Draw the consequences of outcomes that the journal has: counts and spooled files."""
        self._count(records, outcomes)
        self._in_flight.difference_update(record.key for record in records)
        if self.stage.kind == "database":
            await self._announce(records, outcomes)
        if self._tries:
            for record in records:
                self._tries.pop(record.key, None)
        if self.stage.removes_sources:
            await self.remove_sources(records)

    def _count(self, records: Sequence[ItemRecord], outcomes: Sequence[Outcome]) -> None:
        if isinstance(outcomes, Confirmations):
            sent = sum(compress(outcomes.sizes, outcomes.sent))
            self.meter.settled(len(outcomes), sent=sent, skipped=sum(outcomes.sizes) - sent)
            return
        sent = skipped = 0
        left: set[str] = set()  # keys of the stage
        for outcome in outcomes:
            if outcome.state is not ItemState.CONFIRMED:
                left.add(outcome.id[1])
                self.failed += outcome.reason in {CONTENT_REFUSED.code, FILE_BLOCKED.code}
            elif outcome.sent:
                sent += outcome.size or 0
            else:
                skipped += outcome.size or 0
        left_behind = sum(record.size for record in records if record.key in left) if left else 0
        self.meter.settled(len(outcomes), sent=sent, skipped=skipped, left_behind=left_behind)

    def must_go_alone(self, record: ItemRecord) -> bool:
        """Tell whether an item was in an upload that was refused: alone it cannot spoil others."""
        return record.key in self._tries

    async def refused(self, records: Sequence[ItemRecord], detail: str) -> None:
        """Note that an upload with these items was refused; one that was tried often enough is left behind."""
        tries = self.context.settings.tries
        for record in records:
            self._tries[record.key] = self._tries.get(record.key, 0) + 1
        spent = [record for record in records if self._tries[record.key] >= tries] if len(records) == 1 else []
        await self.record_outcomes(
            spent,
            [
                Outcome(
                    id=(record.stage, record.key), state=ItemState.FAILED, reason=CONTENT_REFUSED.code, detail=detail
                )
                for record in spent
            ],
        )

    async def blocked(self, records: Sequence[ItemRecord], error: BodyRefusedError) -> None:
        """Leave items behind whose content something on the way does not let through, though it went alone.

        Raises the error where nothing else gets through either, or where even the shortest body is too long.
        """
        if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or self.context.line.blocks_all():
            raise error
        await self.record_outcomes(
            records,
            [
                Outcome(
                    id=(record.stage, record.key),
                    state=ItemState.FAILED,
                    reason=FILE_BLOCKED.code,
                    detail=error.message,
                )
                for record in records
            ],
        )

    async def _announce(self, records: Sequence[ItemRecord], outcomes: Sequence[Outcome]) -> None:
        """Let the online side begin with parts of tables that it has."""
        known = {outcome.id: outcome for outcome in outcomes if outcome.state is ItemState.CONFIRMED}
        entries = [
            ManifestEntry(
                stage=record.stage, key=record.key, name=record.name, size=outcome.size or 0, digest=outcome.digest,
                part=record.part,
            )
            for record in records
            if record.part is not None and (outcome := known.get((record.stage, record.key))) is not None
        ]  # fmt: skip
        migration = self.context.migration
        at_once = migration.limits.digests_per_request
        if isinstance(migration, PartHints):
            for begin in range(0, len(entries), at_once):
                await migration.announce(entries[begin : begin + at_once])

    async def remove_sources(self, records: Iterable[ItemRecord]) -> None:
        """Delete spooled copies of what is confirmed; nothing outside the workspace is ever deleted."""
        paths = [record.path for record in records if record.path is not None]
        await anyio.to_thread.run_sync(_remove_below, self.context.call.workspace, paths)


def confirmed(record: ItemRecord, reading: Reading | Stamp, digest: str, *, sent: bool) -> Outcome:
    """Say that an item is verified online as it was read."""
    return Outcome(
        id=(record.stage, record.key),
        state=ItemState.CONFIRMED,
        digest=digest,
        size=reading.size,
        mtime_ns=reading.mtime_ns,
        sent=sent,
    )


def confirmations(records: Sequence[ItemRecord], readings: Sequence[Reading], sent: Sequence[bool]) -> Confirmations:
    """Say that items of one stage, at least one, are verified online as they were read."""
    digests, sizes, mtimes_ns, _ = zip(*readings, strict=True)
    return Confirmations(
        stage=records[0].stage,
        keys=[record.key for record in records],
        digests=digests,
        sizes=sizes,
        mtimes_ns=mtimes_ns,
        sent=sent,
    )


def left_behind(record: ItemRecord, unread: Unread) -> Outcome:
    """Say that an item cannot be sent, and why."""
    return Outcome(id=(record.stage, record.key), state=unread.state, reason=unread.reason, detail=unread.detail)


def _remove_below(workspace: Path, paths: Sequence[Path]) -> None:
    root = workspace.resolve()
    for path in paths:
        if path.resolve().is_relative_to(root):
            remove(path)
