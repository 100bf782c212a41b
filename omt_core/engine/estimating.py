"""An estimate: opens the migration for a short probe, and leaves nothing behind but what it said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.to_thread

from omt_core.api import calls
from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import OnlineNotNamedError
from omt_core.api.plugin import Plugin
from omt_core.api.reporting import EstimateRecord
from omt_core.engine.measuring import keep_estimate, past_transfers
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import stages_of
from omt_core.engine.workspace import JOURNAL_FILE, locked, make_private
from omt_core.journal import Journal


async def estimate(
    session: MigrationSession, kind: MigrationKind, recover: RecoveryChoice | None, limit: int | None
) -> calls.Estimate:
    """Have the transfer plugin estimate all file stages; the database counts as what an earlier run moved.

    `limit` is the rate limit that the run will have, in bytes per second. In recovery without a choice it is the first
    that is possible. The inventory is journalled, in what must be a copy of the journal. Raises `OnlineError`, and
    `ChoiceNeededError` for a choice that is not possible.
    """
    target = session.located.target
    if target is None:
        raise OnlineNotNamedError(
            "online-not-named", "An estimate needs the tenant.", "Give online.url and online.token_file."
        )
    moved = await _database_bytes(session.journal)
    await session.choose_recovery(recover or next(iter(session.located.plan.choices), None))
    migration = await target.open(
        session.located.licence, session.decisions.kind if session.only_missing else kind, session.decisions.recovery
    )
    try:
        async with session.located.database.snapshot() as snapshot:
            return await session.engine.dispatch.one(
                Plugin.estimate_transfer,
                calls.EstimateTransfer(
                    stages=await stages_of(session, snapshot, files_only=True),
                    migration=migration,
                    workspace=session.folder,
                    database_bytes=0 if session.only_missing else moved,
                    run=session.run,
                    journal=session.journal,
                    baseline_only=session.only_missing,
                    past=await past_transfers(session.journal),
                    limit=limit,
                ),
            )
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()


async def _database_bytes(journal: Journal) -> int:
    """Return how large the parts of the database were that an earlier run moved."""
    stages = {stage.name for stage in await journal.items.stages() if stage.kind == "database"}
    return sum(total.bytes for name, total in (await journal.items.totals()).items() if name in stages)


async def keep(found: calls.Estimate, folder: Path) -> None:
    """Journal an estimate in the migration's workspace. Raises `InputError` while a run works there."""
    await anyio.to_thread.run_sync(make_private, folder)
    async with locked(folder), Journal.open(folder / JOURNAL_FILE) as journal:
        await keep_estimate(
            journal,
            EstimateRecord(
                made=datetime.now(UTC),
                shortest=found.shortest,
                longest=found.longest,
                files=found.files_to_send,
                bytes=found.bytes_to_send,
            ),
        )
