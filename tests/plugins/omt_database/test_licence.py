from __future__ import annotations

import pytest

from omt_core.api.errors import InstallationError
from omt_database.licence import product_version, read_licence

pytestmark = pytest.mark.anyio

COMPANY = (
    "CREATE TABLE company (company_id INTEGER PRIMARY KEY, version INTEGER, ownerContactName VARCHAR(99),"
    " serialNo VARCHAR(20))"
)


async def read(engine, *statements):
    engine.execute(*statements)
    database = await engine.open()
    try:
        return await read_licence(database)
    finally:
        await database.aclose()


async def test_owner_and_serial_number_come_from_table_company(engine):
    licence = await read(engine, COMPANY, "INSERT INTO company VALUES (1, 888, ' Nordlys Å/S ', '1000000001')")
    assert (licence.owner, licence.serial, licence.version) == ("Nordlys Å/S", "1000000001", "SuperOffice 888")


@pytest.mark.parametrize("statements", [(COMPANY,), ("CREATE TABLE other (id INTEGER)",)])
async def test_no_licence_is_an_error(engine, statements):
    with pytest.raises(InstallationError) as caught:
        await read(engine, *statements)
    assert caught.value.code == "licence-missing"


@pytest.mark.parametrize(
    ("model", "schema", "text"),
    [
        ("SoCdd 888 8.5.7458", 888, "SuperOffice 8.5.7458"),
        ("SoCdd", 888, "SuperOffice SoCdd"),
        (None, 710, "SuperOffice 710"),
        (None, None, "SuperOffice of unknown version"),
    ],
)
def test_the_version_is_what_comes_closest_to_one(model, schema, text):
    assert product_version(model, schema) == text
