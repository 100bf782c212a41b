"""Values that a driver cannot give: their rows move, `check` finds them, and so does the export."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from omt_core.api.errors import InstallationError
from omt_database.preflight import preflight

pytestmark = pytest.mark.anyio

BROKEN = {3: "416374EDA0BD", 7: "426AF8726E", 1_501: "80", 2_999: "41EDB88042"}
"""Half an emoji, Latin-1, a stray byte, the other half: as hexadecimal UTF-8."""

REPAIRED = {3: "Act\ufffd", 7: "Bj\ufffdrn", 1_501: "\ufffd", 2_999: "A\ufffdB"}


@pytest.fixture(params=["VARCHAR(40)", "TEXT"])
def broken_text(engine_of_any_bytes, request):
    engine = engine_of_any_bytes
    text = "convert_from('\\x{}', 'SQL_ASCII')" if engine.name == "postgresql" else "CAST(X'{}' AS TEXT)"
    engine.execute(
        f"CREATE TABLE contact (contact_id INTEGER PRIMARY KEY, name {request.param}, other {request.param})",
        "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 2999)"
        " INSERT INTO contact SELECT n, 'Ærø ' || n, '\ufffd' FROM number",
        *(f"UPDATE contact SET name = {text.format(raw)} WHERE contact_id = {key}" for key, raw in BROKEN.items()),
    )
    return engine


async def found(engine, **settings):
    database = await engine.open()
    findings = await preflight(database, engine.settings(**settings))
    await database.aclose()
    return {finding.code: finding for finding in findings}


async def test_text_that_is_not_unicode_moves_with_replacements_and_is_told(broken_text, export):
    exported = await export(broken_text, part_bytes=40_000)
    rows = exported.rows("contact")
    assert [row["name"] for row in rows] == [REPAIRED.get(number, f"Ærø {number}") for number in range(3_000)]
    assert {row["other"] for row in rows} == {"\ufffd"}
    (finding,) = exported.found
    assert (finding.code, finding.severity) == ("values-replaced", "warning")
    assert finding.subjects == tuple(sorted(f"contact.name: contact_id={key}" for key in BROKEN))
    assert "contact, column name: 4 values" in finding.message


async def test_check_finds_the_same(broken_text, export):
    exported = await export(broken_text)
    assert (await found(broken_text))["values-replaced"] == exported.found[0]


@pytest.mark.parametrize("raw", ["C0AF", "EDA080", "F4908080", "F7BFBFBF", "41FF"])
async def test_check_finds_whatever_the_export_repairs(engine, export, raw):
    if engine.name == "postgresql":
        pytest.skip("has no such text")
    engine.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)",
        f"INSERT INTO t VALUES (1, CAST(X'{raw}' AS TEXT)), (2, '\U0001f600 \u00e9\u00ab')",
    )
    exported = await export(engine)
    assert (await found(engine))["values-replaced"] == exported.found[0]
    assert exported.found[0].subjects == ("t.s: id=1",)


async def test_whoever_asks_for_such_text_gets_it_repaired(broken_text):
    database = await broken_text.open()
    rows = await database.rows('SELECT "name" FROM contact WHERE contact_id IN (3, 7, 8) ORDER BY contact_id')
    assert [tuple(row) for row in rows] == [("Act\ufffd",), ("Bj\ufffdrn",), ("Ærø 8",)]
    await database.aclose()


async def test_text_with_a_nul_is_exact(engine, export):
    if engine.name == "postgresql":
        pytest.skip("has no such text")
    engine.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, s VARCHAR(40))", "INSERT INTO t VALUES (1, CAST(X'4100C3A5' AS TEXT))"
    )
    exported = await export(engine)
    assert exported.rows("t") == [{"id": 1, "s": "A\0å"}]
    assert exported.found == []


async def test_moments_and_numbers_that_there_are_none_of_are_left_empty_and_told(engine, export):
    if engine.name != "postgresql":
        pytest.skip("such columns travel as text")
    engine.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP, day DATE, hour TIME, amount NUMERIC(8,2))",
        "INSERT INTO t VALUES (1, '2024-02-29 01:02:03.5', '2024-02-29', '23:59:59.25', 1.5),"
        " (2, 'infinity', '0044-03-15 BC', '24:00:00', 'NaN'), (3, '12024-01-01', '-infinity', '00:00', NULL)",
    )
    exported = await export(engine)
    first, second, third = exported.rows("t")
    assert (first["day"], first["hour"], first["amount"]) == (
        date(2024, 2, 29), time(23, 59, 59, 250_000), Decimal("1.50")
    )  # fmt: skip
    assert str(first["at"]) == "2024-02-29 01:02:03.500000"
    assert set(second.values()) == {2, None}
    assert (third["at"], third["day"], third["hour"]) == (None, None, time(0, 0))
    checked = await found(engine)
    told = {subject for finding in exported.found for subject in finding.subjects}
    assert told == {"t.at: id=2", "t.at: id=3", "t.day: id=2", "t.day: id=3", "t.hour: id=2", "t.amount: id=2"}
    assert checked["values-replaced"].code == exported.found[0].code


async def test_a_moment_with_a_zone_is_told_whole_also_beyond_all_calendars(engine, export):
    if engine.name != "postgresql":
        pytest.skip("has no such type")
    engine.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMPTZ)",
        "INSERT INTO t VALUES (1, 'infinity'), (2, '-infinity'), (3, '0044-03-15 12:00:00+00 BC'), (4, NULL),"
        " (5, '2024-02-29 01:02:03.5+02')",
    )
    exported = await export(engine)
    assert [row["at"] for row in exported.rows("t")] == [
        "infinity", "-infinity", "0044-03-15T12:00:00.000000+00:00 BC", None, "2024-02-28T23:02:03.500000+00:00"
    ]  # fmt: skip
    assert exported.found == []


async def test_a_table_of_more_columns_than_one_statement_may_ask_for_is_moved(engine, export):
    names = [f"c{number}" for number in range(1_550)]
    columns = ", ".join(f"{name} TIMESTAMP" for name in names)
    engine.execute(
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})",
        f"INSERT INTO t (id, c0, {names[-1]}) VALUES (1, '2024-02-29 00:00:00', '1999-12-31 00:00:00')",
    )
    assert "values-replaced" not in await found(engine)
    exported = await export(engine)
    (row,) = exported.rows("t")
    assert (str(row["c0"]), str(row[names[-1]])) == ("2024-02-29 00:00:00", "1999-12-31 00:00:00")


async def test_a_value_that_is_too_long_is_an_error_of_the_check_and_never_read(engine, export):
    engine.execute(
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, blob {engine.blob}, clob TEXT)",
        ("INSERT INTO t VALUES (?, ?, ?)", [(1, b"x" * 5_000, "y" * 900)]),
    )
    finding = (await found(engine, largest_value=1_000))["value-too-long"]
    assert (finding.severity, finding.subjects) == ("error", ("t.blob",))
    assert "value-too-long" not in await found(engine, largest_value=5_000)
    with pytest.raises(InstallationError, match=r"'blob' of table 't' holds a value of 5,000 bytes") as caught:
        await export(engine, largest_value=1_000)
    assert caught.value.code == "database-value-too-long"
