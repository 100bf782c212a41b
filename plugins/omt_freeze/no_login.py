"""The No Login event, which keeps the Windows client out (crm.md section 7, crm.md W70)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from omt_core.api import (
    Finding,
    FindingRaised,
    Notice,
    PluginNotes,
    SourceDatabase,
    Table,
    Value,
    sentence,
)
from omt_core.api.calls import ConfirmFreeze, Freeze, Thaw
from omt_crm.numbers import whole_number
from omt_freeze import statements
from omt_freeze.errors import FREEZE_LIFTED, NO_LOGIN_EVENT_IMPOSSIBLE
from omt_freeze.event_id import reserve_event_id
from omt_freeze.findings import EVENT_CHANGED, EVENT_OF_OTHERS, FROZEN_BY_ANOTHER_RUN, TAKEN_OVER
from omt_freeze.mark import Mark, find_mark, own_mark
from omt_freeze.settings import FreezeSettings

NOTE = "no-login-event"
SYSTEM_WIDE, NO_OWNER = 1, 0
"""systemevent.scope and owner of an event for everybody."""

LONGEST_MESSAGE = 254
"""Characters of systemevent.eventmess."""


class EventNote(BaseModel):
    """What the journal keeps of the event. `intended`: the row may be there or not; `left`: it is someone else's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Literal["intended", "added", "left", "removed"]
    id: int
    key: str
    message: str


async def freeze_windows_client(call: Freeze, settings: FreezeSettings) -> None:
    """Add the event, unless one is there already; one of another run of this tool becomes this migration's own.

    Safe to repeat after a crash.
    """
    table = event_table(call.database)
    note = await _recall(call.notes)
    ours = note if note is not None and note.state in {"intended", "added"} else None
    key = ours.key if ours else settings.event_key
    present = await _event(call.database, key)
    if present is not None:
        await _accept_present(call, ours, key, *present)
        return
    if ours is None:
        event_id = await reserve_event_id(call.database)
        ours = EventNote(state="intended", id=event_id, key=key, message=_message(settings))
    await _remember(call.notes, ours.model_copy(update={"state": "intended"}))
    await _insert(call.database, table, ours)
    await _remember(call.notes, ours.model_copy(update={"state": "added"}))
    call.run.emit(
        Notice(message=sentence("Added the No Login event {id}: the Windows client lets nobody in.", id=ours.id))
    )


async def confirm_windows_client(call: ConfirmFreeze) -> None:
    """Raise `FreezeLiftedError` `freeze-lifted` where the event that kept users out, whoever's it is, is gone."""
    note = await _recall(call.notes)
    if note is not None and await _event(call.database, note.key) is None:
        raise FREEZE_LIFTED.error(
            sentence(
                "The No Login event {id} is gone, which kept users out of the Windows client: what they have entered"
                " since the database was read would not be online. Nothing was imported.",
                id=note.id,
            )
        )


async def thaw_windows_client(call: Thaw, settings: FreezeSettings) -> tuple[Finding, ...]:
    """Remove the event that this migration added, recognised by its id and all its texts."""
    if call.from_site:
        return await _thaw_marked(call, settings)
    note = await _recall(call.notes)
    if note is not None and note.state in {"intended", "added"}:
        removed = await call.database.write(
            statements.DELETE_EVENT, (note.id, note.key, note.message, SYSTEM_WIDE, NO_OWNER)
        )
        standing = await _standing(call.database, note)
        await _remember(call.notes, note.model_copy(update={"state": "removed"}))
        if removed:
            call.run.emit(Notice(message=sentence("Removed the No Login event {id}.", id=note.id)))
        return standing
    return await _standing(call.database, note)


async def _standing(database: SourceDatabase, note: EventNote | None) -> tuple[Finding, ...]:
    """Tell of the events that still keep users out: of other runs, and the one with the noted key of someone else."""
    if database.table("systemevent") is None:
        return ()
    found: list[Finding] = []
    for event_id, key, text in await database.rows(statements.EVENTS, (SYSTEM_WIDE, NO_OWNER)):
        event = EventNote(state="left", id=whole_number(event_id), key=str(key or ""), message=str(text or ""))
        mark = await _untouched(database, event)
        if mark is not None:
            message = sentence(
                "The No Login event {event}, which another run added {added}, keeps users out.",
                event=event.id,
                added=mark.told,
            )
            found.append(FROZEN_BY_ANOTHER_RUN.finding(message, (str(event.id),)))
        elif note is not None and note.state == "left" and event.key == note.key:
            found.append(_of_others(event))
        elif note is not None and note.state in {"intended", "added"} and event.key == note.key:
            message = sentence(
                "There is a No Login event {event} with the text '{text}', which is not what was added.",
                event=event.id,
                text=event.message,
            )
            found.append(EVENT_CHANGED.finding(message, (str(event.id),)))
    return tuple(found)


