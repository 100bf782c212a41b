"""Freeze and thaw of the on-site installation, one plugin after another, with the journal one step ahead (W70)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.context import PluginNotes
from omt_core.api.database import SourceDatabase
from omt_core.api.errors import FreezeLiftedError, OmtError
from omt_core.api.events import Notice
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, sentence
from omt_core.engine import facts
from omt_core.engine.errors import THAW_PLUGIN_MISSING
from omt_core.engine.findings import THAW_FAILED
from omt_core.engine.session import Engine, MigrationSession, Surroundings
from omt_core.journal import Journal


async def freeze(session: MigrationSession) -> None:
    """Freeze. What was frozen is thawed again when a plugin fails.

    Plugins are asked also where this migration has frozen before: somebody may have thawed from another machine since,
    and only they can tell. What stands is left as it is.
    """
    journal, located, dispatch = session.journal, session.now.located, session.engine.dispatch
    can_undo = set(dispatch.implementers(Plugin.freeze)) & set(dispatch.implementers(Plugin.thaw))
    await journal.notes.pin(facts.FROZEN_BY, json.dumps(sorted(can_undo | await _frozen_by(journal))))
    await journal.notes.pin(facts.FROZEN, facts.FREEZE_INTENDED)
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
        # What could not be thawed must not hide why the freeze failed: it is told beside it.
        thawed = await thaw(session.engine, journal, located.installation, located.database)
        session.log.file("thaw", thawed.told())
        raise
    await journal.notes.pin(facts.FROZEN, facts.FREEZE_WHOLE)
    session.engine.events.emit(
        Notice(
            message=sentence(
                "The installation on site is frozen: users of the Windows client and of Service are kept out."
            )
        )
    )


async def confirm_freeze(session: MigrationSession) -> None:
    """Make sure that all that this migration has frozen stands.

    Where it does not, somebody has let users in, from another machine or by hand: it is frozen again, and the
    `FreezeLiftedError` that a plugin has raised goes on, since what users have entered was not read.
    """
    journal, located, dispatch = session.journal, session.now.located, session.engine.dispatch
    try:
        for plugin in dispatch.implementers(Plugin.confirm_freeze):
            call = calls.ConfirmFreeze(
                installation=located.installation,
                database=located.database,
                notes=journal.notes.of(f"freeze/{plugin}"),
                run=session.now.run,
            )
            await dispatch.tell(Plugin.confirm_freeze, call, only=plugin)
    except FreezeLiftedError:
        await freeze(session)
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Thawed:
    """What came of a thaw: what plugins found, and the first error that kept one of them from thawing."""

    findings: tuple[Finding, ...]
    error: OmtError | None = None

    def told(self) -> tuple[Finding, ...]:
        """Return all of it as findings, for where another error is on its way already."""
        if self.error is None:
            return self.findings
        return (*self.findings, THAW_FAILED.finding(joined([self.error.message, self.error.remedy], " ")))


async def thaw(engine: Engine, journal: Journal, installation: Installation, database: SourceDatabase) -> Thawed:
    """Undo the freeze of this migration, however far it went; may be called again, in any later process.

    Every plugin gets its turn, whatever happens to another. The error is `thaw-plugin-missing` when a plugin that froze
    takes no part now.
    """
    # From here on the freeze is not whole: a crash in the middle must not let the next run trust in it.
    await journal.notes.pin(facts.FROZEN, facts.FREEZE_INTENDED)
    thawed, failed = await _thaw_each(
        engine,
        lambda plugin: calls.Thaw(
            installation=installation,
            database=database,
            notes=journal.notes.of(f"freeze/{plugin}"),
            run=Surroundings(engine.events),
        ),
    )
    absent = sorted(await _frozen_by(journal) - set(engine.dispatch.implementers(Plugin.thaw)))
    if absent and thawed.error is None:
        missing = THAW_PLUGIN_MISSING.error(
            sentence(
                "The installation is still frozen by plugins that take no part in this run: {absent}.",
                absent=", ".join(absent),
            )
        )
        thawed = replace(thawed, error=missing)
    if thawed.error is None and not failed:
        await journal.notes.pin(facts.FROZEN_BY, None)
        await journal.notes.pin(facts.FROZEN, None)
        await journal.notes.pin(facts.THAWED, datetime.now(UTC).isoformat())
        engine.events.emit(Notice(message=_done(thawed)))
    return thawed


def _done(thawed: Thawed) -> str:
    """Say that a thaw is done. What a plugin found is what it left as it is: users may be kept out by that."""
    if not thawed.findings:
        return sentence("The installation on site is thawed.")
    return sentence("What this migration had frozen is thawed. What the thaw left as it is may still keep users out.")


async def thaw_from_site(engine: Engine, installation: Installation, database: SourceDatabase) -> Thawed:
    """Undo whatever the site itself shows to be a freeze of this tool, where the journal of the freeze is not here."""
    call = calls.Thaw(
        installation=installation,
        database=database,
        notes=_NoNotes(),
        run=Surroundings(engine.events),
        from_site=True,
    )
    return (await _thaw_each(engine, lambda _: call))[0]


async def _thaw_each(engine: Engine, call_for: Callable[[str], calls.Thaw]) -> tuple[Thawed, bool]:
    """Let every plugin thaw, whatever happens to another; tells also whether one failed by a fault of its own."""
    findings: list[Finding] = []
    errors: list[OmtError] = []
    failed = False
    for plugin in reversed(engine.dispatch.implementers(Plugin.thaw)):
        try:
            answers = await engine.dispatch.every(Plugin.thaw, call_for(plugin), only=plugin)
        except OmtError as error:
            errors.append(error)
        else:
            findings += (*answers.values, *answers.faults)
            failed = failed or bool(answers.faults)
    return Thawed(findings=tuple(findings), error=errors[0] if errors else None), failed


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
