"""What one document is: a pure function of its number, so that a million of them take no memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from omt_simulator.chance import stream
from omt_simulator.people.users import SimulatedUser
from omt_simulator.words import FILE_TYPES, LONG_SUBJECT, SUBJECTS

FIRST_YEAR, LAST_YEAR = 2009, 2024
FIRST_YEAR_OF_MAIN_ARCHIVE = 2013
"""Documents registered before lie in the second archive root."""

ARCHIVES = (r"C:\SO_ARC", r"D:\SO_ARC2")

BORDERS = tuple(
    datetime.fromisoformat(moment)
    for moment in (
        "2014-01-01T00:00:00",
        "2013-12-31T23:59:59",
        "2014-08-01T00:00:00",
        "2014-07-31T23:59:59",
        "2016-02-29T12:00:00",
        "2012-12-31T23:59:59",
        "2013-01-01T00:00:00",
    )
)
"""The first documents are registered where a period, a year or an archive begins or ends."""

TWIN_EVERY = 40
"""Every fortieth document has the name of the one before it, told apart by `(2)` as the product does."""

MONTHS_FAR_FROM_BORDERS = (4, 10)


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One document: who owns it, when it was registered and what its file is called."""

    number: int
    owner: SimulatedUser
    registered: datetime
    subject: str
    name: str

    @property
    def archive(self) -> str:
        """The archive root that holds its file."""
        return ARCHIVES[self.registered.year < FIRST_YEAR_OF_MAIN_ARCHIVE]

    @property
    def extension(self) -> str:
        """The file type, without the dot."""
        return self.name.rpartition(".")[2]


def plan_document(seed: int, number: int, users: Sequence[SimulatedUser]) -> PlannedDocument:
    """Return the document with that number, counted from 1."""
    if number % TWIN_EVERY == 0:
        twin = plan_document(seed, number - 1, users)
        stem, _, extension = twin.name.rpartition(".")
        later = min(twin.registered + timedelta(minutes=5), twin.registered.replace(hour=23, minute=59, second=59))
        return replace(twin, number=number, registered=later, name=f"{stem}(2).{extension}")
    chance = stream(seed, "document", number)
    if number <= len(BORDERS):
        registered = BORDERS[number - 1]
    else:
        start = datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001
        seconds = int((datetime(LAST_YEAR, 11, 1) - start).total_seconds())  # noqa: DTZ001
        registered = start + timedelta(seconds=chance.randrange(seconds))
    subject = chance.choice(SUBJECTS)
    extension = chance.choices([e for e, _ in FILE_TYPES], [weight for _, weight in FILE_TYPES])[0]
    stem = f"{subject} {number}"
    if chance.random() < 0.02:  # noqa: PLR2004
        stem = f"{LONG_SUBJECT}{stem}"
    elif chance.random() < 0.1:  # noqa: PLR2004
        stem = stem.replace(" ", "_")
    return PlannedDocument(number, chance.choice(users), registered, subject, f"{stem}.{extension}")


def far_from_borders(document: PlannedDocument) -> PlannedDocument:
    """Return the same document registered in mid-April or mid-October, where no neighbouring period is in question."""
    month = MONTHS_FAR_FROM_BORDERS[document.registered.month > MONTHS_FAR_FROM_BORDERS[0] + 3]
    return replace(document, registered=document.registered.replace(month=month, day=15))
