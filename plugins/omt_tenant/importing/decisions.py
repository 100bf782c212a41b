"""The third step of an import: the migrator's decisions, applied to the new database in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from omt_core.api import CompletionRequest, OtherAddress, UserAssignment, UserPlan
from omt_crm.user_names import canonical_user_name
from omt_protocol.receipt import Changes, TableTotals
from omt_tenant.importing.fingerprint import columns_of, measure
from omt_tenant.importing.identifiers import stored_tables
from omt_tenant.importing.users import CustomerTable, check_users, write_users
from omt_tenant.importing.verification import Detail, Reasons

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


CHANGED = frozenset({"associate", "email"})
"""The only tables of the customer's that decisions change."""


def check_decisions(
    request: CompletionRequest, plans: Sequence[UserPlan], taken: Callable[[Sequence[str]], Collection[str]]
) -> None:
    """Refuse decisions that cannot be applied before any work is done; raises `VerificationFailedError`."""
    reasons = Reasons()
    reasons.extend(check_users(request.users, plans, taken))
    reasons.raise_if_any()


def apply_decisions(connection: DuckDBPyConnection, request: CompletionRequest) -> None:
    """Apply all decisions or none, and note what they changed; leaves out what an interrupted import did already.

    `omt.authorisations`, which applications fill online, is new and empty in each database: a repeated migration resets
    users and authorisations (W35).
    """
    if not _exists(connection, "users"):
        with _transaction(connection):
            reasons = Reasons()
            connection.execute("CREATE TABLE omt.authorisations (application VARCHAR NOT NULL, login VARCHAR NOT NULL)")
            reasons.extend(write_users(connection, request.users))
            reasons.extend(remove_addresses(connection, request.removed_addresses, request.users))
            reasons.raise_if_any()
    if not _exists(connection, "changed_tables"):
        changed = list(_measure_changed(connection))
        with _transaction(connection):
            connection.execute("CREATE TABLE omt.changed_tables AS SELECT * FROM omt.tables LIMIT 0")
            for totals in changed:
                connection.execute(
                    "INSERT INTO omt.changed_tables VALUES (?, ?, ?)", [totals.table, totals.rows, totals.fingerprint]
                )


def changes_of(request: CompletionRequest) -> Changes:
    """Count what the decisions change."""
    return Changes(
        users=len(request.users),
        plans_assigned=sum(user.plan is not None for user in request.users),
        user_names_assigned=sum(user.user_name is not None for user in request.users),
        addresses_removed=len(request.removed_addresses),
    )


def changed_tables(connection: DuckDBPyConnection) -> tuple[TableTotals, ...]:
    """Return how the tables stand that the decisions changed, sorted by name."""
    rows = connection.execute('SELECT "table", rows, fingerprint FROM omt.changed_tables ORDER BY "table"').fetchall()
    return tuple(TableTotals(table=name, rows=count, fingerprint=fingerprint) for name, count, fingerprint in rows)


def _exists(connection: DuckDBPyConnection, name: str) -> bool:
    """Tell whether the tenant's own schema has this table."""
    answer = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'omt' AND table_name = ?", [name]
    ).fetchone()
    return answer is not None and answer[0] > 0


@contextmanager
def _transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _measure_changed(connection: DuckDBPyConnection) -> Iterator[TableTotals]:
    tables = stored_tables(connection)
    for name, rows, fingerprint in connection.execute("SELECT * FROM omt.tables").fetchall():
        if name.lower() in CHANGED:
            found = measure(connection, tables[name], columns_of(connection, tables[name]))
            totals = TableTotals(table=name, rows=found.rows, fingerprint=f"{found.fingerprint:032x}")
            if (totals.rows, totals.fingerprint) != (rows, fingerprint):
                yield totals


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
