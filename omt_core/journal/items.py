"""Items in the journal: what inventories tell of them, what becomes of them, and what is online as it stands here."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Final, TypeVar

from typing_extensions import override

from omt_core.api.items import FoundFiles, Item, ItemRecord, ItemState, SettledItem
from omt_core.api.journal import Confirmations, ItemDigest, ItemId, Outcome, TransferItems
from omt_core.api.online import ManifestEntry
from omt_core.api.sentence import sentence
from omt_core.api.stages import Baseline, StageTotals, UploadStage
from omt_core.journal import imported, inventory
from omt_core.journal.errors import JOURNAL_MOVE_NOT_ALLOWED
from omt_core.journal.file import JournalFile, to_blob
from omt_core.journal.inventory import invalidate_import
from omt_core.journal.item_rows import (
    Counts,
    JournalBaseline,
    counted,
    named,
    page,
    settled_page,
    stages_with_items,
    stored_words,
)
from omt_core.journal.runs import Runs, count_sent, keeps_to_baseline, last_run
from omt_core.journal.states import OPEN_STATES, is_one_of, may_move

T = TypeVar("T")

_PAGE: Final = 2_000
_GONE_SHOWN: Final = 1_000
"""How many items that an inventory did not find any more are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTitle:
    """A row of the upload table as an earlier run had it."""

    name: str
    title: str
    kind: str


