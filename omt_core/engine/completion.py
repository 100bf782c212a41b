"""Completion: has the tenant verify and import, and keeps its receipt (W76, W80, W98, W99)."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime

import anyio

from omt_core.api.decisions import RecoveryChoice
from omt_core.api.errors import OnlineError, OnlineRefusedError
from omt_core.api.events import StageProgress
from omt_core.api.online import CompletionRequest, OnlineMigration, UserAssignment
from omt_core.api.sentence import sentence
from omt_core.engine import facts
from omt_core.engine.findings import LEFT_ON_SITE, result_differs
from omt_core.engine.results.kept import keep_result
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload.live_import import ImportState, is_watched, pin_asked, pin_none_under_way
from omt_core.engine.upload.timings import judge_estimate, note_import


async def complete(session: MigrationSession, migration: OnlineMigration) -> None:
    """Ask for the import, wait until it is done, fetch the receipt, and pin that the migration is completed."""
    request = completion_request(session)
    await session.journal.notes.pin(
        facts.CHANGES_ASKED, None if session.now.only_missing else json.dumps(_changes(request))
    )
    await pin_asked(session)
    await session.journal.notes.pin(facts.COMPLETING, migration.id)
    began = time.monotonic()
    try:
        await _watch(session, migration, request)
    except OnlineRefusedError:
        with suppress(OnlineError):
            if await is_watched(migration) is ImportState.NONE:
                await pin_none_under_way(session)
        raise
    await note_import(session.journal, time.monotonic() - began)
    await _keep_result(session, migration)


async def join_import(session: MigrationSession, migration: OnlineMigration) -> bool:
    """Wait for the import that a run asked for which was killed then; tell whether there was one that ended well."""
    if (await session.journal.notes.pins()).get(facts.COMPLETING) != migration.id:
        return False
    if not await _watch(session, migration, None):
        await pin_none_under_way(session)
        return False
    await _keep_result(session, migration)
    return True


async def take_ended_import(session: MigrationSession) -> bool:
    """Take the result of an import that a killed run asked for, and that ended after this run had asked how it stands.

    Returns False where the tenant has completed nothing that this workspace waits for.
    """
    asked, target = (await session.journal.notes.pins()).get(facts.COMPLETING), session.now.located.target
    known = None if asked is None or target is None else (await target.status()).migration
    if target is None or known is None or not known.completed:
        return False
    if (known.id, known.kind) != (asked, session.now.decisions.kind):
        return False
    migration = await target.open(session.now.located.licence, known.kind, RecoveryChoice.MISSING)
    try:
        await _keep_result(session, migration)
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()
    return True


async def is_completed(session: MigrationSession) -> bool:
    """Tell whether this run has completed its migration, and journalled what came of it."""
    return session.now.completed is not None and facts.COMPLETING not in await session.journal.notes.pins()


async def is_as_imported(session: MigrationSession) -> bool:
    """Tell whether a recovery of missing files has found nothing that the tenant has not imported already.

    An import whose result is not journalled yet does not count: what it changed has still to be taken over.
    """
    if not session.now.only_missing or facts.COMPLETING in await session.journal.notes.pins():
        return False
    stages = await session.journal.items.stages()
    return all([await session.journal.items.is_imported(stage.name) for stage in stages])


async def keep_earlier_result(session: MigrationSession, migration: OnlineMigration) -> None:
    """Take receipt and manifest of the last import for the result of this run, as the online side has them."""
    await _fetch_result(session, migration)
    # What an earlier version imported it has not said what it was.
    await session.journal.items.mark_imported()
    await judge_estimate(session.journal)


async def _watch(session: MigrationSession, migration: OnlineMigration, request: CompletionRequest | None) -> bool:
    done = False
    async for progress in migration.complete(request):
        done = progress.state == "done"
        session.engine.events.emit(
            StageProgress(
                stage="finishing",
                items_done=progress.done,
                items_total=progress.total,
                bytes_done=0,
                bytes_total=0,
                sent_bytes=0,
                skipped_bytes=0,
                detail=progress.detail,
            )
        )
    return done


async def _fetch_result(session: MigrationSession, migration: OnlineMigration) -> None:
    completed = await migration.result(session.now.folder)
    session.complete(completed, (*completed.findings, *await result_differs(session.journal, completed)))


def _changes(request: CompletionRequest) -> dict[str, int]:
    return {
        sentence("plans assigned"): sum(user.plan is not None for user in request.users),
        sentence("user names assigned"): sum(user.user_name is not None for user in request.users),
        sentence("e-mail addresses removed from other persons"): len(request.removed_addresses),
    }


async def _keep_result(session: MigrationSession, migration: OnlineMigration) -> None:
    await _fetch_result(session, migration)
    asked = (await session.journal.notes.pins()).get(facts.CHANGES_ASKED)
    if asked is not None:
        # What was asked for, perhaps by a run that was killed then: it may have decided otherwise than this one.
        await session.journal.notes.pin(facts.CHANGES, asked)
        await session.journal.notes.pin(facts.CHANGES_ASKED, None)
    await session.journal.notes.pin(facts.STARTED, session.now.decisions.kind.value)
    await session.journal.notes.pin(facts.COMPLETED, datetime.now(UTC).isoformat())
    await session.journal.notes.pin(facts.OVERWRITING, None)
    await session.journal.notes.pin(facts.COMPLETING, None)
    await keep_result(session)
    # Last: whoever is killed before it has everything committed and imported anew.
    await session.journal.items.mark_imported()
    await judge_estimate(session.journal)


def completion_request(session: MigrationSession) -> CompletionRequest:
    """Put together what the tenant needs beside the committed stages. In recovery of missing files: no changes."""
    now, versions = session.now, session.engine.host.versions
    decisions = now.decisions
    waivers = tuple(map(str, now.waived))
    if now.only_missing:
        return CompletionRequest(plugins=versions, waivers=waivers)
    users = tuple(
        UserAssignment(
            login=user.login,
            associate_id=user.id,
            plan=decisions.plans.get(user.login),
            user_name=decisions.user_names.get(user.login) if user.login in decisions.plans else None,
        )
        for user in now.users
    )
    return CompletionRequest(
        users=users,
        removed_addresses=now.removed_addresses,
        welcome_mail=decisions.notifications.welcome,
        summary_address=decisions.notifications.summary,
        language=(decisions.contact and decisions.contact.language) or "en",
        plugins=versions,
        waivers=waivers,
        omitted=tuple(subject for one in now.findings if one.code == LEFT_ON_SITE for subject in one.subjects),
    )
