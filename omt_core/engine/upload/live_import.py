"""The import of a live migration, as long as it is not known here how it ended: users must stay out meanwhile (W82).

The tenant goes on with an import whatever becomes of the tool, and may complete the migration with nobody listening.
What users enter on site after it was asked for is then not online.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

import anyio

from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import OnlineError
from omt_core.api.findings import Finding
from omt_core.api.installation import Licence
from omt_core.api.online import OnlineMigration, OnlineTarget
from omt_core.api.sentence import sentence
from omt_core.api.text import local_time
from omt_core.engine import facts
from omt_core.engine.errors import THAW_WHILE_IMPORTING, USERS_LET_IN_MEANWHILE
from omt_core.engine.findings import ENTERED_AFTER_IMPORT, THAWED_WHILE_IMPORTING
from omt_core.engine.session import MigrationSession
from omt_core.journal import Journal

ASKING_SECONDS: Final = 30.0
"""How long a thaw waits for what the tenant says: users and their administrator wait too."""


class ImportState(Enum):
    """How an import stands that was asked for."""

    NONE = auto()
    """It failed, or did not begin."""
    UNDER_WAY = auto()
    COMPLETED = auto()
    UNKNOWN = auto()
    """The tenant cannot be asked, or is another one."""


async def pin_asked(session: MigrationSession) -> None:
    """Pin that the import is asked for now, if it makes the database live. One of missing files leaves it as it is."""
    if not session.now.only_missing:
        live = session.now.decisions.kind is MigrationKind.LIVE
        await session.journal.notes.pin(facts.IMPORT_ASKED, datetime.now(UTC).isoformat() if live else None)


async def pin_none_under_way(session: MigrationSession) -> None:
    """Pin that the tenant has said that it imports nothing. In recovery of missing files that is no news."""
    if not session.now.only_missing:
        await session.journal.notes.pin(facts.IMPORT_ASKED, None)


async def is_watched(migration: OnlineMigration) -> ImportState:
    """Tell how the import of an open migration stands. Raises `OnlineError`."""
    async for progress in migration.complete(None):
        return ImportState.COMPLETED if progress.state == "done" else ImportState.UNDER_WAY
    return ImportState.NONE


async def refuse_thaw(
    journal: Journal, licence: Licence, target: OnlineTarget | None, *, insisted: bool
) -> tuple[Finding, ...]:
    """Ask the tenant, before a thaw, for a live import whose end is not known here; without one there is no question.

    Without a `target` the tenant cannot be asked. Then it is refused too, unless somebody has `insisted`: what is
    returned is then to be told. Raises `OnlineRefusedError` `thaw-while-importing`.
    """
    known = await journal.notes.pins()
    if not facts.may_be_importing(known):
        return ()
    state = ImportState.UNKNOWN if target is None else await _asked(target, licence, known)
    if state is ImportState.NONE:
        await journal.notes.pin(facts.IMPORT_ASKED, None)
        return ()
    if state is ImportState.COMPLETED:
        told = sentence(
            "The tenant has completed this live migration: what users enter on site from now on is not online."
        )
        return (THAWED_WHILE_IMPORTING.finding(told),)
    if state is ImportState.UNDER_WAY:
        raise THAW_WHILE_IMPORTING.error(
            sentence("The tenant is importing this live migration: what users enter on site now would not be online.")
        )
    if not insisted:
        raise THAW_WHILE_IMPORTING.error(
            sentence(
                "The tenant may be importing this live migration, and cannot be asked: what users enter on site now may"
                " not be online."
            ),
            remedy=sentence(
                "Run the same command again: it waits for the import and tells how it ended. Users must stay out until"
                " then. `omt thaw --answers FILE` asks the tenant, and thaws where it cannot be reached."
            ),
        )
    return (THAWED_WHILE_IMPORTING.finding(THAWED_WHILE_IMPORTING.meaning),)


async def tell_thawed_since(session: MigrationSession) -> None:
    """Tell, of a live import that has ended well, if users were let in on site after it was asked for.

    All was frozen when it was asked for, and no freeze is made again before its end is known: so a thaw came since,
    whole or half, where not all is frozen any more, whatever the machine's clock says. Raises `FindingsError`
    `users-let-in-meanwhile`.
    """
    known = await session.journal.notes.pins()
    if facts.IMPORT_ASKED not in known:
        return
    if facts.is_frozen_whole(known):
        await session.journal.notes.pin(facts.IMPORT_ASKED, None)
        return
    told = ENTERED_AFTER_IMPORT.meaning
    if facts.FROZEN not in known and facts.THAWED in known:
        told = sentence(
            "The tenant has completed this live migration with what was on site before its import was asked for, and"
            " users were let in on site on {moment}: what they have entered since is not online.",
            moment=local_time(datetime.fromisoformat(known[facts.THAWED])),
        )
    session.log.file("thawed-since", (ENTERED_AFTER_IMPORT.finding(told),))
    await session.journal.notes.pin(facts.IMPORT_ASKED, None)
    raise USERS_LET_IN_MEANWHILE.error(told)


async def _asked(target: OnlineTarget, licence: Licence, known: Mapping[str, str]) -> ImportState:
    state = ImportState.UNKNOWN
    with anyio.move_on_after(ASKING_SECONDS):
        try:
            state = await _told(target, licence, known)
        except OnlineError:
            return ImportState.UNKNOWN
    return state


async def _told(target: OnlineTarget, licence: Licence, known: Mapping[str, str]) -> ImportState:
    online = (await target.status()).migration
    if online is None or online.id != known[facts.COMPLETING]:
        return ImportState.UNKNOWN
    if online.completed and online.kind is MigrationKind.LIVE:
        return ImportState.COMPLETED
    choice = RecoveryChoice.OVERWRITE_TEST if facts.OVERWRITING in known else None
    migration = await target.open(licence, MigrationKind.LIVE, choice)
    try:
        return await is_watched(migration)
    finally:
        with anyio.CancelScope(shield=True):
            await migration.aclose()
