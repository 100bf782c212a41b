"""An estimate: opens the migration for a short probe, and leaves nothing behind."""

from __future__ import annotations

import anyio

from omt_core.api import calls
from omt_core.api.errors import OnlineNotNamedError
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import stages_of

_DATABASE = "database"


async def estimate(session: MigrationSession) -> calls.Estimate:
    """Have the transfer plugin estimate all file stages; the database counts as what an earlier run moved.

    Raises `OnlineError`.
    """
    target = session.located.target
    if target is None:
        raise OnlineNotNamedError(
            "online-not-named", "An estimate needs the tenant.", "Give online.url and online.token_file."
        )
    moved = (await session.journal.totals()).get(_DATABASE)
    choice = session.located.plan.choices[0] if session.located.plan.choices else None
    migration = await target.open(session.located.licence, session.decisions.kind, choice)
    try:
        async with session.located.database.snapshot() as snapshot:
            return await session.engine.bus.estimate_transfer(
                calls.EstimateTransfer(
                    stages=await stages_of(session, snapshot, files_only=True),
                    migration=migration,
                    workspace=session.folder,
                    database_bytes=0 if moved is None else moved.bytes,
                    run=session.run,
                )
            )
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()
