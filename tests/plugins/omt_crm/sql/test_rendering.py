from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from omt_core.api.database import Column, Table
from omt_core.api.errors import InstallationError
from omt_crm.sql import DBMS, confirm_owner, quoted, render, validate_owner


def table(name: str, *columns: str) -> tuple[str, Table]:
    return name.lower(), Table(name=name, columns=tuple(Column(name=column, type_name="int") for column in columns))


CATALOGUE = dict(
    [
        table("Associate", "Associate_id", "name", "person_id", "type", "rank"),
        table("EMAIL", "EMAIL_ID", "PERSON_ID", "EMAIL_ADDRESS"),
        table("systemevent", "SystemEvent_id", "eventkey"),
    ]
)


def mssql(sql: str) -> str:
    return render(sql, catalogue=CATALOGUE, dbms="mssql", owner="crm7")


@pytest.mark.parametrize(
    ("dbms", "text"),
    [
        ("mssql", "SELECT [a].[name], [a].[rank] FROM [crm7].[Associate] AS [a] WHERE [a].[Associate_id] = ?"),
        ("oracle", 'SELECT "a"."name", "a"."rank" FROM "crm7"."Associate" "a" WHERE "a"."Associate_id" = ?'),
        ("postgresql", 'SELECT "a"."name", "a"."rank" FROM "crm7"."Associate" AS "a" WHERE "a"."Associate_id" = ?'),
        ("sqlite", 'SELECT "a"."name", "a"."rank" FROM "Associate" AS "a" WHERE "a"."Associate_id" = ?'),
    ],
)
def test_names_are_spelt_as_the_catalogue_has_them_and_quoted(dbms, text):
    sql = 'SELECT A."name", A."rank" FROM ASSOCIATE A WHERE a.ASSOCIATE_ID = ?'
    assert render(sql, catalogue=CATALOGUE, dbms=dbms, owner=None if dbms == "sqlite" else "crm7") == text


def test_a_column_that_is_not_there_reads_as_null():
    assert mssql("SELECT name, userName FROM associate WHERE userName = ?") == (
        "SELECT [name], NULL AS [username] FROM [crm7].[Associate] AS [associate] WHERE NULL = ?"
    )


def test_a_sort_key_that_is_not_there_is_dropped():
    assert mssql("SELECT name, nope FROM associate ORDER BY nope, name").endswith("ORDER BY [name]")
    assert "ORDER BY" not in mssql("SELECT name FROM associate ORDER BY nope")


def test_a_sort_by_an_alias_stays():
    assert mssql("SELECT MAX(name) AS m FROM associate ORDER BY m").endswith("ORDER BY [m]")


def test_a_correlated_subquery_knows_both_tables():
    text = mssql(
        "SELECT a.name FROM associate a WHERE EXISTS (SELECT 1 FROM email WHERE email.person_id = a.person_id)"
    )
    assert "FROM [crm7].[EMAIL] AS [email] WHERE [email].[PERSON_ID] = [a].[person_id]" in text


def test_columns_of_a_derived_table_and_of_a_cte_are_left_as_they_are():
    derived = "SELECT f.first FROM (SELECT person_id, MIN(email_id) AS first FROM email GROUP BY person_id) f"
    assert mssql(derived).startswith("SELECT [f].[first] FROM (SELECT [PERSON_ID]")
    cte = "WITH found AS (SELECT person_id AS p FROM email) SELECT found.p FROM found"
    assert "SELECT [found].[p] FROM [found]" in mssql(cte)


def test_an_unqualified_column_of_several_tables_is_refused():
    with pytest.raises(ValueError, match="Qualify"):
        mssql("SELECT name FROM associate a JOIN email e ON e.person_id = a.person_id")


def test_a_table_that_is_not_there_is_an_error_with_its_name():
    with pytest.raises(InstallationError, match="'nowhere'") as caught:
        mssql("SELECT id FROM nowhere")
    assert caught.value.code == "database-table-missing"


@pytest.mark.parametrize(
    "sql", ["INSERT INTO systemevent (SYSTEMEVENT_ID, nope) VALUES (?, ?)", "UPDATE systemevent SET nope = ?"]
)
def test_a_column_that_is_not_there_cannot_be_written(sql):
    with pytest.raises(InstallationError) as caught:
        mssql(sql)
    assert caught.value.code == "database-column-missing"


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        (
            "INSERT INTO systemevent (SYSTEMEVENT_ID, eventkey) VALUES (?, ?)",
            "INSERT INTO [crm7].[systemevent] ([SystemEvent_id], [eventkey]) VALUES (?, ?)",
        ),
        (
            "UPDATE systemevent SET EVENTKEY = ? WHERE systemevent_id = ?",
            "UPDATE [crm7].[systemevent] SET [eventkey] = ? WHERE [SystemEvent_id] = ?",
        ),
        ("DELETE FROM systemevent WHERE EventKey = ?", "DELETE FROM [crm7].[systemevent] WHERE [eventkey] = ?"),
    ],
)
def test_writing_statements_are_spelt_too(sql, text):
    assert mssql(sql) == text


