"""Welcome: finds the installation, opens its database, workspace and journal, and asks the tenant (W16, W17, W83).

A journal that is lost is rebuilt from the tenant's manifest (W91).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread

from omt_core.answers import pinned
from omt_core.api import calls
from omt_core.api.context import RunContext
from omt_core.api.database import SourceDatabase
from omt_core.api.decisions import MigrationKind, MigrationMode, Waiver
from omt_core.api.drives import refuse_missing
from omt_core.api.errors import OnlineNotNamedError
from omt_core.api.events import Notice
from omt_core.api.files import temporary_folder
from omt_core.api.files.near import NearReader
from omt_core.api.installation import Installation, Licence, ManualAnswers
from omt_core.api.online import OnlineTarget, TenantStatus
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, sentence
from omt_core.engine import facts
from omt_core.engine.errors import INSTALLATION_INCOMPLETE, INSTALLATION_NOT_FOUND, JOURNAL_NOT_REBUILT, ROOT_NOT_FOUND
from omt_core.engine.findings import asked_again, merged
from omt_core.engine.session import Engine, Located, MigrationSession, Surroundings
from omt_core.engine.workspace import (
    JOURNAL_FILE,
    folder_for,
    locked,
    make_private,
    pin_key,
    refuse_inside,
    refuse_other_use,
)
from omt_core.journal import Journal, copy_journal
from omt_core.logs import migration_log
from omt_core.plugin_host import Answers, Dispatch

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
    waivers: tuple[Waiver, ...] | None = None
    kind: MigrationKind | None = None


@asynccontextmanager
async def open_session(engine: Engine, request: OpenRequest) -> AsyncIterator[MigrationSession]:
    """Open a session with a run of its own in the journal; everything is closed again at the end.

    Raises `InstallationError`, `OnlineError` or `InputError`, each with what to do.
    """
    async with AsyncExitStack() as resources:
        discovery = await choose_installation(engine, request.answers)
        database, licence = await open_database(engine, discovery.installation, resources)
        place = folder_for(licence.serial, request.workspace)
        await anyio.to_thread.run_sync(refuse_inside, place, discovery.installation)
        await anyio.to_thread.run_sync(refuse_other_use, place)
        folder = await _enter_workspace(request, place, resources)
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
        finishing = await _finished_without_us(journal, status)
        if status is not None:
            plan = await engine.dispatch.one(
                Plugin.plan_recovery,
                calls.PlanRecovery(
                    earlier=await _earlier(journal, finishing=finishing),
                    status=status,
                    licence=licence,
                    run=surroundings,
                ),
            )
        await journal.runs.begin(mode=plan.mode, baseline=False, plugins=engine.host.versions)
        resources.enter_context(migration_log(journal.runs.current, place, keeps=request.writes))
        await facts.pin_licence(journal, licence)
        await journal.notes.pin(facts.ANSWERS, pinned.dump(request.answers))
        session = MigrationSession(
            engine,
            journal,
            folder=folder,
            located=Located(
                installation=discovery.installation,
                database=database,
                licence=licence,
                target=target,
                status=status,
                plan=plan,
            ),
            decisions=await journal.notes.decisions(),
            writes=request.writes,
            finishing=finishing,
            asked_kind=request.kind,
        )
        with engine.events.findings_kept(lambda finding: session.log.add("raised", (finding,))):
            session.log.file("discovery", discovery.findings)
            session.log.file("plugins", engine.host.inactive_findings())
            if request.waivers is not None:
                online = None if status is None or status.migration is None else status.migration.kind
                await session.waive(asked_again(request.waivers, session.now.decisions, online))
            if plan.mode is MigrationMode.INITIAL:
                await session.choose_recovery(None)
            if plan.rebuild_journal and not finishing:
                await rebuild_journal(session)
            yield session


async def _enter_workspace(request: OpenRequest, folder: Path, resources: AsyncExitStack) -> Path:
    if request.writes:
        make_private(folder)
        await resources.enter_async_context(locked(folder))
        return folder
    copy = resources.enter_context(temporary_folder())
    if (folder / JOURNAL_FILE).is_file():
        copy_journal(folder / JOURNAL_FILE, copy / JOURNAL_FILE)
    return copy


async def _finished_without_us(journal: Journal, status: TenantStatus | None) -> bool:
    """Tell whether the tenant imported after this tool had asked for it and was killed before it heard the answer."""
    known = await journal.notes.pins()
    return (
        facts.COMPLETING in known
        and status is not None
        and status.migration is not None
        and status.migration.completed
        and status.migration.id == known[facts.COMPLETING]
        # While a test is being overwritten, what is completed may be that test still.
        and (facts.OVERWRITING not in known or status.migration.kind is MigrationKind.LIVE)
    )


async def _earlier(journal: Journal, *, finishing: bool) -> calls.EarlierRun | None:
    known = await journal.notes.pins()
    if facts.SERIAL not in known or facts.STARTED not in known:
        return None
    return calls.EarlierRun(
        kind=MigrationKind(known[facts.STARTED]),
        completed=finishing or facts.COMPLETED in known,
        owner=known[facts.OWNER],
        serial=known[facts.SERIAL],
    )


async def choose_installation(engine: Engine, answers: ManualAnswers) -> calls.Discovery:
    """Return the best installation that needs nothing more, with what went wrong with plugins that looked for it.

    Raises `InstallationError` `installation-not-found`, or `installation-incomplete` naming the keys to give, and as
    `discover` does.
    """
    found = await discover(engine, answers)
    complete = [discovery for discovery in found.values if not discovery.needs]
    if complete:
        return replace(complete[0], findings=merged(complete[0].findings, found.faults))
    failed = [fault.message for fault in found.faults]
    if not found.values:
        raise INSTALLATION_NOT_FOUND.error(joined([INSTALLATION_NOT_FOUND.meaning, *failed], " "))
    best = found.values[0]
    told = [
        sentence(
            "What is known of the installation is not enough; these are missing: {keys}.", keys=", ".join(best.needs)
        ),
        *failed,
    ]
    if answers.root is not None and not best.installation.database.dbms and not best.installation.archives:
        told.insert(
            0,
            sentence(
                "In the folder {folder}, which installation.root names, nothing of an installation was found.",
                folder=answers.root,
            ),
        )
    raise INSTALLATION_INCOMPLETE.error(joined(told, " "))


async def discover(engine: Engine, answers: ManualAnswers) -> Answers[calls.Discovery]:
    """Return all installations that any plugin found, the best first, and which plugins failed to look.

    Raises `InputError` where the folder to look in is not there: `root-not-found`, `drive-not-there`.
    """
    if answers.root is not None and not await anyio.Path(answers.root).is_dir():
        await anyio.to_thread.run_sync(refuse_missing, answers.root)
        raise ROOT_NOT_FOUND.error(
            sentence("There is no folder {folder} to look for the installation in.", folder=answers.root)
        )
    found = await engine.dispatch.every(
        Plugin.discover_installations, calls.DiscoverInstallations(answers=answers, run=Surroundings(engine.events))
    )
    return Answers(tuple(sorted(found.values, key=lambda discovery: discovery.precedence)), found.faults)


async def open_database(
    engine: Engine, installation: Installation, resources: AsyncExitStack
) -> tuple[SourceDatabase, Licence]:
    """Connect to the database, to be closed with `resources`, and read the licence."""
    surroundings = Surroundings(engine.events)
    database = await engine.dispatch.one(
        Plugin.open_source_database, calls.OpenSourceDatabase(installation=installation, run=surroundings)
    )
    resources.push_async_callback(database.aclose)
    licence = await engine.dispatch.one(Plugin.read_licence, calls.ReadLicence(database=database, run=surroundings))
    return database, licence


async def connect(
    engine: Engine, surroundings: Surroundings, resources: AsyncExitStack
) -> tuple[OnlineTarget, TenantStatus]:
    """Connect to the tenant, to be closed with `resources`, and ask for its state; its key is pinned."""
    target = await engine.dispatch.one(Plugin.connect_online, calls.ConnectOnline(run=surroundings))
    resources.push_async_callback(target.aclose)
    status = await target.status()
    if surroundings.workspace is not None:
        await anyio.to_thread.run_sync(pin_key, surroundings.workspace, status.public_key)
    return target, status


@asynccontextmanager
async def near_readers(dispatch: Dispatch, run: RunContext) -> AsyncGenerator[Sequence[NearReader]]:
    """Lend those who read what lies on site from near it, of all plugins; without such a plugin there are none."""
    readers = (await dispatch.every(Plugin.open_near_readers, calls.OpenNearReaders(run=run))).values
    lent = AsyncExitStack()
    for reader in readers:
        lent.push_async_callback(reader.aclose)
    try:
        yield readers
    finally:
        with anyio.CancelScope(shield=True):
            await lent.aclose()


async def rebuild_journal(session: MigrationSession) -> None:
    """Take over what the tenant holds, so that only what is missing or changed is sent.

    Files are hashed once, since their times are not in a manifest. Raises `OnlineError`.
    """
    if not session.now.writes:
        # To read the manifest a migration is opened, which changes the tenant.
        session.engine.events.emit(
            Notice(
                message=sentence(
                    "The local journal does not tell what is online, and this run may not ask: nothing is counted."
                )
            )
        )
        return
    target, status = session.now.located.target, session.now.located.status
    if target is None or status is None or status.migration is None:
        raise JOURNAL_NOT_REBUILT.error()
    session.engine.events.emit(
        Notice(
            message=sentence(
                "The local journal does not tell what is online; it is rebuilt from the tenant's manifest."
            )
        )
    )
    migration = await target.open(
        session.now.located.licence, status.migration.kind, session.now.located.plan.choices[0]
    )
    # What the journal had of other runs, cut short or of a tenant that was reset, is not what is online.
    for stage in await session.journal.items.totals():
        await session.journal.items.reset_stage(stage)
    await session.journal.notes.pin(facts.SNAPSHOT, None)
    try:
        async for batch in migration.manifest():
            await session.journal.items.import_manifest(batch)
    finally:
        await migration.aclose()
    await session.journal.notes.pin(facts.OVERWRITING, None)
    await session.journal.notes.pin(facts.STARTED, status.migration.kind.value)
    await session.journal.notes.pin(facts.COMPLETED, datetime.now(UTC).isoformat())
