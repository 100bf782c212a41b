"""User plans and user names, written to the new database only (W44-W68).

The decisions stand in `omt.users`; `associate.userName` is set too where the customer's version has that column
(9.2 and later, crm.md section 3). ND: how the vendor turns plans into licence rows online. Those that came
(`LicenseAssocLink`) are bound to the on-site database by their hash (section 2) and are left as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omt_core.api import UserAssignment, UserPlan
from omt_crm.user_names import canonical_user_name
from omt_tenant.importing.fingerprint import columns_of
from omt_tenant.importing.identifiers import StoredTable, folded, stored_tables
from omt_tenant.importing.verification import Detail

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTable:
    """Where it lies; `columns` by folded name."""

    table: StoredTable
    columns: frozenset[str]

    @staticmethod
    def find(connection: DuckDBPyConnection, name: str) -> CustomerTable | None:
        """Return the imported table of this name, in any case, or None. Of twins it is the one of just this name."""
        spelled = [table for table in stored_tables(connection).values() if folded(table.name) == folded(name)]
        if not spelled:
            return None
        table = min(spelled, key=lambda table: (table.name != name, table.is_twin))
        columns = frozenset(folded(column.name) for column in columns_of(connection, table))
        return CustomerTable(table=table, columns=columns)

    @property
    def sql(self) -> str:
        """Return the quoted name."""
        return self.table.sql

    def has(self, *columns: str) -> bool:
        """Tell whether there are columns of all these names, in any case."""
        return all(folded(column) in self.columns for column in columns)


def check_users(
    users: Sequence[UserAssignment], plans: Sequence[UserPlan], taken: Callable[[Sequence[str]], Collection[str]]
) -> Iterator[Detail]:
    """Yield every reason why these decisions cannot be applied, as far as that needs no database."""
    for name, count in Counter(user.login for user in users).items():
        if count > 1:
            yield Detail(code="user-duplicate", subject=name, message=f"is listed {count} times")
    for user in users:
        if user.plan is not None and not user.user_name:
            yield Detail(code="user-name-missing", subject=user.login, message="has a plan but no user name")
        if user.plan is None and user.user_name:
            yield Detail(code="user-plan-missing", subject=user.login, message="has a user name but no plan")
    yield from _check_seats(users, plans)
    yield from _check_names(users, taken)


def _check_seats(users: Sequence[UserAssignment], plans: Sequence[UserPlan]) -> Iterator[Detail]:
    known = {plan.name: plan for plan in plans}
    for name, count in sorted(Counter(user.plan for user in users if user.plan is not None).items()):
        plan = known.get(name)
        if plan is None:
            yield Detail(code="plan-unknown", subject=name, message="is not a plan that exists here")
        elif plan.used + count > plan.total:
            free = plan.total - plan.used
            yield Detail(
                code="plan-overbooked", subject=name, message=f"has {free} free seats, not the {count} assigned"
            )


def _check_names(
    users: Sequence[UserAssignment], taken: Callable[[Sequence[str]], Collection[str]]
) -> Iterator[Detail]:
    holders: dict[str, UserAssignment] = {}
    names = [user.user_name for user in users if user.user_name]
    elsewhere = set(taken(names)) if names else set()
    for user in users:
        if not user.user_name:
            continue
        other = holders.setdefault(canonical_user_name(user.user_name), user)
        if other is not user:
            message = f"its user name {user.user_name} is also that of {other.login}"
            yield Detail(code="user-name-duplicate", subject=user.login, message=message)
        if user.user_name in elsewhere:
            message = f"its user name {user.user_name} is held by somebody elsewhere"
            yield Detail(code="user-name-taken", subject=user.login, message=message)


def write_users(connection: DuckDBPyConnection, users: Sequence[UserAssignment]) -> Iterator[Detail]:
    """Write the decisions and yield the users that the new database does not know; then nothing must be kept."""
    connection.execute(
        "CREATE TABLE omt.users (login VARCHAR NOT NULL, associate_id BIGINT NOT NULL, plan VARCHAR, user_name VARCHAR)"
    )
    if not users:
        return
    connection.executemany(
        "INSERT INTO omt.users VALUES (?, ?, ?, ?)",
        [[user.login, user.associate_id, user.plan, user.user_name] for user in users],
    )
    associates = CustomerTable.find(connection, "associate")
    if associates is None or not associates.has("associate_id", "name"):
        yield Detail(code="user-unknown", subject="associate", message="the database has no table of users")
        return
    known = dict(
        connection.execute(
            f"SELECT TRY_CAST(associate_id AS BIGINT), name::VARCHAR FROM {associates.sql}"  # noqa: S608  # quoted
        ).fetchall()
    )
    for user in users:
        if known.get(user.associate_id) != user.login:
            message = f"is not the associate {user.associate_id} of the database that was sent"
            yield Detail(code="user-unknown", subject=user.login, message=message)
    if associates.has("userName"):
        connection.execute(
            f"""
            UPDATE {associates.sql} AS associate SET "userName" = decided.user_name FROM omt.users AS decided
            WHERE TRY_CAST(associate.associate_id AS BIGINT) = decided.associate_id AND decided.user_name IS NOT NULL
            """  # noqa: S608  # quoted
        )
