"""A row of the query for documents: whether a file belongs to it at all, and in which periods to look for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from omt_archive.documents.roots import Period, period_of
from omt_archive.findings import (
    DOCUMENT_NAME_BLANK,
    DOCUMENT_NAME_HOSTILE,
    DOCUMENT_STORED_ELSEWHERE,
    DOCUMENT_WITHOUT_APPOINTMENT,
    DOCUMENT_WITHOUT_OWNER,
)
from omt_core.api import InventoryState, Row, Sentence, Value, one_line, sentence
from omt_crm.numbers import whole_number
from omt_crm.paths import as_opened, document_folder, neighbouring_folders, refuse_reason
from omt_crm.vocabulary import SO_ARC_PROVIDER

ORDINARY_NAME: Final = re.compile(
    r"(?!(?i:CON|PRN|AUX|NUL|COM.|LPT.) *(?:\.|\Z))\w[\w .,;()\[\]{}'&%#@!=+~–—-]{0,100}\w"
)
"""Names that `refuse_reason` is sure to accept, which are nearly all: it looks at each letter of each name."""

LOST_LETTER: Final = "?"
"""What a code page leaves of a letter that it does not have."""

_ANYBODY = "-"
"""Stands for a login where only the period is asked for."""


class DocumentRow(NamedTuple):
    """One document as the database knows it; `owner` is a login, or None where there is none."""

    key: str
    name: str
    provider: int
    registered: datetime | None
    has_appointment: bool
    owner: str | None
    refused: Sentence | None = None
    """Why the name cannot be a file's, where another name may be meant; in words that follow "the name"."""


class Unmovable(NamedTuple):
    """Why no file belongs to a document."""

    presence: InventoryState
    reason: str
    detail: str


def document_row(row: Row) -> DocumentRow:
    """Read a row of `statements.DOCUMENTS`."""
    key, name, provider, registered, appointment, owner = row
    return DocumentRow(
        str(key if isinstance(key, int) else whole_number(key)),
        "" if name is None else str(name),
        whole_number(provider) if provider else 0,
        moment(registered),
        appointment is not None,
        None if owner is None else as_opened(str(owner)),
    )


def unmovable(document: DocumentRow) -> Unmovable | None:
    """Say why a document has no file that could be moved (crm.md section 6, W96), or None."""
    if document.provider != SO_ARC_PROVIDER:
        detail = sentence("Its content is kept by the document plug-in {number}.", number=document.provider)
        return Unmovable(InventoryState.ELSEWHERE, DOCUMENT_STORED_ELSEWHERE.code, detail)
    if not document.name.strip():
        return Unmovable(InventoryState.REFUSED, DOCUMENT_NAME_BLANK.code, sentence("It has no file name."))
    if not document.has_appointment:
        return Unmovable(InventoryState.REFUSED, DOCUMENT_WITHOUT_APPOINTMENT.code, sentence("It has no appointment."))
    if not document.owner:
        return Unmovable(InventoryState.REFUSED, DOCUMENT_WITHOUT_OWNER.code, sentence("Its owner does not exist."))
    if ORDINARY_NAME.fullmatch(document.name) is None and (reason := refuse_reason(document.name)) is not None:
        return hostile_name(document.name, reason)
    return None


def meant(document: DocumentRow) -> DocumentRow | None:
    """Return a document of a hostile name as it can be looked for all the same, or None.

    The site opens a name without the dots and blanks behind it. A code page that lost a letter left `?` in its place:
    the site cannot open that file either, but what resembles it is worth telling.
    """
    reason = refuse_reason(document.name)
    name = as_opened(document.name)
    usable = refuse_reason(name.replace(LOST_LETTER, "x")) is None
    return document._replace(name=name, refused=reason) if usable else None


def hostile_name(name: str, reason: str) -> Unmovable:
    """Say that a document has a name that no file can have."""
    detail = sentence("Its file name '{name}' {reason}.", name=one_line(name), reason=reason)
    return Unmovable(InventoryState.REFUSED, DOCUMENT_NAME_HOSTILE.code, detail)


def hostile_login(login: str, reason: str) -> Unmovable:
    """Say that a document's owner has a login that must not become a folder."""
    detail = sentence("Its owner's login '{login}' {reason}.", login=one_line(login), reason=reason)
    return Unmovable(InventoryState.REFUSED, DOCUMENT_NAME_HOSTILE.code, detail)


def moment(value: Value) -> datetime | None:
    """Read a date as drivers give it; SQLite through ODBC may give text.

    One that no calendar of ours has (`0044-03-15 BC`, `0000-00-00`) or that is no date counts as not set (choice).
    """
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the columns have no zone
    if isinstance(value, str) and value.strip():
        try:
            return moment(datetime.fromisoformat(value.strip()))
        except ValueError:
            return None
    return None


def periods_of(registered: datetime | None, *, now: datetime) -> tuple[Period, ...]:
    """Return the period that a document belongs to and, at a border, the other one that it may lie in."""
    if registered is not None:
        whole_day = _periods_of_day(registered.date(), now)
        if whole_day:
            return whole_day
    return _periods(registered, now)


@lru_cache(maxsize=16_384)
def _periods_of_day(day: date, now: datetime) -> tuple[Period, ...]:
    """Return the periods of any moment of a day, or none if they differ within it: there are few days, many rows."""
    first = _periods(datetime(day.year, day.month, day.day), now)  # noqa: DTZ001
    last = _periods(datetime(day.year, day.month, day.day, 23, 59, 59), now)  # noqa: DTZ001
    return first if first == last and len(first) == 1 else ()


def _periods(registered: datetime | None, now: datetime) -> tuple[Period, ...]:
    folders: Sequence[str] = (
        document_folder(_ANYBODY, registered, now=now),
        *neighbouring_folders(_ANYBODY, registered, now=now),
    )
    found = (period_of(folder.rpartition("/")[2]) for folder in folders)
    return tuple(period for period in found if period is not None)
