"""The names of the values that the journal pins for a migration, and the licence identity among them (W71)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from omt_core.api.decisions import MigrationKind
from omt_core.api.installation import Licence
from omt_core.journal import Journal

OWNER: Final = "licence.owner"
SERIAL: Final = "licence.serial"
VERSION: Final = "licence.version"
ANSWERS: Final = "installation.answers"
STARTED: Final = "upload.kind"
"""Set when the first upload begins: `live` or `test`."""
SNAPSHOT: Final = "snapshot"
COMPLETED: Final = "completed"
"""Set once the tenant has verified and imported: when, in UTC."""
COMPLETING: Final = "completing"
"""The tenant's id of the migration, from the moment that it is asked to import until its answer is journalled."""
IMPORT_ASKED: Final = "import-asked"
"""When, in UTC, the import of a whole live migration was asked for, until it is known here how it ended, and told."""
OVERWRITING: Final = "overwriting"
"""Set while a full run replaces a completed test: the journal's items are then not those of what is online.

`live` or `test`, as that run is; in journals of 0.5.0 and before the tenant's id of the migration.
"""
FROZEN: Final = "frozen"
"""`FREEZE_INTENDED` from before the first to after the last change of a freeze or thaw, `FREEZE_WHOLE` while all of it
is frozen."""
FREEZE_INTENDED: Final = "intended"
FREEZE_WHOLE: Final = "frozen"
FROZEN_BY: Final = "frozen.by"
"""The plugins that were asked to freeze and can undo it, as a JSON list: without each of them a thaw is not whole."""
THAWED: Final = "thawed"
"""Set once a freeze was undone, whole: when, in UTC."""
CHANGES: Final = "changes-online"
"""What the last import changed online beside the contents, as JSON: numbers by what they count."""
CHANGES_ASKED: Final = "changes-asked"
"""The same of an import that was asked for and has not ended, so that a tool that is killed meanwhile can say it."""
GONE: Final = "gone"
"""What earlier runs sent and is no longer on site, as JSON: see `engine/upload/gone.py`."""


async def pin_licence(journal: Journal, licence: Licence) -> None:
    """Pin owner and serial number at the first run; later runs have been compared with them before this."""
    known = await journal.notes.pins()
    if SERIAL not in known:
        await journal.notes.pin(OWNER, licence.owner)
        await journal.notes.pin(SERIAL, licence.serial)
    if known.get(VERSION) != licence.version:
        await journal.notes.pin(VERSION, licence.version)


async def licence_of(journal: Journal) -> Licence | None:
    """Return the pinned licence, or None."""
    known = await journal.notes.pins()
    if SERIAL not in known:
        return None
    return Licence(owner=known[OWNER], serial=known[SERIAL], version=known.get(VERSION, ""))


def is_frozen_whole(known: Mapping[str, str]) -> bool:
    """Tell whether all of the installation is frozen, with no thaw begun since."""
    return known.get(FROZEN) == FREEZE_WHOLE


def may_be_importing(known: Mapping[str, str]) -> bool:
    """Tell whether the tenant may be importing a live migration, or have done so, with its answer not journalled."""
    return COMPLETING in known and IMPORT_ASKED in known


def begun_kind(known: Mapping[str, str]) -> MigrationKind | None:
    """Return whether what began last, and may be completed, is live or a test; None where nothing began.

    What is only asked for says nothing: a live migration that was refused leaves the test as what there is.
    """
    overwriting = known.get(OVERWRITING)
    if overwriting in set(MigrationKind):
        return MigrationKind(overwriting)
    return MigrationKind(known[STARTED]) if STARTED in known else None