async def _untouched(database: SourceDatabase, event: EventNote) -> Mark | None:
    """Return the mark of an event that is as a freeze wrote it, or None.

    There can be one event with a key, so that an administrator who keeps users out himself may do so by changing ours.
    The product counts its changes of a row, and what we write ends with the mark.
    """
    mark = find_mark(event.message)
    if mark is None or not event.message.rstrip().endswith(str(mark)):
        return None
    table = database.table("systemevent")
    if table is not None and table.has("updatedCount"):
        rows = await database.rows(statements.CHANGES_OF_EVENT, (event.id,))
        if any(whole_number(count or 0) for (count,) in rows):
            return None
    return mark


async def _thaw_marked(call: Thaw, settings: FreezeSettings) -> tuple[Finding, ...]:
    """Remove every event that bears a mark of ours, and tell of one that keeps users out and bears none."""
    if call.database.table("systemevent") is None:
        return ()
    found: list[Finding] = []
    for event_id, key, message in await call.database.rows(statements.EVENTS, (SYSTEM_WIDE, NO_OWNER)):
        note = EventNote(state="left", id=whole_number(event_id), key=str(key or ""), message=str(message or ""))
        mark = find_mark(note.message)
        if mark is not None:
            await call.database.write(statements.DELETE_EVENT, (note.id, note.key, note.message, SYSTEM_WIDE, NO_OWNER))
            removed = sentence("Removed the No Login event {id}, which was added {added}.", id=note.id, added=mark.told)
            call.run.emit(Notice(message=removed))
        elif note.key == settings.event_key:
            found.append(_of_others(note))
    return tuple(found)


def _message(settings: FreezeSettings) -> str:
    mark = str(own_mark())
    return f"{settings.event_message[: LONGEST_MESSAGE - len(mark) - 1]} {mark}"


async def _accept_present(call: Freeze, ours: EventNote | None, key: str, event_id: int, message: str) -> None:
    if ours is not None and (ours.id, ours.message) == (event_id, message):
        await _remember(call.notes, ours.model_copy(update={"state": "added"}))
        return
    note = EventNote(state="left", id=event_id, key=key, message=message)
    mark = await _untouched(call.database, note)
    if mark is None:
        await _remember(call.notes, note)
        call.run.emit(FindingRaised(finding=_of_others(note)))
        return
    await _remember(call.notes, note.model_copy(update={"state": "added"}))
    told = sentence(
        "The No Login event {event}, which another run added {added}, was taken over.", event=event_id, added=mark.told
    )
    call.run.emit(FindingRaised(finding=TAKEN_OVER.finding(told, (str(event_id),))))


async def _insert(database: SourceDatabase, table: Table, note: EventNote) -> None:
    # ND how the empty associate of a tool is written: 0 is "no reference" everywhere. UtcDateTime columns have no zone.
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    values: dict[str, Value] = {
        "SystemEvent_id": note.id, "scope": SYSTEM_WIDE, "owner": NO_OWNER, "eventkey": note.key,
        "eventmess": note.message, "extraInfo": 0, "registered": now, "registered_associate_id": 0, "updated": now,
        "updated_associate_id": 0, "updatedCount": 0,
    }  # fmt: skip
    known = [column for column in values if table.has(column)]
    await database.write(statements.insert_event(known), [values[column] for column in known])


async def _event(database: SourceDatabase, key: str) -> tuple[int, str] | None:
    """Return id and text of the event with this key for everybody; a unique index allows one only."""
    rows = await database.rows(statements.EVENT_BY_KEY, (key, SYSTEM_WIDE, NO_OWNER))
    return (whole_number(rows[0][0]), str(rows[0][1] or "")) if rows else None


def event_table(database: SourceDatabase) -> Table:
    """Return the table of system events; raises `InstallationError` where it lacks what an event needs."""
    table = database.table("systemevent")
    lacking = [column for column in statements.REQUIRED_COLUMNS if table is None or not table.has(column)]
    if table is None or lacking:
        raise NO_LOGIN_EVENT_IMPOSSIBLE.error(
            sentence(
                "The table systemevent lacks {lacking}, so users cannot be kept out of the Windows client.",
                lacking=", ".join(lacking),
            )
        )
    return table


def _of_others(note: EventNote) -> Finding:
    message = sentence(
        "The No Login event {event} ('{text}') was there before this migration and is left as it is.",
        event=note.id,
        text=note.message,
    )
    return EVENT_OF_OTHERS.finding(message, (str(note.id),))


async def _recall(notes: PluginNotes) -> EventNote | None:
    text = await notes.recall(NOTE)
    return None if text is None else EventNote.model_validate_json(text)


async def _remember(notes: PluginNotes, note: EventNote) -> None:
    await notes.remember(NOTE, note.model_dump_json())
