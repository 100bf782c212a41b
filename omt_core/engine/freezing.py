"""Freeze and thaw of the on-site installation, one plugin after another, with the journal one step ahead (W70)."""

from __future__ import annotations

from collections.abc import Sequence

from omt_core.api import calls
from omt_core.api.database import SourceDatabase
from omt_core.api.events import Notice
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation
from omt_core.engine import pins
from omt_core.engine.session import Engine, MigrationSession
from omt_core.engine.surroundings import JournalNotes, Surroundings
from omt_core.journal import Journal


async def freeze(session: MigrationSession) -> None:
    """Freeze, unless this migration has done so before. What was frozen is thawed again when a plugin fails."""
    journal, located, bus = session.journal, session.located, session.engine.bus
    if (await journal.pins()).get(pins.FROZEN) == "frozen":
        return
    await journal.pin(pins.FROZEN, "intended")
    try:
        for plugin in bus.implementers("freeze"):
            call = calls.Freeze(
                installation=located.installation,
                database=located.database,
                notes=JournalNotes(journal, f"freeze/{plugin}"),
                run=session.run,
            )
            await bus.freeze(call, plugin)
    except Exception:
        await thaw(session.engine, journal, located.installation, located.database)
        raise
    await journal.pin(pins.FROZEN, "frozen")
    session.engine.events.emit(
        Notice(message="The installation on site is frozen: users of the Windows client and of Service are kept out.")
    )


async def thaw(
    engine: Engine, journal: Journal, installation: Installation, database: SourceDatabase
) -> Sequence[Finding]:
    """Undo the freeze of this migration, however far it went; may be called again, in any later process."""
    findings: list[Finding] = []
    for plugin in reversed(engine.bus.implementers("thaw")):
        call = calls.Thaw(
            installation=installation,
            database=database,
            notes=JournalNotes(journal, f"freeze/{plugin}"),
            run=Surroundings(engine.events),
        )
        findings.extend(await engine.bus.thaw(call, plugin))
    faults = engine.bus.take_faults()
    if not faults:
        await journal.pin(pins.FROZEN, None)
        engine.events.emit(Notice(message="The installation on site is thawed."))
    return [*findings, *faults]
