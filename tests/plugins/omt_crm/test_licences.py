from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from omt_crm.administrators import read_administrator_rights, strongest_right
from omt_crm.licences import Licences, read_licences
from omt_database.drivers.sqlite import StdlibSqliteDriver
from omt_database.source import CrmDatabase

pytestmark = pytest.mark.anyio

TABLES = """
CREATE TABLE associate (associate_id INTEGER PRIMARY KEY, name TEXT, type INTEGER, deleted INTEGER);
CREATE TABLE ModuleOwner (ModuleOwner_id INTEGER PRIMARY KEY, ownerName TEXT);
CREATE TABLE ModuleLicense (ModuleLicense_id INTEGER PRIMARY KEY, moduleName TEXT, licenseType INTEGER,
    extraFlags INTEGER, ModuleOwner_id INTEGER);
CREATE TABLE LicenseAssocLink (LicenseAssocLink_id INTEGER PRIMARY KEY, moduleLicenseId INTEGER, assocId INTEGER);
CREATE TABLE UserRoleLink (UserRoleLink_id INTEGER PRIMARY KEY, associate_id INTEGER, role_id INTEGER);
CREATE TABLE FunctionRight (FunctionRight_id INTEGER PRIMARY KEY, name TEXT, requiredModule TEXT);
CREATE TABLE FunctionRightRoleLink (FunctionRightRoleLink_id INTEGER PRIMARY KEY, roleId INTEGER,
    functionRightId INTEGER);
INSERT INTO associate VALUES (1, 'HH', 0, 0), (2, 'AA', 0, 0);
INSERT INTO ModuleOwner VALUES (1, 'KVASIR'), (2, 'SUPEROFFICE');
INSERT INTO ModuleLicense VALUES (1, 'ten-sales', 3, 1, 1), (2, 'visible-for', 3, 0, 1), (3, 'replication', 1, 0, 1),
    (11, 'ten-sales', 3, 1, 2), (12, 'visible-for', 3, 0, 2), (13, 'replication', 3, 0, 2),
    (14, 'ten-service', 3, 1, 2), (15, 'superlicense-no-selection', 3, 1, 2), (16, 'sentry', 1, 2, 2),
    (17, 'dormant', 2, 0, 2);
INSERT INTO FunctionRight VALUES (1, 'admin-all', 'Replication'), (2, 'Admin-Users', NULL), (3, 'admin-lists', NULL);
INSERT INTO FunctionRightRoleLink VALUES (1, 5, 1), (2, 6, 2), (3, 7, 3);
"""


class Crm:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.run(TABLES)

    def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(script)

    def assign(self, associate: int, *modules: int) -> None:
        for module in modules:
            self.run(f"INSERT INTO LicenseAssocLink (moduleLicenseId, assocId) VALUES ({module}, {associate})")

    async def licences(self) -> Licences:
        database = await CrmDatabase.open(StdlibSqliteDriver(self.path, login_timeout=5))
        try:
            return await read_licences(database)
        finally:
            await database.aclose()

    async def right(self, associate: int) -> str | None:
        database = await CrmDatabase.open(StdlibSqliteDriver(self.path, login_timeout=5))
        try:
            return (await read_administrator_rights(database, await read_licences(database))).of(associate)
        finally:
            await database.aclose()


@pytest.fixture
def crm(tmp_path: Path) -> Crm:
    return Crm(tmp_path / "crm.sqlite")


async def test_a_module_of_a_partner_is_no_plan_whatever_its_name_and_its_flags(crm: Crm) -> None:
    crm.assign(1, 1)
    assert (await crm.licences()).plan_of(1) is None
    crm.assign(1, 14)
    assert (await crm.licences()).plan_of(1) == "ten-service"


async def test_no_selection_is_no_plan(crm: Crm) -> None:
    crm.assign(1, 15)
    assert (await crm.licences()).plan_of(1) is None


async def test_a_module_of_a_partner_gives_nobody_confidential_activities(crm: Crm) -> None:
    crm.assign(1, 2)
    crm.assign(2, 12)
    licences = await crm.licences()
    assert (licences.has(1, "visible-for"), licences.has(2, "Visible-For")) == (False, True)


async def test_a_required_module_is_the_vendors_own(crm: Crm) -> None:
    crm.run("INSERT INTO UserRoleLink VALUES (1, 1, 5)")
    crm.assign(1, 3)  # a partner's, and for the whole site
    assert await crm.right(1) is None
    crm.assign(1, 13)
    assert await crm.right(1) == "admin-all"


async def test_a_licence_of_the_site_is_held_by_everybody_and_one_of_a_satellite_by_nobody(crm: Crm) -> None:
    licences = await crm.licences()
    assert (licences.holds(2, "sentry"), licences.has(2, "sentry"), licences.holds(2, "dormant")) == (
        True,
        False,
        False,
    )


async def test_without_owners_of_modules_all_of_them_count(crm: Crm) -> None:
    crm.assign(1, 1)
    crm.run("DROP TABLE ModuleOwner")
    assert (await crm.licences()).plan_of(1) == "ten-sales"


async def test_a_database_without_licences_has_none(crm: Crm) -> None:
    crm.run("DROP TABLE ModuleLicense; DROP TABLE LicenseAssocLink")
    licences = await crm.licences()
    assert (licences.modules, licences.plan_of(1), licences.holds(1, "sentry")) == ({}, None, False)


async def test_an_administrator_has_a_right_in_any_case_and_the_stronger_of_two_is_told(crm: Crm) -> None:
    crm.run("INSERT INTO UserRoleLink VALUES (1, 1, 6), (2, 2, 7)")
    assert (await crm.right(1), await crm.right(2)) == ("admin-users", None)
    assert strongest_right(["x", "ADMIN-USERS ", "admin-all"]) == "admin-all"
