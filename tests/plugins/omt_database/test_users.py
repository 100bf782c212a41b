from __future__ import annotations

from collections.abc import Sequence

import pytest

from omt_core.api.database import Row, Value
from omt_database.source import CrmDatabase
from omt_database.users import read_photo, read_users
from omt_simulator import SimulationSpec, generate
from tests.plugins.omt_database.engines import sqlite_engine

pytestmark = pytest.mark.anyio

TABLES = """
CREATE TABLE associate (associate_id INTEGER PRIMARY KEY, name VARCHAR(20), type INTEGER, deleted INTEGER,
    person_id INTEGER, group_idx INTEGER);
CREATE TABLE person (person_id INTEGER PRIMARY KEY, contact_id INTEGER, firstname VARCHAR(50), middleName VARCHAR(50),
    lastname VARCHAR(50), position_idx INTEGER, title VARCHAR(50));
CREATE TABLE contact (contact_id INTEGER PRIMARY KEY, name VARCHAR(50));
CREATE TABLE PersPos (PersPos_id INTEGER PRIMARY KEY, name VARCHAR(50));
CREATE TABLE UserGroup (UserGroup_id INTEGER PRIMARY KEY, name VARCHAR(50));
CREATE TABLE Role (Role_id INTEGER PRIMARY KEY, name VARCHAR(50));
CREATE TABLE UserRoleLink (UserRoleLink_id INTEGER PRIMARY KEY, associate_id INTEGER, role_id INTEGER);
CREATE TABLE FunctionRight (FunctionRight_id INTEGER PRIMARY KEY, name VARCHAR(50), requiredModule VARCHAR(50));
CREATE TABLE FunctionRightRoleLink (FunctionRightRoleLink_id INTEGER PRIMARY KEY, roleId INTEGER,
    functionRightId INTEGER);
CREATE TABLE Email (email_id INTEGER PRIMARY KEY, person_id INTEGER, type INTEGER, email_address VARCHAR(99),
    rank INTEGER);
CREATE TABLE phone (phone_id INTEGER PRIMARY KEY, owner_id INTEGER, ptype_idx INTEGER, phone VARCHAR(50), rank INTEGER);
CREATE TABLE ModuleLicense (ModuleLicense_id INTEGER PRIMARY KEY, moduleName VARCHAR(50), licenseType INTEGER,
    extraFlags INTEGER);
CREATE TABLE LicenseAssocLink (LicenseAssocLink_id INTEGER PRIMARY KEY, moduleLicenseId INTEGER, assocId INTEGER);
CREATE TABLE sequence (id INTEGER PRIMARY KEY, next_id INTEGER, TableName VARCHAR(50), TableNumber INTEGER);
CREATE TABLE BinaryObjectLink (BinaryObjectLink_id INTEGER PRIMARY KEY, binaryObjectId INTEGER, ownerTable INTEGER,
    ownerRecord INTEGER, linkType INTEGER, rank INTEGER);
INSERT INTO associate VALUES (1, 'HH', 0, 0, 11, 1);
INSERT INTO associate VALUES (2, 'aa', 0, NULL, 12, 2);
INSERT INTO associate VALUES (3, 'GONE', 0, 1, 13, 1);
INSERT INTO associate VALUES (4, 'SYSTEM0', 13, 0, 14, 1);
INSERT INTO associate VALUES (5, 'LONE', 0, 0, 0, 0);
INSERT INTO person VALUES (11, 1, 'Hanne', ' Marie ', 'Hansen', 1, 'Boss');
INSERT INTO person VALUES (12, 99, 'Åse', NULL, 'Ærlig', 0, 'Free title');
INSERT INTO contact VALUES (1, 'Nordlys');
INSERT INTO PersPos VALUES (1, 'Manager');
INSERT INTO UserGroup VALUES (1, 'Sales');
INSERT INTO Role VALUES (1, 'User level 5');
INSERT INTO Role VALUES (2, 'General Administrator');
INSERT INTO Role VALUES (3, 'Quoter');
INSERT INTO UserRoleLink VALUES (1, 1, 1);
INSERT INTO UserRoleLink VALUES (2, 2, 2);
INSERT INTO UserRoleLink VALUES (3, 5, 3);
INSERT INTO FunctionRight VALUES (1, 'admin-all', NULL);
INSERT INTO FunctionRight VALUES (2, 'admin-users', 'quote');
INSERT INTO FunctionRight VALUES (3, 'admin-lists', NULL);
INSERT INTO FunctionRightRoleLink VALUES (1, 1, 1);
INSERT INTO FunctionRightRoleLink VALUES (2, 2, 3);
INSERT INTO FunctionRightRoleLink VALUES (3, 3, 2);
INSERT INTO Email VALUES (1, 11, 0, 'second@example.com', 2);
INSERT INTO Email VALUES (2, 11, NULL, 'first@example.com', 1);
INSERT INTO Email VALUES (3, 11, 2, 'not-an-email', 0);
INSERT INTO Email VALUES (4, 11, 0, '  ', 0);
INSERT INTO phone VALUES (1, 11, 16389, '+47 2', 2);
INSERT INTO phone VALUES (2, 11, 16385, '+47 1', 1);
INSERT INTO phone VALUES (3, 11, 1, 'of a company with the same id', 0);
INSERT INTO ModuleLicense VALUES (1, 'superlicense-no-selection', 3, 1);
INSERT INTO ModuleLicense VALUES (2, 'ten-sales', 3, 1);
INSERT INTO ModuleLicense VALUES (3, 'visible-for', 3, 0);
INSERT INTO ModuleLicense VALUES (4, 'sentry', 1, 2);
INSERT INTO LicenseAssocLink VALUES (1, 2, 1);
INSERT INTO LicenseAssocLink VALUES (2, 3, 1);
INSERT INTO LicenseAssocLink VALUES (3, 1, 2);
INSERT INTO sequence VALUES (16, 1, 'PERSON', 77);
INSERT INTO BinaryObjectLink VALUES (1, 501, 77, 11, 1, 2);
INSERT INTO BinaryObjectLink VALUES (2, 502, 77, 11, 1, 1);
INSERT INTO BinaryObjectLink VALUES (3, 503, 6, 12, 1, 1);
INSERT INTO BinaryObjectLink VALUES (4, 504, 77, 12, 2, 1)
"""