class Items(TransferItems):
    """All items of the migration, by stage. What changes them belongs to the run that is under way."""

    def __init__(self, file: JournalFile, runs: Runs) -> None:
        self._file = file
        self._runs = runs
        self._counts = Counts()

    # --- stages

    async def record_stages(self, stages: Sequence[UploadStage]) -> None:
        """Keep the rows of the upload table, so that they can be shown without the plugins that brought them."""

        def keep(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO stages (name, title, position, kind, plugin) VALUES (?, ?, ?, ?, ?)",
                ((stage.name, stage.title, stage.order, stage.kind, stage.plugin) for stage in stages),
            )

        await self._file.run(keep)

    async def stages(self) -> tuple[StageTitle, ...]:
        """Return the rows of the upload table in their order."""

        def look(connection: sqlite3.Connection) -> tuple[StageTitle, ...]:
            rows = connection.execute("SELECT name, title, kind FROM stages ORDER BY position, name")
            return tuple(StageTitle(name=name, title=title, kind=kind) for name, title, kind in rows)

        return await self._file.read(look)

    # --- the inventory

    @override
    async def record_inventory(
        self, items: Sequence[Item], *, baseline_only: bool = False, by_content: bool = False
    ) -> Sequence[Item]:
        def record(connection: sqlite3.Connection) -> Sequence[Item]:
            run = self._runs.current
            return inventory.record(connection, run, items, baseline_only=baseline_only, by_content=by_content)

        stages = {items.stage} if isinstance(items, FoundFiles) else {item.stage for item in items}
        return await self.change(stages, record)

    @override
    async def finish_inventory(self, stage: str, *, gone: Sequence[str] | None = None) -> Sequence[ItemRecord]:
        if gone is not None:
            keys = sorted(gone)

            def finish_differences(connection: sqlite3.Connection) -> Sequence[ItemRecord]:
                inventory.forget_files_of_nobody(connection, stage, keys)
                return named(connection, stage, keys[:_GONE_SHOWN])

            return await self.change((stage,), finish_differences)

        def finish(connection: sqlite3.Connection) -> Sequence[ItemRecord]:
            run = self._runs.current
            keep = keeps_to_baseline(connection, run)
            return inventory.finish(connection, run, stage, keep=keep, shown=_GONE_SHOWN)

        return await self.change((stage,), finish)

    @override
    def baseline(self, stage: str) -> Baseline:
        return JournalBaseline(self._file.path, stage)

    @override
    async def reset_stage(self, stage: str) -> None:
        def forget(connection: sqlite3.Connection) -> None:
            invalidate_import(connection, stage)
            connection.execute("DELETE FROM items WHERE stage = ?", (stage,))

        await self.change((stage,), forget)

    # --- what is online

    @override
    async def is_imported(self, stage: str) -> bool:
        def look(connection: sqlite3.Connection) -> bool:
            return connection.execute("SELECT 1 FROM imported WHERE stage = ?", (stage,)).fetchone() is not None

        return await self._file.read(look)

    @override
    async def invalidate_import(self, stage: str) -> None:
        await self._file.run(lambda connection: invalidate_import(connection, stage))

    async def mark_imported(self) -> None:
        """Note that the tenant has imported every stage as it stands, and what that is."""

        def mark(connection: sqlite3.Connection) -> None:
            run = self._runs.current
            imported.mark(connection, run, lambda stage: counted(connection, run + 1, stage))

        await self._file.run(mark)

    async def import_manifest(self, entries: Sequence[ManifestEntry]) -> None:
        """Take over lines of a manifest that only the tenant still knows.

        The time on disk is not in a manifest, so that the next inventory hashes each file once and then skips it.
        """
        stages = {entry.stage for entry in entries}

        def take(connection: sqlite3.Connection) -> None:
            for stage in stages:
                invalidate_import(connection, stage)
            connection.executemany(_TAKE_OVER, map(_manifest_row, entries))

        await self.change(stages, take)

    # --- what becomes of items

    @override
    async def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        def record(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "UPDATE items SET digest = ?, size = ?, mtime_ns = ? WHERE stage = ? AND key = ?",
                ((bytes.fromhex(one.digest), one.size, one.mtime_ns, one.id[0], to_blob(one.id[1])) for one in digests),
            )

        await self.change({one.id[0] for one in digests}, record)

    @override
    async def record_outcomes(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        def record(connection: sqlite3.Connection) -> None:
            apply_outcomes(connection, self._runs.current, outcomes)

        await self.change(stages_of(outcomes), record, sent=sent)

    async def change(self, stages: Collection[str], change: Callable[[sqlite3.Connection], T], *, sent: int = 0) -> T:
        """Change items of these stages, together with the count of bytes that were sent for it."""

        def changing(connection: sqlite3.Connection) -> T:
            self._counts.changed(stages)
            result = change(connection)
            if sent:
                count_sent(connection, self._runs.current, sent)
            return result

        return await self._file.run(changing)

    # --- questions

    @override
    async def pending(self, *, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
        return await self._page(sorted(OPEN_STATES), stage, to_blob(after), limit)

    @override
    async def totals(self, *, stage: str | None = None) -> Mapping[str, StageTotals]:
        def count(connection: sqlite3.Connection) -> Mapping[str, StageTotals]:
            stages = stages_with_items(connection) if stage is None else (stage,)
            if not self._runs.current:
                # Somebody else's run may change items at any time.
                return Counts().of(connection, last_run(connection), stages)
            return self._counts.of(connection, self._runs.current, stages)

        return await self._file.read(count)

    @override
    async def records(
        self, *, stage: str | None = None, states: Sequence[ItemState] = ()
    ) -> AsyncIterator[Sequence[ItemRecord]]:
        names = await self._file.read(stages_with_items) if stage is None else (stage,)
        for name in names:
            after = b""
            while batch := await self._page(states, name, after, _PAGE):
                yield batch
                after = to_blob(batch[-1].key)

    @override
    async def settled(self, stage: str) -> AsyncIterator[Sequence[SettledItem]]:
        after = b""
        while batch := await self._file.read(partial(settled_page, stage=stage, after=after, limit=_PAGE)):
            yield batch
            after = to_blob(batch[-1].key)

    async def page(self, state: ItemState, *, after: ItemId | None, limit: int) -> Sequence[ItemRecord]:
        """Return at most `limit` items in a state, by stage and key, those that come after the item `after`."""
        found: list[ItemRecord] = []
        for stage in await self._file.read(stages_with_items):
            if after is not None and stage < after[0]:
                continue
            start = to_blob(after[1]) if after is not None and stage == after[0] else b""
            found += await self._page((state,), stage, start, limit - len(found))
            if len(found) == limit:
                break
        return found

    async def known(self, stage: str, keys: Sequence[str]) -> Sequence[ItemRecord]:
        """Return those of these items that the journal has."""

        def look(connection: sqlite3.Connection) -> Sequence[ItemRecord]:
            portions = (keys[begin : begin + _PAGE] for begin in range(0, len(keys), _PAGE))
            return [record for some in portions for record in named(connection, stage, some)]

        return await self._file.read(look)

    async def reasons(self, state: ItemState) -> Mapping[str, int]:
        """Count the items that stay behind in a state, by the reason that each has."""

        def count(connection: sqlite3.Connection) -> Mapping[str, int]:
            return dict(connection.execute(_REASONS, (state.value,)))

        return await self._file.read(count)

    async def _page(self, states: Sequence[ItemState], stage: str, after: bytes, limit: int) -> Sequence[ItemRecord]:
        return await self._file.read(lambda connection: page(connection, states, stage=stage, after=after, limit=limit))


# As the index of what stays behind has it.
_REASONS: Final = """
SELECT reason, count(*) FROM items WHERE (state = 'failed' OR state = 'missing' OR state = 'skipped') AND state = ?
GROUP BY reason
"""

# Places and not names: a name is looked up in each row for each place where it stands.
_OUTCOME: Final = """
UPDATE items SET state = ?3, reason = ?4, detail = ?5, digest = coalesce(?6, digest),
  size = coalesce(?7, size), mtime_ns = coalesce(?8, mtime_ns),
  confirmed_run = CASE
    WHEN ?3 <> 'confirmed' THEN confirmed_run
    WHEN confirmed_digest IS coalesce(?6, digest) AND NOT ?9 THEN confirmed_run
    ELSE ?10 END,
  confirmed_digest = CASE WHEN ?3 = 'confirmed' THEN coalesce(?6, digest) ELSE confirmed_digest END
WHERE stage = ?1 AND key = ?2 AND {before}
"""


def apply_outcomes(connection: sqlite3.Connection, run: int, outcomes: Sequence[Outcome]) -> None:
    """Note what became of items, all of them or none.

    Content that was confirmed before under the same digest and was not sent again keeps the run that confirmed it.
    Raises `OmtError` `journal-move-not-allowed` for an unknown item or an impossible change of state, which is a fault
    of the caller.
    """
    for stage in stages_of(outcomes):
        invalidate_import(connection, stage)
    for state, rows in _rows_by_state(outcomes, run).items():
        statement = _OUTCOME.format(before=is_one_of([one for one in ItemState if may_move(one, state)]))
        changed = connection.executemany(statement, rows).rowcount
        if changed != len(rows):
            raise JOURNAL_MOVE_NOT_ALLOWED.error(
                sentence(
                    "{number:,} items cannot become {state} from where they are.",
                    number=len(rows) - changed,
                    state=state.value,
                )
            )


def mark_started(connection: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Note that an attempt to send these items begins."""
    connection.executemany(
        """
        UPDATE items SET state = 'started', attempt = attempt + 1
        WHERE stage = ? AND key = ? AND state <> 'confirmed'
        """,
        ((stage, to_blob(key)) for stage, key in ids),
    )


def stages_of(outcomes: Iterable[Outcome]) -> set[str]:
    """Return the stages that these outcomes change."""
    return {outcomes.stage} if isinstance(outcomes, Confirmations) else {outcome.id[0] for outcome in outcomes}


def _rows_by_state(outcomes: Sequence[Outcome], run: int) -> Mapping[ItemState, Sequence[tuple[object, ...]]]:
    """Return the parameters of `_OUTCOME` for all of these; a batch in columns becomes none of objects."""
    if isinstance(outcomes, Confirmations):
        state = ItemState.CONFIRMED
        words = (repeat(state.value), repeat(""), repeat(b""))
        read = (map(bytes.fromhex, outcomes.digests), outcomes.sizes, outcomes.mtimes_ns)
        return {
            state: list(
                zip(repeat(outcomes.stage), map(to_blob, outcomes.keys), *words, *read, outcomes.sent, repeat(run))
            )
        }
    rows: dict[ItemState, list[tuple[object, ...]]] = {}
    for outcome in outcomes:
        rows.setdefault(outcome.state, []).append(_outcome_row(outcome, run))
    return rows


def _outcome_row(outcome: Outcome, run: int) -> tuple[object, ...]:
    stage, key = outcome.id
    return (
        stage,
        to_blob(key),
        outcome.state.value,
        outcome.reason,
        stored_words(outcome.detail),
        None if outcome.digest is None else bytes.fromhex(outcome.digest),
        outcome.size,
        outcome.mtime_ns,
        outcome.sent,
        run,
    )


_TAKE_OVER: Final = """
INSERT OR REPLACE INTO items (stage, key, name, size, mtime_ns, state, reason, detail, digest, confirmed_digest,
  confirmed_run, seen_run) VALUES (:stage, :key, :name, :size, -1, :state, :reason, X'', :digest, :digest, 0, 0)
"""


def _manifest_row(entry: ManifestEntry) -> dict[str, object]:
    return {
        "stage": entry.stage,
        "key": to_blob(entry.key),
        "name": to_blob(entry.name),
        "size": entry.size,
        "state": (ItemState.MISSING if entry.digest is None else ItemState.CONFIRMED).value,
        "reason": entry.reason,
        "digest": None if entry.digest is None else bytes.fromhex(entry.digest),
    }
