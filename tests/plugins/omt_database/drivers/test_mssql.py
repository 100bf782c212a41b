from __future__ import annotations

import struct

import pytest
import sqlglot

from omt_core.api import translated
from omt_core.api.database import Column, Table
from omt_core.api.errors import InputError, InstallationError
from omt_core.api.installation import DatabaseLocation
from omt_database.columns import Kind
from omt_database.drivers.driver import Look
from omt_database.drivers.mssql import _FILTERED, _MASKED, _MAY_CONCEAL, MssqlDriver, offset_text, plan_column
from omt_database.settings import DatabaseSettings


@pytest.fixture
def driver(pyodbc):
    return MssqlDriver(DatabaseLocation(dbms="mssql", prefix="CRM7"), DatabaseSettings())


def test_the_catalogue_is_read(pyodbc, driver):
    pyodbc.answers = {
        "sys.indexes i": [("person", "pk_person", 1, "person_id"), ("person", "u", 0, "name")],
        "database_permissions": [(0, "reader")],
        "'OBJECT', 'SELECT'": [("y_secret",)],
        "sys.schemas": [("dbo",), ("crm7",)],
        "INFORMATION_SCHEMA": [
            ("person", "person_id", "int", "NO", None, 10, 0),
            ("person", "name", "nvarchar", "YES", 220, None, None),
            ("person", "x_score", "decimal", "YES", None, 18, 4),
            ("y_secret", "id", "int", "NO", None, 10, 0),
        ],
    }
    catalogue = driver.read_catalogue(driver.connect())
    assert driver.owner == "crm7"
    assert list(catalogue) == ["person"]
    assert (driver.sight.hidden, driver.sight.proven) == (("y_secret",), False)
    assert driver.sight.grant.startswith("GRANT SELECT ON SCHEMA::[crm7] TO [reader]")
    assert "(und REVOKE für das, was DENY diesem Benutzer nimmt; " in translated(driver.sight.grant, "de")
    assert catalogue["person"].primary_key == ("person_id",)
    assert catalogue["person"].columns == (
        Column(name="person_id", type_name="int", nullable=False),
        Column(name="name", type_name="nvarchar", length=220),
        Column(name="x_score", type_name="decimal", precision=18, scale=4),
    )


@pytest.mark.parametrize(("seen", "hidden"), [(3, ("ticket", "y_masked")), (5, ("y_masked",))])
def test_tables_with_masks_and_those_whose_rows_a_policy_leaves_out_are_hidden(pyodbc, driver, seen, hidden):
    pyodbc.answers = {
        "OBJECT_ID(N'sys.masked_columns')": [(1,)],
        "FROM sys.masked_columns": [("y_masked",)],
        "FROM sys.security_predicates": [("ticket", 5), ("y_masked", 9)],
        "COUNT_BIG(*) FROM [crm7].[ticket]": [(seen,)],
        "SELECT name FROM sys.schemas": [("crm7",)],
        "INFORMATION_SCHEMA": [(name, "id", "int", "NO", None, 10, 0) for name in ("person", "ticket", "y_masked")],
    }
    assert sorted(driver.read_catalogue(driver.connect())) == sorted({"person", "ticket", "y_masked"} - {*hidden})
    assert driver.sight.hidden == hidden


@pytest.mark.parametrize("statement", [_MAY_CONCEAL, _MASKED, _FILTERED])
def test_what_conceals_is_asked_for_in_sql_of_that_system(statement):
    assert sqlglot.parse_one(statement, dialect="tsql").key == "select"


@pytest.mark.parametrize(("state", "level", "weak"), [(1, "SNAPSHOT", False), (0, "READ COMMITTED", True)])
def test_the_isolation_level_is_set_before_the_transaction_begins(pyodbc, driver, state, level, weak):
    pyodbc.answers = {"snapshot_isolation_state": [(state,)]}
    connection = driver.connect()
    connection.log.clear()
    assert bool(driver.begin_snapshot(connection)) == weak
    assert connection.log[1:] == [f"SET TRANSACTION ISOLATION LEVEL {level}", "autocommit False"]
    connection.log.clear()
    driver.end_snapshot(connection)
    assert connection.log == ["rollback", "autocommit True"]


def test_what_pyodbc_and_freetds_lack_is_added(driver):
    connection = driver.connect()
    assert set(connection.converters) == {-155, -151}
    assert connection.log == ["SET TEXTSIZE 2147483647"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ((2024, 2, 29, 1, 2, 3, 123_456_700, 2, 0), "2024-02-29T01:02:03.1234567+02:00"),
        ((9999, 12, 31, 23, 59, 59, 999_999_900, -3, -30), "9999-12-31T23:59:59.9999999-03:30"),
        ((1760, 1, 1, 0, 0, 0, 0, 0, 0), "1760-01-01T00:00:00.000000+00:00"),
    ],
)
def test_a_time_with_a_zone_is_iso_8601(fields, text):
    assert offset_text(struct.pack("<6hI2h", *fields)) == text


