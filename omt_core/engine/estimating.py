"""An estimate: opens the migration for a short probe, and leaves nothing behind."""

from __future__ import annotations

import anyio

from omt_core.api import calls
from omt_core.api.decisions import Kind, RecoveryChoice
from omt_core.api.errors import OnlineNotNamedError
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import stages_of

_DATABASE = "database"


async def estimate(session: MigrationSession, kind: Kind, recover: RecoveryChoice | None) -> calls.Estimate:
    """Have the transfer plugin estimate all file stages; the database counts as what an earlier run moved.

    In recovery without a choice it is the first that is possible. Raises `OnlineError`, and `ChoiceNeededError` for a
    choice that is not possible.
    """
    target = session.located.target
    if target is None:
        raise OnlineNotNamedError(
            "online-not-named", "An estimate needs the tenant.", "Give online.url and online.token_file."
        )
    moved = (await session.journal.totals()).get(_DATABASE)
    await session.choose_recovery(recover or next(iter(session.located.plan.choices), None))
    migration = await target.open(
        session.located.licence, session.decisions.kind if session.only_missing else kind, session.decisions.recovery
    )
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
