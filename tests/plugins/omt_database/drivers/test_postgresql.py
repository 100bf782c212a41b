from __future__ import annotations

import pytest
from pydantic import SecretStr

from omt_core.api.database import Column
from omt_core.api.errors import InstallationError
from omt_core.api.installation import DatabaseLocation
from omt_database.columns import Kind
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.postgresql import plan_column
from omt_database.settings import DatabaseSettings
from tests.postgresql import LOGIN, PASSWORD


@pytest.mark.parametrize(
    ("type_name", "kind", "expression"),
    [
        ("integer", Kind.INTEGER, '"c"'),
        ("bytea", Kind.BINARY, '"c"'),
        ("text", Kind.STRING, '"c"'),
        ("uuid", Kind.GUID, 'CAST("c" AS text)'),
        ("jsonb", Kind.STRING, 'CAST("c" AS text)'),
        ("numeric", Kind.STRING, '"c"'),
    ],
)
def test_every_type_has_its_kind(type_name, kind, expression):
    plan = plan_column(Column(name="c", type_name=type_name))
    assert (plan.kind, plan.expression) == (kind, expression)


def test_a_time_with_a_zone_is_text_in_utc():
    plan = plan_column(Column(name="c", type_name="timestamp with time zone"))
    assert plan.kind is Kind.STRING
    assert "AT TIME ZONE 'UTC'" in plan.expression


@pytest.mark.odbc
@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "wrong"}, "database-login-refused"),
        ({"database": "nowhere"}, "database-unreachable"),
        ({"server": "127.0.0.1:1"}, "database-unreachable"),
    ],
)
def test_a_failed_login_says_what_to_do(postgresql_server, changed, code):
    good = {"server": f"127.0.0.1:{postgresql_server.port}", "database": "postgres", "user": LOGIN}
    place = {**good, "password": PASSWORD, **changed}
    location = DatabaseLocation(dbms="postgresql", **{**place, "password": SecretStr(place["password"])})
    driver = choose_driver(location, DatabaseSettings(login_timeout=5))
    with pytest.raises(driver.errors) as caught:
        driver.connect()
    explained = driver.explain(caught.value)
    assert isinstance(explained, InstallationError)
    assert explained.code == code
    assert PASSWORD not in explained.message


@pytest.mark.odbc
@pytest.mark.postgresql
@pytest.mark.anyio
@pytest.mark.parametrize("limit", ["statement_timeout", "idle_in_transaction_session_timeout"])
async def test_limits_for_the_programs_of_every_day_do_not_end_what_is_read(engine_on_postgresql, limit):
    place = engine_on_postgresql.location.database
    engine_on_postgresql.execute(f"ALTER DATABASE {place} SET {limit} = '10s'", "CREATE TABLE person (id integer)")
    database = await engine_on_postgresql.open()
    try:
        async with database.snapshot():
            by_columns = await database.column_connection()
            assert by_columns is not None
            assert by_columns.value(f"SELECT CAST(current_setting('{limit}') AS varchar(20))") == "0"
            (row,) = [row async for rows in asked(database, f"SHOW {limit}") for row in rows]
            assert tuple(row) == ("0",)
    finally:
        await database.aclose()


def asked(database, statement):
    return database.export(database.tables["person"], statement, (), lambda cursor: cursor.fetchmany(9))


@pytest.mark.odbc
@pytest.mark.postgresql
@pytest.mark.anyio
async def test_a_database_that_takes_no_changes_is_told_before_the_freeze(engine_on_postgresql):
    place = engine_on_postgresql.location.database
    engine_on_postgresql.execute(
        "CREATE TABLE systemevent (id integer)", f"ALTER DATABASE {place} SET default_transaction_read_only = on"
    )
    database = await engine_on_postgresql.open()
    try:
        assert "read only" in (await database.missing_grant("systemevent", ("INSERT",)) or "")
        with pytest.raises(InstallationError) as caught:
            await database.write("INSERT INTO systemevent (id) VALUES (1)")
        assert caught.value.code == "database-read-only"
    finally:
        await database.aclose()