@pytest.mark.parametrize(
    ("type_name", "length", "kind", "width", "expression"),
    [
        ("int", None, Kind.INTEGER, 8, "[c]"),
        ("bit", None, Kind.BOOLEAN, 8, "[c]"),
        ("datetime2", None, Kind.TIMESTAMP, 8, "[c]"),
        ("nvarchar", 220, Kind.STRING, 880, "[c]"),
        ("nvarchar", -1, Kind.STRING, None, "[c]"),
        ("ntext", 1_073_741_823, Kind.STRING, None, "[c]"),
        ("varbinary", -1, Kind.BINARY, None, "[c]"),
        ("timestamp", None, Kind.BINARY, 8, "[c]"),
        ("uniqueidentifier", None, Kind.GUID, 36, "[c]"),
        ("datetimeoffset", None, Kind.STRING, 32, "[c]"),
        ("geography", -1, Kind.BINARY, None, "[c]"),
        ("unheard_of", None, Kind.STRING, None, "CONVERT(nvarchar(max), [c])"),
    ],
)
def test_every_type_has_its_kind(type_name, length, kind, width, expression):
    plan = plan_column(Column(name="c", type_name=type_name, length=length))
    assert (plan.kind, plan.width, plan.expression) == (kind, width, expression)


def test_money_is_exact():
    plan = plan_column(Column(name="c", type_name="money", precision=19, scale=4))
    assert (plan.kind, plan.precision, plan.scale) == (Kind.DECIMAL, 19, 4)


def test_a_certificate_that_is_not_trusted_is_told_apart(pyodbc, driver):
    error = driver.explain(pyodbc.Error("08001", "SSL Provider: The certificate chain was issued by an authority ..."))
    assert isinstance(error, InstallationError)
    assert error.code == "database-encryption-failed"
    assert "database.encrypt" in error.remedy


@pytest.mark.parametrize(
    ("state", "message", "code"),
    [
        ("08001", "[DBNETLIB]SSL Security error (18)", "database-encryption-failed"),
        ("HY000", "TLS handshake with the server failed", "database-encryption-failed"),
        (
            "08001",
            "Login timeout expired (0). For solutions related to encryption errors, see https://go.example/fwlink",
            "database-unreachable",
        ),
        ("28000", "Login failed for user 'encryption certificate'. (18456)", "database-login-refused"),
    ],
)
def test_a_text_that_mentions_encryption_is_not_an_encryption_error(pyodbc, driver, state, message, code):
    assert driver.explain(pyodbc.Error(state, message)).code == code


def test_tables_are_counted_when_the_view_begins_and_again_by_what_was_read(pyodbc, driver):
    pyodbc.answers = {"UNION ALL": [(1, 20), (0, 10)], "COUNT_BIG": [(9,)]}
    driver.owner = "crm7"
    connection = driver.connect()
    tables = [Table(name="a]b", columns=()), Table(name="c", columns=())]
    assert driver.marks(connection, tables) == {"a]b": 10, "c": 20}
    assert connection.log[-1] == (
        "SELECT 0, COUNT_BIG(*) FROM [crm7].[a]]b] UNION ALL SELECT 1, COUNT_BIG(*) FROM [crm7].[c]"
    )
    assert (driver.mark_now(connection, tables[0], 10), driver.mark_now(connection, tables[0], None)) == (10, 9)


@pytest.mark.parametrize(
    ("rows", "look"),
    [
        (
            [(51, "suspended", "LCK_M_S", "OBJECT: 5:99", 60, "sa", "SSMS", "PC7")],
            Look(at_work=True, text="OBJECT: 5:99 is locked by session 60 (sa, SSMS, PC7)"),
        ),
        ([(51, "running", None, "", 0, None, None, None)], Look(at_work=True, text="the server says: running")),
        ([], Look(at_work=False)),
    ],
)
def test_the_server_says_what_a_session_waits_for_to_whoever_may_know(pyodbc, driver, rows, look):
    pyodbc.answers = {"VIEW SERVER STATE": [(1,)], "dm_exec_requests": rows}
    assert driver.look([51]) == look
    pyodbc.answers["VIEW SERVER STATE"] = [(0,)]
    assert driver.look([51]) is None


def test_one_connection_reads_everything_since_no_other_can_share_its_snapshot(pyodbc, driver):
    connection = driver.connect()
    driver.begin_snapshot(connection)
    connection.log.clear()
    assert driver.share_view(connection) is None
    assert not driver.reads_columns(plan_column(Column(name="c", type_name="int", precision=10, scale=0)))
    assert connection.log == []
    assert len(pyodbc.strings) == 1


