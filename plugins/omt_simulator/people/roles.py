"""Roles and function rights: what makes an administrator is the right, never the role's name or id."""

from __future__ import annotations

from omt_simulator.database.writer import Database
from omt_simulator.people.users import ROLE_ADMINISTRATOR, ROLE_USER_ADMINISTRATOR

EMPLOYEE, EXTERNAL, ANONYMOUS, SYSTEM = range(4)
"""role.roleType (crm.md section 3)."""

ROLES = (
    ("User level 0", EMPLOYEE),
    ("User level 1", EMPLOYEE),
    ("User level 2", EMPLOYEE),
    ("Brukernivå 3", EMPLOYEE),
    ("User level 4", EMPLOYEE),
    ("User level 5", EMPLOYEE),
    ("List Administrator", EMPLOYEE),
    ("Lokal brukeransvarlig", EMPLOYEE),
    ("User Administrator", EMPLOYEE),
    ("External users", EXTERNAL),
    ("Anonymous", ANONYMOUS),
    ("System", SYSTEM),
)
ROLE_EXTERNAL, ROLE_ANONYMOUS, ROLE_SYSTEM = 10, 11, 12

FUNCTION_RIGHTS = (
    ("admin-all", None),
    ("admin-users", None),
    ("admin-lists", None),
    ("admin-role", None),
    ("admin-import", None),
    ("admin-preferences", None),
    ("admin-quote", "quote"),
    ("admin-script", None),
    ("hd-login", None),
    ("bulk-update", None),
    ("allow-bulk-export", None),
)
GRANTED = {
    ROLE_ADMINISTRATOR: ("admin-all", "hd-login", "bulk-update", "allow-bulk-export"),
    3: ("bulk-update", "hd-login"),
    7: ("admin-lists", "admin-import"),
    ROLE_USER_ADMINISTRATOR: ("admin-users", "admin-role"),
    9: ("admin-lists", "admin-preferences"),
}
"""Rights by role id. Role 9 bears an administrator's name and none of the two rights that make one."""


def write_roles(database: Database) -> None:
    """Fill role, functionright and the links between them."""
    for rank, (name, kind) in enumerate(ROLES, start=1):
        database.append("Role", name=name, rank=rank, roleType=kind, use_categories=0)
    ids = {
        name: database.append("FunctionRight", name=name, isBuiltIn=1, requiredModule=module)
        for name, module in FUNCTION_RIGHTS
    }
    for role, rights in GRANTED.items():
        for right in rights:
            database.append("FunctionRightRoleLink", roleId=role, functionRightId=ids[right])
