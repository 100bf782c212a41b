"""The folder of a document: `<owner's login>/<YYYY>.<P>` (crm.md section 6).

P is 1 for January to July and 2 for August to December, as both of the vendor's document plug-ins count.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_MONTH_OF_SECOND_PERIOD = 8

UNSET_YEARS = frozenset({1, 1760, 1970})
"""A date of these years means that none was set: the product then takes today's.

ND: documented for 1970 alone; 1760-01-01 is the product's other empty date (crm.md section 2), 0001-01-01 that of .NET,
in which it is written. Other early years are taken as they are, and lead to a folder that hardly is there.
"""

EARLIEST_ZONE, LATEST_ZONE = timedelta(hours=-12), timedelta(hours=14)
"""How far local time can be from UTC.

ND: whether the period is counted in UTC or in local time, so that within these bounds of a border both are looked at.
"""


def period(moment: datetime) -> str:
    """Return the period that a moment lies in, `2006.2`: a year always has four digits (ND before 1000)."""
    return f"{moment.year:04}.{1 if moment.month < FIRST_MONTH_OF_SECOND_PERIOD else 2}"


def document_folder(login: str, registered: datetime | None, *, now: datetime) -> str:
    """Return the folder, with `/`, of a document registered at that moment (UTC); `now` stands for a date not set."""
    return f"{login}/{period(_effective(registered, now))}"


def neighbouring_folders(login: str, registered: datetime | None, *, now: datetime) -> tuple[str, ...]:
    """Return the other folders that local time may have put the document in: none, or one at a border of periods."""
    moment = _effective(registered, now)
    own = period(moment)
    others = dict.fromkeys(period(_shifted(moment, zone)) for zone in (EARLIEST_ZONE, LATEST_ZONE))
    return tuple(f"{login}/{other}" for other in others if other != own)


def _effective(registered: datetime | None, now: datetime) -> datetime:
    return now if registered is None or registered.year in UNSET_YEARS else registered


def _shifted(moment: datetime, zone: timedelta) -> datetime:
    try:
        return moment + zone
    except OverflowError:  # beyond year 9999, which the product writes for "never"
        return moment
