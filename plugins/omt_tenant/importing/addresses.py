"""The documented removal of e-mail rows of other persons that equal an assigned user name, in the new database only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from omt_core.api import OtherAddress, UserAssignment
from omt_crm.user_names import canonical_user_name
from omt_tenant.importing.customer_table import CustomerTable
from omt_tenant.importing.verification_failed import Detail

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_A_TIME = 1_000


def remove_addresses(
    connection: DuckDBPyConnection, addresses: Sequence[OtherAddress], users: Sequence[UserAssignment]
) -> Iterator[Detail]:
    """Remove exactly these rows; yield those that are not what was announced, after which nothing must be kept.

    A row goes only if it is there, holds the address announced for it, and that equals an assigned user name.
    """
    if not addresses:
        return
    emails = CustomerTable.find(connection, "email")
    if emails is None or not emails.has("email_id", "email_address"):
        yield Detail(code="address-unknown", subject="email", message="the database has no table of e-mail addresses")
        return
    assigned = {canonical_user_name(user.user_name) for user in users if user.user_name}
    for start in range(0, len(addresses), ROWS_AT_A_TIME):
        some = addresses[start : start + ROWS_AT_A_TIME]
        ids = [address.email_id for address in some]
        stored = dict(
            connection.execute(
                f"""
                SELECT TRY_CAST(email_id AS BIGINT), email_address::VARCHAR FROM {emails.sql}
                WHERE TRY_CAST(email_id AS BIGINT) IN (SELECT unnest(?::BIGINT[]))
                """,  # noqa: S608  # quoted
                [ids],
            ).fetchall()
        )
        for address in some:
            subject = f"e-mail row {address.email_id}"
            found = stored.get(address.email_id)
            if found != address.address:
                yield Detail(
                    code="address-differs", subject=subject, message=f"holds {found!r}, not {address.address!r}"
                )
            elif canonical_user_name(found) not in assigned:
                yield Detail(code="address-kept", subject=subject, message="equals no user name that was assigned")
        connection.execute(
            f"DELETE FROM {emails.sql} WHERE TRY_CAST(email_id AS BIGINT) IN (SELECT unnest(?::BIGINT[]))",  # noqa: S608  # quoted
            [ids],
        )
