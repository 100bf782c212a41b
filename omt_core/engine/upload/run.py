"""The Upload: freezes, takes one snapshot, and has all stages transferred (W70-W79)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api import calls
from omt_core.api.context import StopSignal
from omt_core.api.database import Reconnecting
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.errors import (
    ONLINE_NOT_NAMED,
    FreezeLiftedError,
    InstallationError,
    InterruptedRunError,
    OnlineError,
    OnlineRefusedError,
    SnapshotLostError,
)
from omt_core.api.events import Notice, StageChanged, StageState
from omt_core.api.files.near import NearReader
from omt_core.api.online import OnlineMigration
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, sentence
from omt_core.api.stages import UploadStage
from omt_core.engine import facts
from omt_core.engine.completion import (
    complete,
    is_as_imported,
    join_import,
    keep_earlier_result,
    take_ended_import,
)
from omt_core.engine.errors import FILES_NOT_CONFIRMED, INTERRUPTED, NOT_CONFIRMED
from omt_core.engine.findings import DATABASE_READ_ANEW, left_behind, waived_folders
from omt_core.engine.freeze import confirm_freeze, freeze, thaw
from omt_core.engine.opening import near_readers
from omt_core.engine.recheck.recheck import RefusedInSnapshotError, forget_told, recheck
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload.gone import keep_gone
from omt_core.engine.upload.machines import machines_kept
from omt_core.engine.upload.rate import FileRateLimiter, read_limit
from omt_core.engine.upload.timings import Stopwatch
from omt_core.engine.workspace import LIMIT_FILE, note_stage_roots
from omt_core.plugin_host import upload_stages

STARTING: Final = ("starting", sentence("Starting"))
FINISHING: Final = ("finishing", sentence("Finishing"))
"""The first and the last row of the upload table, which the core fills itself (W73)."""


_OTHERS_ARE_AT_IT: Final = frozenset({"completion-running", "migration-accepted", "migration-claimed", "run-over"})
"""Refusals of a run whose migration another one has gone on with: that one rests on the very freeze that stands."""


async def upload(session: MigrationSession, stop: StopSignal) -> None:
    """Move everything, or in recovery of missing files what is missing or changed, and have the tenant import it.

    Raises `InterruptedRunError` after a stop (resumable), `OnlineError` where something could not be confirmed. What
    was frozen stays frozen then, except that a refusal before the import thaws it again, unless another run is at this
    migration; `FindingsError` `changed-since-checked`, where the snapshot holds what the rules refuse, is one.
    `FreezeLiftedError` where users were let in on site before the import was asked for. One that an earlier run asked
    for, and that the tenant is still at, is waited for and nothing is sent. A recovery that finds everything as it was
    imported asks for no import: receipt and manifest stay what they are.
    """
    _tell(session, STARTING, StageState.ANALYSING)
    try:
        migration = await _open(session)
    except OnlineRefusedError as error:
        if error.code == "choice-not-possible" and await take_ended_import(session):
            return
        raise
    try:
        if stop.is_set():
            raise await _interrupted(session)  # before the freeze: there is nothing to stop yet
        if await join_import(session, migration):
            return
        if session.now.mode is MigrationMode.INITIAL:
            # An overwrite that is cut short leaves the earlier, completed migration as what is known.
            await session.journal.notes.pin(facts.STARTED, session.now.decisions.kind.value)
        elif not session.now.only_missing:
            await session.journal.notes.pin(facts.OVERWRITING, session.now.decisions.kind.value)
        await _prepare(session, stop)
        await _transfer_or_thaw(session, migration, stop)
        if await is_as_imported(session):
            await keep_earlier_result(session, migration)
            _tell(session, FINISHING, StageState.SUCCEEDED)
            return
        _tell(session, FINISHING, StageState.UPLOADING, sentence("Completing uploads"))
        try:
            if _rests_on_freeze(session):
                await _database_back(session, stop)
                await _unless_stopped(session, stop, confirm_freeze)
            await complete(session, migration)
        except (InstallationError, OnlineError):
            _tell(session, FINISHING, StageState.FAILED)
            raise
        _tell(session, FINISHING, StageState.SUCCEEDED)
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()


async def precopy(session: MigrationSession, stop: StopSignal) -> None:
    """Upload files while users still work: no freeze, no database, nothing is committed."""
    migration = await _open(session)
    try:
        await _transfer_all(session, migration, stop, commit=False)
    except RefusedInSnapshotError as refused:
        raise refused.error from None
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()


async def stages_of(
    session: MigrationSession, snapshot: str, *, files_only: bool, near: Sequence[NearReader] = ()
) -> list[UploadStage]:
    """Return the stages of this run in the order of the screen; `files_only` leaves the database out."""
    stages = await upload_stages(
        session.engine.dispatch,
        calls.ContributeUploadStages(
            installation=session.now.located.installation,
            database=session.now.located.database,
            workspace=session.now.folder,
            snapshot=snapshot,
            run=session.now.run,
            near=near,
            files_only=files_only,
            deleted_folders=waived_folders(session.now.waived),
        ),
    )
    return [stage for stage in stages if not (files_only and stage.kind == "database")]


async def _open(session: MigrationSession) -> OnlineMigration:
    if session.now.located.target is None:
        raise ONLINE_NOT_NAMED.error(sentence("There is no tenant to migrate to."))
    return await session.now.located.target.open(
        session.now.located.licence, session.now.decisions.kind, session.now.decisions.recovery
    )


def refuse_unready(session: MigrationSession) -> None:
    """Raise `InputError` `not-confirmed` where the screens before the Upload were left out."""
    if not session.now.only_missing and not (session.now.decisions.agreement_accepted and session.now.users):
        raise NOT_CONFIRMED.error()


async def _prepare(session: MigrationSession, stop: StopSignal) -> None:
    if _rests_on_freeze(session):
        await _frozen(session, stop, freeze)


def _rests_on_freeze(session: MigrationSession) -> bool:
    return session.now.decisions.kind is MigrationKind.LIVE and not session.now.only_missing


async def _frozen(
    session: MigrationSession, stop: StopSignal, act: Callable[[MigrationSession], Awaitable[None]]
) -> None:
    """Freeze or confirm the freeze, and let it settle.

    It may wait for whoever locks what it writes. A stop ends that; what it wrote is journalled as begun.
    """
    await _unless_stopped(session, stop, act)
    with anyio.move_on_after(session.engine.settle_seconds):
        await stop.wait()


async def _database_back(session: MigrationSession, stop: StopSignal) -> None:
    """Wait for a database that went away."""

    async def reconnect(session: MigrationSession) -> None:
        database: object = session.now.located.database
        if isinstance(database, Reconnecting):
            await database.reconnect()

    await _unless_stopped(session, stop, reconnect)


async def _unless_stopped(
    session: MigrationSession, stop: StopSignal, act: Callable[[MigrationSession], Awaitable[None]]
) -> None:
    """Do something that a stop ends. Raises `InterruptedRunError` then."""
    error: Exception | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_cancel_when_stopped, stop, group.cancel_scope)
        try:
            await act(session)
        except Exception as raised:  # noqa: BLE001 - raised again outside of the group, which would wrap it
            error = raised
        group.cancel_scope.cancel()
    if error is not None:
        raise error
    if stop.is_set():
        raise await _interrupted(session)


async def _cancel_when_stopped(stop: StopSignal, scope: anyio.CancelScope) -> None:
    await stop.wait()
    scope.cancel()


async def _transfer_all(
    session: MigrationSession, migration: OnlineMigration, stop: StopSignal, *, commit: bool
) -> None:
    """Have all stages transferred; again in a new snapshot, as often as settings say, where the database lost one."""
    forget_told(session)
    left = session.engine.snapshots
    while True:
        try:
            return await _transfer_in_snapshot(session, migration, stop, commit=commit)
        except SnapshotLostError as error:
            left -= 1
            if left == 0:
                raise
            again = sentence("The database is read anew, in a new snapshot.")
            said = joined([error.message, again], " ")
        _tell_of_snapshots(session, said)
        await _database_back(session, stop)
        if commit and _rests_on_freeze(session):
            await _frozen(session, stop, _freeze_stands)


async def _freeze_stands(session: MigrationSession) -> None:
    """Confirm the freeze before a new snapshot. What users entered where it had been lifted is read with the rest."""
    try:
        await confirm_freeze(session)
    except FreezeLiftedError as error:
        frozen = sentence("It is frozen again now, and the database is read anew with what they have entered.")
        _tell_of_snapshots(session, joined([error.message, frozen], " "))


def _tell_of_snapshots(session: MigrationSession, said: str) -> None:
    session.engine.events.emit(Notice(message=said))
    session.log.add("snapshots", [DATABASE_READ_ANEW.finding(said)])


async def _transfer_in_snapshot(
    session: MigrationSession, migration: OnlineMigration, stop: StopSignal, *, commit: bool
) -> None:
    journal = session.journal
    files_only = session.now.only_missing or not commit
    async with session.now.located.database.snapshot() as fresh:
        await _unless_stopped(session, stop, partial(recheck, precopy=not commit))
        snapshot = (await journal.notes.pins()).get(facts.SNAPSHOT, fresh) if files_only else fresh
        async with near_readers(session.engine.dispatch, session.now.run) as near:
            stages = await stages_of(session, snapshot, files_only=files_only, near=near)
            await journal.items.record_stages(stages)
            roots = {stage.name: stage.root for stage in stages if stage.root is not None}
            await anyio.to_thread.run_sync(note_stage_roots, session.now.folder, roots)
            if not files_only:
                # The parts of an earlier snapshot died with it: a tenant commits tables of one snapshot only.
                await journal.notes.pin(facts.SNAPSHOT, snapshot)
                for stage in stages:
                    if stage.kind == "database":
                        await journal.items.reset_stage(stage.name)
            _tell(session, STARTING, StageState.SUCCEEDED)
            for stage in stages:
                _tell(session, (stage.name, stage.title), StageState.WAITING)
            if commit:
                _tell(session, FINISHING, StageState.WAITING)
            watch = Stopwatch(read_limit(session.now.folder / LIMIT_FILE).at(datetime.now(UTC)))
            async with machines_kept(session.engine.events, journal):
                summary = await session.engine.dispatch.one(
                    Plugin.transfer,
                    calls.Transfer(
                        stages=[watch.timed(stage) for stage in stages],
                        snapshot=snapshot,
                        migration=migration,
                        journal=journal,
                        notes=journal.notes.of("transfer"),
                        workspace=session.now.folder,
                        rate=FileRateLimiter(session.now.folder / LIMIT_FILE),
                        stop=stop,
                        run=session.now.run,
                        baseline_only=session.now.only_missing,
                        commit=commit,
                    ),
                )
            await watch.stop(journal, stages)
    reasons = await left_behind(journal, session.engine.host.codes)
    session.log.supersede("left-behind", reasons)
    session.log.file("transfer", summary.findings)
    if not session.now.only_missing:
        await keep_gone(journal, summary.gone)
    if summary.stopped:
        raise await _interrupted(session)
    if summary.failed:
        raise FILES_NOT_CONFIRMED.error(
            sentence(
                "Files that could not be confirmed online: {failed}; the findings name them.", failed=summary.failed
            )
        )


async def is_frozen(session: MigrationSession) -> bool:
    """Tell whether this migration has frozen the installation, or begun to."""
    return facts.FROZEN in await session.journal.notes.pins()


async def _interrupted(session: MigrationSession) -> InterruptedRunError:
    known = await session.journal.notes.pins()
    if facts.FROZEN not in known or facts.may_be_importing(known):
        return INTERRUPTED.error()  # of an import, the end of the run tells
    return INTERRUPTED.error(
        sentence(
            "The run was stopped; all that was confirmed is journalled. The installation on site is still frozen."
        ),
        remedy=sentence(
            "Run the same command again to go on from there; `omt thaw` lets the users in again meanwhile."
        ),
    )


async def _transfer_or_thaw(session: MigrationSession, migration: OnlineMigration, stop: StopSignal) -> None:
    """Have all stages transferred and committed; what the tenant or a rule refuses undoes the freeze."""
    try:
        await _transfer_all(session, migration, stop, commit=True)
    except OnlineRefusedError as error:
        if error.code not in _OTHERS_ARE_AT_IT:
            await _thaw_after_refusal(session)
        raise
    except RefusedInSnapshotError as refused:
        # Only now: a snapshot that is held may keep the thaw from writing.
        await _thaw_after_refusal(session)
        raise refused.error from None


async def _thaw_after_refusal(session: MigrationSession) -> None:
    """Thaw, unless an earlier run had asked for the import: the tenant may be at it, and then users must stay out."""
    if (
        session.now.only_missing
        or not await is_frozen(session)
        or facts.COMPLETING in await session.journal.notes.pins()
    ):
        return
    located = session.now.located
    thawed = await thaw(session.engine, session.journal, located.installation, located.database)
    session.log.file("thaw", thawed.told())


def _tell(session: MigrationSession, row: tuple[str, str], state: StageState, detail: str = "") -> None:
    session.engine.events.emit(StageChanged(stage=row[0], title=row[1], state=state, detail=detail))
