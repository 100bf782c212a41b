"""A small CRM database with an administrator, a retired one, and a user without rights."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from omt_core.api.calls import Authenticate
from omt_core.api.events import Event
from omt_core.api.installation import DatabaseLocation, Installation
from omt_database.drivers.sqlite import StdlibSqliteDriver
from omt_database.source import CrmDatabase

SALT = b"sixteen byte sal"
TABLES = {
    "associate": ("associate_id", "name", "type", "deleted", "person_id"),
    "credentials": (
        "Credentials_id", "associateId", "credentialType", "searchName", "secret", "validFrom", "validTo", "isActive",
    ),
    "userrolelink": ("UserRoleLink_id", "associate_id", "role_id"),
    "functionrightrolelink": ("FunctionRightRoleLink_id", "roleId", "functionRightId"),
    "functionright": ("FunctionRight_id", "name", "requiredModule"),
    "modulelicense": ("ModuleLicense_id", "moduleName", "licenseType"),
    "licenseassoclink": ("LicenseAssocLink_id", "moduleLicenseId", "assocId"),
    "person": ("person_id", "firstname", "middleName", "lastname"),
    "email": ("email_id", "person_id", "email_address", "type", "rank"),
    "phone": ("phone_id", "owner_id", "phone", "ptype_idx", "rank"),
}  # fmt: skip
ADMINISTRATORS, USER_ADMINISTRATORS, OTHERS = 1, 2, 3
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "associate": [
        (1, "ÆØ", 0, 0, 11),
        (2, "UA", 0, 0, 12),
        (3, "RT", 0, 1, 13),
        (4, "NO", 0, 0, 14),
        (5, "SYS", 13, 0, 0),
    ],
    "userrolelink": [
        (1, 1, ADMINISTRATORS),
        (2, 2, USER_ADMINISTRATORS),
        (3, 3, ADMINISTRATORS),
        (4, 4, OTHERS),
        (5, 5, ADMINISTRATORS),
    ],
    "functionrightrolelink": [
        (1, ADMINISTRATORS, 1),
        (2, ADMINISTRATORS, 2),
        (3, USER_ADMINISTRATORS, 2),
        (4, OTHERS, 3),
    ],
    "functionright": [(1, "admin-all", None), (2, "admin-users", ""), (3, "admin-lists", None)],
    "person": [
        (11, "Åse", "", "Ørn"),
        (12, "Una", "B.", "Dahl"),
        (13, "Rut", None, "Tangen"),
        (14, "Nils", None, "Olsen"),
    ],
    "email": [
        (1, 11, "second@example.com", 0, 2),
        (2, 11, "first@example.com", 0, 1),
        (3, 11, "first@example.com", 0, 3),
        (4, 11, "www.example.com", 1, 0),
        (5, 12, "una@example.com", None, 1),
    ],
    "phone": [
        (1, 11, "+47 2", 16389, 2),
        (2, 11, "+47 1", 16385, 1),
        (3, 11, "fax", 16387, 0),
        (4, 11, "company", 1, 0),
    ],
}


def secret_of(password: str) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, 100_000)
    return f"OMTSIM1:{base64.b64encode(SALT).decode()}:{base64.b64encode(digest).decode()}"


class Surroundings:
    workspace: Path | None = None

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class Crm:
    """Rows may be added until it is first asked something."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection, connection:
            for table, columns in TABLES.items():
                named = ", ".join(f'"{column}"' for column in columns)
                connection.execute(f'CREATE TABLE "{table}" ({named}, PRIMARY KEY ("{columns[0]}"))')
        for table, rows in ROWS.items():
            self.add(table, *rows)

    def add(self, table: str, *rows: tuple[Any, ...]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for row in rows:
                connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', row)

    def run(self, sql: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql)

    def add_password(self, associate: int, login: str, password: str = "planted-right", **columns: Any) -> None:
        row = {"validFrom": None, "validTo": None, "isActive": 1, "secret": secret_of(password)} | columns
        self.add(
            "credentials",
            (
                None,
                associate,
                "CRM5/PASSWORD",
                login.upper(),
                row["secret"],
                row["validFrom"],
                row["validTo"],
                row["isActive"],
            ),
        )

    def ask(
        self,
        question: Callable[[Authenticate], Awaitable[Any]],
        user: str,
        password: str = "planted-right",
        web: tuple[str, ...] = (),
    ) -> Any:
        async def asked() -> Any:
            database = await CrmDatabase.open(StdlibSqliteDriver(self.path, login_timeout=5))
            try:
                installation = Installation(database=DatabaseLocation(dbms="sqlite"), web_services=web)
                call = Authenticate(
                    installation=installation,
                    database=database,
                    user=user,
                    password=SecretStr(password),
                    run=Surroundings(),
                )
                return await question(call)
            finally:
                await database.aclose()

        return anyio.run(asked)


@pytest.fixture
def crm(tmp_path: Path) -> Crm:
    return Crm(tmp_path / "crm.sqlite")