def test_a_variant_is_written_with_all_digits_of_the_type_that_it_has():
    expression = plan_column(Column(name="c", type_name="sql_variant")).expression
    assert sqlglot.parse_one(f"SELECT {expression}", dialect="tsql").key == "select"
    assert "= 'datetime' THEN CONVERT(nvarchar(max), CAST([c] AS datetime2(7)), 121)" in expression


@pytest.mark.parametrize(("found", "kind"), [(1, Kind.STRING), (None, Kind.TIMESTAMP)])
def test_a_column_with_a_seventh_digit_travels_as_text(pyodbc, driver, found, kind):
    pyodbc.answers = {"% 1000 <> 0": [(found,)]}
    driver.owner = "crm7"
    table = Table(name="t", columns=(Column(name="at", type_name="datetime2"), Column(name="n", type_name="int")))
    at, number = driver.plan_columns(driver.connect(), table)
    assert (at.kind, number.kind) == (kind, Kind.INTEGER)
    assert at.expression == ("CONVERT(nvarchar(40), [at], 121)" if found else "[at]")


def test_half_a_pair_is_looked_for_in_text_of_utf_16(driver):
    text = plan_column(Column(name="c", type_name="nvarchar", length=10))
    suspicion = driver.suspicion(text)
    assert sqlglot.parse_one(f"SELECT 1 FROM t WHERE {suspicion}", dialect="tsql").key == "select"
    assert driver.suspicion(plan_column(Column(name="c", type_name="varchar", length=10))) is None


def located(**place: str) -> DatabaseLocation:
    return DatabaseLocation(dbms="mssql", **{"server": "srv", "database": "crm", **place})


def string(pyodbc, location: DatabaseLocation, **settings: object) -> str:
    del pyodbc
    return MssqlDriver(location, DatabaseSettings.model_validate(settings)).connection_string()


def test_without_a_user_windows_says_who_it_is(pyodbc):
    assert "Trusted_Connection=yes;" in string(pyodbc, located())
    assert "Trusted_Connection" not in string(pyodbc, located(user="sa"))
    for given in ("Authentication=ActiveDirectoryIntegrated", "UID=sa", "Trusted_Connection=yes"):
        text = string(pyodbc, located(dsn=f"Driver={{x}};Server=srv;{given}"))
        assert text.count("Trusted_Connection") == given.count("Trusted")


FREETDS = {"odbc_driver": "FreeTDS", "trust_server_certificate": True}


def test_freetds_is_spoken_to_in_its_own_words(pyodbc):
    text = string(pyodbc, located(server="srv,1444", user="sa"), **FREETDS)
    assert "Server=srv;Database=crm;Port=1444;" in text
    assert "Encryption=require;" in text
    assert "Encrypt=" not in text
    assert "Encryption=off;" in string(pyodbc, located(), odbc_driver="/usr/lib/libtdsodbc.so", encrypt="no")
    assert "Encryption=require;" in string(pyodbc, located(dsn="Driver=FreeTDS;Server=srv;Port=1"), **FREETDS)
    assert "Server=srv\\inst;" in string(pyodbc, located(server="srv\\inst"), **FREETDS)


@pytest.mark.parametrize(
    "settings", [{}, {"trust_server_certificate": True, "encrypt": "strict"}], ids=["verified", "strict"]
)
def test_what_freetds_cannot_do_is_refused(pyodbc, settings):
    with pytest.raises(InputError) as caught:
        string(pyodbc, located(), odbc_driver="FreeTDS", **settings)
    assert caught.value.code == "database-driver-cannot-verify"


@pytest.mark.parametrize("server", ["srv:1433", "10.0.0.7:1433"])
def test_the_notation_of_addresses_of_pages_is_told_the_right_one(pyodbc, server):
    with pytest.raises(InputError, match="comma") as caught:
        string(pyodbc, located(server=server))
    assert server.replace(":", ",") in caught.value.remedy


@pytest.mark.parametrize("server", ["tcp:srv,1433", "srv\\inst", "::1", "[fe80::1],1433", "srv"])
def test_lawful_names_of_servers_pass(pyodbc, server):
    assert "Server=" in string(pyodbc, located(server=server))


def test_a_named_source_keeps_what_its_owner_set(pyodbc):
    assert string(pyodbc, located(dsn="CRM")) == "DSN=CRM;"
    assert string(pyodbc, located(dsn="CRM"), encrypt="no") == "DSN=CRM;Encrypt=no;"


def test_what_tables_take_is_told_by_statistics(pyodbc, driver):
    pyodbc.answers = {"sys.allocation_units": [("Person", 16_384), ("Left", 8_192)]}
    assert driver.stored_bytes(driver.connect(), [Table(name="Person", columns=())]) == 16_384
    assert driver.stored_bytes(driver.connect(), [Table(name="Absent", columns=())]) is None
