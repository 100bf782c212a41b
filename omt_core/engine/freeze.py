"""Freeze and thaw of the on-site installation, one plugin after another, with the journal one step ahead (W70)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.context import PluginNotes
from omt_core.api.database import SourceDatabase
from omt_core.api.errors import InputError
from omt_core.api.events import Notice
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation
from omt_core.api.plugin import Plugin
from omt_core.engine import facts
from omt_core.engine.session import Engine, MigrationSession
from omt_core.engine.surroundings import Surroundings
from omt_core.journal import Journal


async def freeze(session: MigrationSession) -> None:
    """Freeze. What was frozen is thawed again when a plugin fails.

    Plugins are asked also where this migration has frozen before: somebody may have thawed from another machine since,
    and only they can tell. What stands is left as it is.
    """
    journal, located, dispatch = session.journal, session.now.located, session.engine.dispatch
    can_undo = set(dispatch.implementers(Plugin.freeze)) & set(dispatch.implementers(Plugin.thaw))
    await journal.notes.pin(facts.FROZEN_BY, json.dumps(sorted(can_undo | await _frozen_by(journal))))
    await journal.notes.pin(facts.FROZEN, "intended")
    try:
        for plugin in dispatch.implementers(Plugin.freeze):
            call = calls.Freeze(
                installation=located.installation,
                database=located.database,
                notes=journal.notes.of(f"freeze/{plugin}"),
                run=session.now.run,
            )
            await dispatch.tell(Plugin.freeze, call, only=plugin)
    except Exception:
        thawed = await thaw(session.engine, journal, located.installation, located.database)
        session.log.file("thaw", thawed)
        raise
    await journal.notes.pin(facts.FROZEN, "frozen")
    session.engine.events.emit(
        Notice(message="The installation on site is frozen: users of the Windows client and of Service are kept out.")
    )


async def thaw(
    engine: Engine, journal: Journal, installation: Installation, database: SourceDatabase
) -> Sequence[Finding]:
    """Undo the freeze of this migration, however far it went; may be called again, in any later process.

    Raises `InputError` `thaw-plugin-missing` when a plugin that froze takes no part now; all others have thawed then.
    """
    # From here on the freeze is not whole: a crash in the middle must not let the next run trust in it.
    await journal.notes.pin(facts.FROZEN, "intended")
    findings: list[Finding] = []
    failed = False
    for plugin in reversed(engine.dispatch.implementers(Plugin.thaw)):
        call = calls.Thaw(
            installation=installation,
            database=database,
            notes=journal.notes.of(f"freeze/{plugin}"),
            run=Surroundings(engine.events),
        )
        answers = await engine.dispatch.every(Plugin.thaw, call, only=plugin)
        findings += (*answers.values, *answers.faults)
        failed = failed or bool(answers.faults)
    absent = sorted(await _frozen_by(journal) - set(engine.dispatch.implementers(Plugin.thaw)))
    if absent:
        raise InputError(
            "thaw-plugin-missing",
            f"The installation is still frozen by plugins that take no part in this run: {', '.join(absent)}.",
            "Run `omt thaw` with these plugins installed and not disabled; `omt plugins` shows what is wrong with one.",
        )
    if not failed:
        await journal.notes.pin(facts.FROZEN_BY, None)
        await journal.notes.pin(facts.FROZEN, None)
        engine.events.emit(Notice(message="The installation on site is thawed."))
    return findings


async def thaw_from_site(engine: Engine, installation: Installation, database: SourceDatabase) -> Sequence[Finding]:
    """Undo whatever the site itself shows to be a freeze of this tool, where the journal of the freeze is not here."""
    findings: list[Finding] = []
    for plugin in reversed(engine.dispatch.implementers(Plugin.thaw)):
        call = calls.Thaw(
            installation=installation,
            database=database,
            notes=_NoNotes(),
            run=Surroundings(engine.events),
            from_site=True,
        )
        answers = await engine.dispatch.every(Plugin.thaw, call, only=plugin)
        findings += (*answers.values, *answers.faults)
    return findings


class _NoNotes(PluginNotes):
    """The notes of a journal that is not here."""

    @override
    async def remember(self, name: str, value: str) -> None:
        """Nothing: a thaw from the site that is cut short finds on site what is left to be undone."""

    @override
    async def recall(self, name: str) -> str | None:
        return None


async def _frozen_by(journal: Journal) -> frozenset[str]:
    return frozenset(json.loads((await journal.notes.pins()).get(facts.FROZEN_BY, "[]")))