@pytest.fixture
async def users(engine):
    engine.execute(*TABLES.split(";\n"))
    database = await engine.open()
    found = {user.login: user for user in await read_users(database)}
    await database.aclose()
    return found


async def test_employees_who_are_not_retired_are_users_sorted_by_login(users):
    assert list(users) == ["aa", "HH", "LONE"]


async def test_everything_on_the_card_is_read(users):
    user = users["HH"]
    assert (user.id, user.person_id, user.full_name) == (1, 11, "Hanne Marie Hansen")
    assert (user.company, user.group, user.role, user.position) == ("Nordlys", "Sales", "User level 5", "Manager")
    assert user.emails == ("first@example.com", "second@example.com")
    assert user.phones == ("+47 1", "+47 2")
    assert (user.onsite_plan, user.confidential_activities, user.photo) == ("ten-sales", True, 502)


async def test_what_a_card_lacks_is_empty(users):
    user = users["aa"]
    assert (user.full_name, user.company, user.group, user.position) == ("Åse Ærlig", "", "", "Free title")
    assert (user.onsite_plan, user.confidential_activities, user.photo) == (None, False, None)
    assert (users["LONE"].full_name, users["LONE"].emails) == ("", ())


async def test_an_administrator_is_made_by_a_right_and_never_by_a_name(users):
    assert {login for login, user in users.items() if user.administrator} == {"HH"}


async def test_a_right_that_requires_a_module_counts_with_that_module(engine):
    engine.execute(*TABLES.split(";\n"), "INSERT INTO ModuleLicense VALUES (5, 'quote', 1, 0)")
    database = await engine.open()
    assert [user.login for user in await read_users(database) if user.administrator] == ["HH", "LONE"]
    await database.aclose()


async def test_an_old_database_without_most_tables_still_has_users(engine):
    engine.execute(
        "CREATE TABLE associate (associate_id INTEGER PRIMARY KEY, name VARCHAR(20), type INTEGER, person_id INTEGER)",
        "INSERT INTO associate VALUES (1, 'HH', 0, 11)",
    )
    database = await engine.open()
    (user,) = await read_users(database)
    assert (user.login, user.full_name, user.administrator) == ("HH", "", False)
    assert await read_photo(database, 1) is None
    await database.aclose()


async def test_the_number_of_queries_does_not_grow_with_the_users(tmp_path, monkeypatch):
    asked = []

    async def counted(self, statement: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        asked.append(statement)
        return [row async for batch in self.batches(statement, parameters) for row in batch]

    monkeypatch.setattr(CrmDatabase, "rows", counted)
    counts = []
    for number in (2, 60):
        simulation = generate(tmp_path / str(number), SimulationSpec(users=number, documents=0))
        engine = sqlite_engine("sqlite", simulation.machine / "C/SuperOffice/Data/crm.sqlite")
        database = await engine.open()
        assert len(await read_users(database)) == number
        counts.append(len(asked))
        asked.clear()
        await database.aclose()
    assert counts[0] == counts[1] <= 13


async def test_a_photo_is_read_by_its_key(engine):
    engine.execute(
        f"CREATE TABLE BinaryObject (BinaryObject_id INTEGER PRIMARY KEY, binaryData {engine.blob},"
        " mimeType VARCHAR(9))",
        ("INSERT INTO BinaryObject VALUES (?, ?, ?)", [(1, b"\x89PNG\x00", "image/png"), (2, b"", None)]),
    )
    database = await engine.open()
    photo = await read_photo(database, 1)
    assert photo is not None
    assert (photo.content, photo.media_type) == (b"\x89PNG\x00", "image/png")
    assert await read_photo(database, 2) is None
    assert await read_photo(database, 3) is None
    await database.aclose()