def test_anything_else_than_the_four_statements_is_refused():
    with pytest.raises(ValueError, match="Neither"):
        mssql("DROP TABLE associate")


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
def test_no_name_breaks_out_of_its_quotes(name):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE {quoted('t', 'sqlite')} ({quoted(name, 'sqlite')} INTEGER)")
        assert [row[1] for row in connection.execute("PRAGMA table_info('t')")] == [name]


@pytest.mark.parametrize(("dbms", "text"), [("mssql", "[a]]b]"), ("oracle", '"a]b"'), ("postgresql", '"a]b"')])
def test_quotes_within_a_name_are_doubled(dbms, text):
    assert dbms in DBMS
    assert quoted("a]b", dbms) == text


@given(st.text(min_size=1), st.sampled_from(sorted(DBMS)))
def test_a_name_is_quoted_as_within_a_rendered_statement(name, dbms):
    assert quoted(name, dbms) == exp.to_identifier(name, quoted=True).sql(dialect=DBMS[dbms])


@pytest.mark.parametrize("prefix", ["", "crm 7", "crm7.x", "7crm", "crm7;--", "crm7\n", '"crm7"', "ｃｒｍ7", "a" * 129])
def test_a_prefix_that_is_no_plain_name_is_refused(prefix):
    with pytest.raises(InstallationError) as caught:
        validate_owner(prefix)
    assert caught.value.code == "table-prefix-invalid"


def test_a_prefix_is_taken_in_the_spelling_of_the_catalogue():
    assert confirm_owner("CRM7", ["dbo", "crm7"]) == "crm7"
    assert confirm_owner("crm7", ["CRM7", "crm7"]) == "crm7"
    with pytest.raises(InstallationError, match="dbo") as caught:
        confirm_owner("crm8", ["dbo"])
    assert caught.value.code == "table-prefix-unknown"


ODD = dict(
    [table('y_o"dd', "id", 'h"m'), table("omt_900000000", "id", "9"), table("Associate", "Associate_id", "rank")]
)
ASKED = (('Y_O"DD', "ID"), ("omt_900000000", "9"), ("associate", "rank"), ("associate", "ASSOCIATE_ID"))


def part(number: int, name: str, column: str) -> str:
    column, name = column.replace('"', '""'), name.replace('"', '""')
    return f'SELECT {number}, MAX(t."{column}") FROM "{name}" t WHERE t."{column}" < ? AND t."{column}" > 7'


@pytest.mark.parametrize("dbms", DBMS)
@pytest.mark.parametrize("owner", [None, "crm7"])
def test_parts_of_a_union_that_are_alike_are_rendered_as_each_by_itself(dbms, owner):
    parts = [part(number, name, column) for number, (name, column) in enumerate(ASKED)]
    united = render(" UNION ALL ".join(parts), catalogue=ODD, dbms=dbms, owner=owner)
    assert united == " UNION ALL ".join(render(one, catalogue=ODD, dbms=dbms, owner=owner) for one in parts)


def test_a_part_of_a_union_whose_column_is_not_there_reads_as_null():
    united = render(
        f"{part(0, 'associate', 'rank')} UNION ALL {part(1, 'associate', 'nope')}",
        catalogue=ODD,
        dbms="mssql",
        owner=None,
    )
    assert united.count("NULL") == 3
    assert united.count("[rank]") == 3


def test_a_part_of_a_union_whose_table_is_not_there_is_an_error():
    with pytest.raises(InstallationError, match="nowhere"):
        mssql(f"{part(0, 'associate', 'rank')} UNION ALL {part(1, 'nowhere', 'id')}")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM associate UNION ALL SELECT name FROM associate",
        "SELECT ' UNION ALL ' FROM associate",
        "SELECT (SELECT MAX(e.person_id) FROM email e UNION ALL SELECT MAX(e.person_id) FROM email e) FROM associate",
        'SELECT 1, a."name" FROM associate a UNION ALL SELECT 2, e."EMAIL_ADDRESS" FROM email e',
    ],
)
def test_what_only_looks_like_such_parts_is_rendered_as_it_stands(sql):
    assert mssql(sql).count("UNION ALL") == sql.count("UNION ALL")
