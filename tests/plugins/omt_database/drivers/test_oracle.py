from __future__ import annotations

from decimal import Decimal

import pytest
import sqlglot

from omt_core.api.database import Column, Table
from omt_core.api.installation import DatabaseLocation
from omt_database.columns import Kind
from omt_database.drivers.oracle import OracleDriver, plan_column
from omt_database.settings import DatabaseSettings


@pytest.fixture
def driver(pyodbc):
    return OracleDriver(DatabaseLocation(dbms="oracle", server="ORCL", prefix="crm7"), DatabaseSettings())


def test_the_catalogue_is_read(pyodbc, driver):
    pyodbc.answers = {
        "DISTINCT OWNER": [("SYS",), ("CRM7",)],
        "ALL_TAB_COLUMNS": [
            ("PERSON", "PERSON_ID", "NUMBER", "N", Decimal(0), Decimal(22), Decimal(10), Decimal(0)),
            ("PERSON", "NAME", "NVARCHAR2", "Y", Decimal(220), Decimal(440), None, None),
            ("PERSON", "WHOLE", "NUMBER", "Y", Decimal(0), Decimal(22), None, Decimal(0)),
            ("PERSON", "ANY", "NUMBER", "Y", Decimal(0), Decimal(22), None, None),
            ("PERSON", "RAWER", "RAW", "Y", None, Decimal(16), None, None),
        ],
        "SESSION_PRIVS p WHERE p.PRIVILEGE IN ('SELECT ANY TABLE', 'READ ANY TABLE') ) THEN": [(Decimal(1), "CRM7")],
        "ALL_INDEXES": [("PERSON", "PK", Decimal(1), "PERSON_ID")],
    }
    person = driver.read_catalogue(driver.connect())["person"]
    assert driver.owner == "CRM7"
    assert driver.sight.proven
    assert person.primary_key == ("PERSON_ID",)
    assert person.columns == (
        Column(name="PERSON_ID", type_name="NUMBER", nullable=False, precision=10, scale=0),
        Column(name="NAME", type_name="NVARCHAR2", length=220),
        Column(name="WHOLE", type_name="NUMBER", precision=38, scale=0),
        Column(name="ANY", type_name="NUMBER"),
        Column(name="RAWER", type_name="RAW", length=16),
    )


def test_what_is_hidden_is_asked_for_in_sql_of_that_system_policies_too():
    assert sqlglot.parse_one(OracleDriver.statements.hidden, dialect="oracle").key == "select"
    assert "ALL_POLICIES" in OracleDriver.statements.hidden


def test_the_view_begins_with_the_first_statement_of_the_transaction(driver):
    connection = driver.connect()
    assert driver.begin_snapshot(connection) is None
    assert connection.log[:2] == ["autocommit False", "SET TRANSACTION READ ONLY"]


@pytest.mark.parametrize(
    ("type_name", "kind", "width", "expression"),
    [
        ("NVARCHAR2", Kind.STRING, 80, '"C"'),
        ("NCLOB", Kind.STRING, None, '"C"'),
        ("BLOB", Kind.BINARY, None, '"C"'),
        ("RAW", Kind.BINARY, 80, '"C"'),
        ("DATE", Kind.TIMESTAMP, 8, '"C"'),
        ("TIMESTAMP(6)", Kind.TIMESTAMP, 8, '"C"'),
        ("TIMESTAMP(9)", Kind.TIMESTAMP, 8, '"C"'),
        ("FLOAT", Kind.DOUBLE, 8, '"C"'),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            Kind.STRING,
            None,
            'TRIM(TO_CHAR("C", \'SYYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM\'))',
        ),
        (
            "TIMESTAMP(9) WITH LOCAL TIME ZONE",
            Kind.STRING,
            None,
            'TRIM(TO_CHAR("C", \'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM\'))',
        ),
        ("XMLTYPE", Kind.STRING, None, 'XMLSERIALIZE(CONTENT "C" AS CLOB)'),
        ("INTERVAL DAY(2) TO SECOND(6)", Kind.STRING, None, 'TO_CHAR("C")'),
    ],
)
def test_every_type_has_its_kind(type_name, kind, width, expression):
    plan = plan_column(Column(name="C", type_name=type_name, length=20))
    assert (plan.kind, plan.width, plan.expression) == (kind, width, expression)


@pytest.mark.parametrize(
    ("precision", "scale", "kind"),
    [(10, 0, Kind.INTEGER), (18, 0, Kind.INTEGER), (19, 0, Kind.DECIMAL), (38, 10, Kind.DECIMAL),
     (None, None, Kind.STRING), (5, -2, Kind.STRING), (3, 5, Kind.STRING)],
)  # fmt: skip
def test_a_number_travels_as_what_holds_all_its_digits(precision, scale, kind):
    assert plan_column(Column(name="C", type_name="NUMBER", precision=precision, scale=scale)).kind is kind


@pytest.mark.parametrize(("found", "kind"), [(1, Kind.STRING), (None, Kind.TIMESTAMP)])
def test_a_column_with_nanoseconds_travels_as_text(pyodbc, driver, found, kind):
    pyodbc.answers = {"MOD(": [(found,)]}
    driver.owner = "CRM7"
    columns = (Column(name="AT", type_name="TIMESTAMP(9)"), Column(name="SOON", type_name="TIMESTAMP(6)"))
    at, soon = driver.plan_columns(driver.connect(), Table(name="T", columns=columns))
    assert (at.kind, soon.kind) == (kind, Kind.TIMESTAMP)
    assert sqlglot.parse_one(f"SELECT {at.expression} FROM t", dialect="oracle").key == "select"
    assert at.expression == ("TRIM(TO_CHAR(\"AT\", 'SYYYY-MM-DD HH24:MI:SS.FF9'))" if found else '"AT"')


def test_one_connection_reads_everything_since_no_other_can_share_its_snapshot(pyodbc, driver):
    connection = driver.connect()
    driver.begin_snapshot(connection)
    connection.log.clear()
    assert driver.share_view(connection) is None
    assert not driver.reads_columns(plan_column(Column(name="c", type_name="NUMBER", precision=10, scale=0)))
    assert connection.log == []
    assert len(pyodbc.strings) == 1


def test_what_tables_take_is_told_by_statistics(pyodbc, driver):
    person = Table(name="PERSON", columns=())
    pyodbc.answers = {"NUM_ROWS": [("PERSON", Decimal(1200)), ("LEFT", Decimal(9)), ("NEW", None)]}
    assert driver.stored_bytes(driver.connect(), [person, Table(name="NEW", columns=())]) == 1200
    assert driver.stored_bytes(driver.connect(), [Table(name="NEW", columns=())]) is None
