"""The licence identity, which must stay what it was from the first start to the end of the live migration (W71)."""

from __future__ import annotations

from typing import NamedTuple

from typing_extensions import override

from omt_core.api import EarlierMigration, Licence, sentence
from omt_core.api.calls import EarlierRun
from omt_recovery.errors import LICENCE_IDENTITY_CHANGED


class Identity(NamedTuple):
    """Company name and serial number without the blanks around them that fixed-width columns add."""

    owner: str
    serial: str

    @classmethod
    def of(cls, known: EarlierRun | EarlierMigration | Licence) -> Identity:
        """Take the identity out of a record that has one."""
        return cls(known.owner.strip(), known.serial.strip())

    @override
    def __str__(self) -> str:
        return sentence("company '{owner}' with serial number '{serial}'", owner=self.owner, serial=self.serial)


def demand_same_identity(licence: Licence, *earlier: EarlierRun | EarlierMigration | None) -> None:
    """Raise `InstallationError` `licence-identity-changed` when an earlier run was made under another identity.

    Which of the two changed is told by showing both. Case matters: ND how the original compares, and a migration that
    is mistaken for another one does more harm than one that stops.
    """
    now = Identity.of(licence)
    for known in earlier:
        if known is not None and (then := Identity.of(known)) != now:
            told = {"then": str(then), "now": str(now)}
            raise LICENCE_IDENTITY_CHANGED.error(
                sentence(
                    "The migration cannot be resumed, because the company name or the serial number has changed."
                    " According to the tenant it was begun as {then}; the database now says {now}.",
                    **told,
                )
                if isinstance(known, EarlierMigration)
                else sentence(
                    "The migration cannot be resumed, because the company name or the serial number has changed."
                    " According to the journal it was begun as {then}; the database now says {now}.",
                    **told,
                )
            )
