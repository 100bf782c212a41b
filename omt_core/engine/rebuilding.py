"""Rebuilds a lost journal from the tenant's manifest (W91)."""

from __future__ import annotations

from datetime import UTC, datetime

from omt_core.api.errors import OnlineRefusedError
from omt_core.api.events import Notice
from omt_core.engine import pins
from omt_core.engine.session import MigrationSession


async def rebuild_journal(session: MigrationSession) -> None:
    """Take over what the tenant holds, so that only what is missing or changed is sent.

    Files are hashed once, since their times are not in a manifest. Raises `OnlineError`.
    """
    if not session.writes:
        # To read the manifest a migration is opened, which changes the tenant.
        session.engine.events.emit(
            Notice(
                message="The local journal does not tell what is online, and this run may not ask: nothing is counted."
            )
        )
        return
    target, status = session.located.target, session.located.status
    if target is None or status is None or status.migration is None:
        raise OnlineRefusedError(
            "journal-not-rebuilt",
            "The journal is lost, and the tenant knows of no migration.",
            "Begin anew in an empty workspace.",
        )
    session.engine.events.emit(
        Notice(message="The local journal does not tell what is online; it is rebuilt from the tenant's manifest.")
    )
    migration = await target.open(session.located.licence, status.migration.kind, session.located.plan.choices[0])
    # What the journal had of other runs, cut short or of a tenant that was reset, is not what is online.
    for stage in await session.journal.items.totals():
        await session.journal.items.reset_stage(stage)
    await session.journal.notes.pin(pins.SNAPSHOT, None)
    try:
        async for batch in migration.manifest():
            await session.journal.items.import_manifest(batch)
    finally:
        await migration.aclose()
    await session.journal.notes.pin(pins.OVERWRITING, None)
    await session.journal.notes.pin(pins.STARTED, status.migration.kind.value)
    await session.journal.notes.pin(pins.COMPLETED, datetime.now(UTC).isoformat())
