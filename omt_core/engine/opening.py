"""Opens a session: installation, workspace with its journal, tenant, mode."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import calls
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.errors import OnlineNotNamedError
from omt_core.api.installation import Licence, ManualAnswers
from omt_core.api.online import OnlineTarget, TenantStatus
from omt_core.api.plugin import Plugin
from omt_core.engine import pinned_answers, pins
from omt_core.engine.locating import choose_installation, connect, open_database
from omt_core.engine.rebuilding import rebuild_journal
from omt_core.engine.session import Engine, Located, MigrationSession
from omt_core.engine.surroundings import Surroundings
from omt_core.engine.workspace import JOURNAL_FILE, folder_for, locked, make_private
from omt_core.journal import Journal, copy_journal

FIRST_RUN = calls.RecoveryPlan(mode=MigrationMode.INITIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """How to open a session.

    `writes`: the workspace is locked and kept, else a copy of it is worked on and thrown away. Without `needs_online`
    it is no error that no tenant is named. `waivers` name what shall not stop the run. `kind` is what the run is asked
    for, so that one which ends early says so; it is decided by a step.
    """

    answers: ManualAnswers
    workspace: Path | None
    writes: bool
    needs_online: bool = True
    waivers: tuple[str, ...] | None = None
    kind: MigrationKind | None = None


@asynccontextmanager
async def open_session(engine: Engine, request: OpenRequest) -> AsyncIterator[MigrationSession]:
    """Open a session with a run of its own in the journal; everything is closed again at the end.

    Raises `InstallationError`, `OnlineError` or `InputError`, each with what to do.
    """
    async with AsyncExitStack() as resources:
        discovery = await choose_installation(engine, request.answers)
        database, licence = await open_database(engine, discovery.installation, resources)
        folder = await _enter_workspace(request, licence, resources)
        journal = await resources.enter_async_context(Journal.open(folder / JOURNAL_FILE))
        surroundings = Surroundings(engine.events, folder)
        target: OnlineTarget | None = None
        status: TenantStatus | None = None
        plan = FIRST_RUN
        try:
            target, status = await connect(engine, surroundings, resources)
        except OnlineNotNamedError:
            if request.needs_online:
                raise
        if status is not None:
            plan = await engine.dispatch.one(
                Plugin.plan_recovery,
                calls.PlanRecovery(earlier=await _earlier(journal), status=status, licence=licence, run=surroundings),
            )
        await journal.runs.begin(mode=plan.mode, baseline=False, plugins=engine.host.versions)
        await pins.pin_licence(journal, licence)
        await journal.notes.pin(pins.ANSWERS, pinned_answers.dump(request.answers))
        session = MigrationSession(
            engine=engine,
            journal=journal,
            folder=folder,
            located=Located(
                installation=discovery.installation,
                database=database,
                licence=licence,
                target=target,
                status=status,
                plan=plan,
            ),
            resources=resources,
            decisions=await journal.notes.decisions(),
            writes=request.writes,
            asked_kind=request.kind,
            findings=discovery.findings,
        )
        if request.waivers is not None:
            await session.waive(request.waivers)
        if await _finished_without_us(journal, status):
            session.finishing = True
        elif plan.rebuild_journal:
            await rebuild_journal(session)
        yield session


async def _enter_workspace(request: OpenRequest, licence: Licence, resources: AsyncExitStack) -> Path:
    folder = folder_for(licence.serial, request.workspace)
    if request.writes:
        make_private(folder)
        await resources.enter_async_context(locked(folder))
        return folder
    copy = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="omt-")))
    if (folder / JOURNAL_FILE).is_file():
        copy_journal(folder / JOURNAL_FILE, copy / JOURNAL_FILE)
    return copy


async def _finished_without_us(journal: Journal, status: TenantStatus | None) -> bool:
    """Tell whether the tenant imported after this tool had asked for it and was killed before it heard the answer."""
    known = await journal.notes.pins()
    return (
        pins.COMPLETING in known
        and status is not None
        and status.migration is not None
        and status.migration.completed
        and status.migration.id == known[pins.COMPLETING]
        # While a test is being overwritten, what is completed may be that test still.
        and (pins.OVERWRITING not in known or status.migration.kind is MigrationKind.LIVE)
    )


async def _earlier(journal: Journal) -> calls.EarlierRun | None:
    known = await journal.notes.pins()
    if pins.SERIAL not in known or pins.STARTED not in known:
        return None
    return calls.EarlierRun(
        kind=MigrationKind(known[pins.STARTED]),
        completed=pins.COMPLETED in known,
        owner=known[pins.OWNER],
        serial=known[pins.SERIAL],
    )
