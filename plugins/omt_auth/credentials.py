"""Rows of table credentials: which of them count today (crm.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from omt_auth import statements
from omt_core.api import SourceDatabase, Value
from omt_crm.associates import text
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import EMPTY_DATE

INBOUND = 1
"""credentials.isActive of those that log somebody on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential that counts. Its secret is in no representation."""

    associate_id: int
    secret: str = field(repr=False)


async def find_credential(database: SourceDatabase, *, kind: str, search_name: str) -> Credential | None:
    """Return the credential of this kind and name that is active and valid now, or None unless there is just one."""
    # ND: the zone of the two dates. UTC is within a day of any, and the product sets them years apart.
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = await database.rows(statements.CREDENTIALS_BY_SEARCH_NAME, (kind, search_name))
    found = [
        Credential(associate_id=whole_number(associate_id), secret=text(secret))
        for associate_id, secret, valid_from, valid_to, active in rows
        if whole_number(active) == INBOUND
        and ((_moment(valid_from) or datetime.min) <= now <= (_moment(valid_to) or datetime.max))  # noqa: DTZ901
    ]
    return found[0] if len(found) == 1 else None


async def has_secret(database: SourceDatabase, *, kind: str, prefix: str) -> bool:
    """Tell whether any credential of this kind has a secret that begins so, without fetching one."""
    ((count,),) = await database.rows(statements.SECRETS_OF_A_FORM, (kind, f"{prefix}%"))
    return whole_number(count) > 0


def _moment(value: Value) -> datetime | None:
    """Return a date, None for one that is not set."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year == EMPTY_DATE.year:
        return None
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
