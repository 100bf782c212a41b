from __future__ import annotations

import pytest

from omt_core.api.database import Column, Table
from omt_core.api.errors import InputError
from omt_database.export.omissions import Omissions
from omt_database.settings import DatabaseSettings
from omt_simulator.database.schema import load_schema


def omissions(*tables: tuple[str, ...], **settings: object) -> Omissions:
    catalogue = {
        name.lower(): Table(name=name, columns=tuple(Column(name=column, type_name="int") for column in columns))
        for name, *columns in tables
    }
    return Omissions(catalogue, DatabaseSettings.model_validate(settings))


def test_what_stays_is_named_as_the_catalogue_spells_it():
    found = omissions(
        ("Credentials", "Credentials_id", "credentialType", "Secret"),
        ("LOCKING", "id"),
        ("ejuser", "id", "Password"),
        ("person", "person_id"),
    )
    assert found.subjects() == (
        "Credentials.Secret",
        "Credentials.credentialType=Ticket",
        "LOCKING",
        "ejuser.Password",
    )
    assert [table.name for table in found.moved_tables] == ["Credentials", "ejuser", "person"]


def test_the_settings_decide():
    found = omissions(
        ("a", "id", "key"), ("b", "id", "key"), left_tables=["A"], secret_columns=["*.KEY"], left_rows={"b.id": "1"}
    )
    assert found.subjects() == ("a", "b.id=1", "b.key")


def test_a_partners_table_with_a_similar_name_is_moved():
    assert omissions(("y_locking", "id"), ("cachetables_x", "id")).subjects() == ()


@pytest.mark.parametrize("word", ["password", "secret", "token"])
def test_no_column_of_the_documented_model_that_sounds_like_a_secret_is_forgotten(word):
    model = load_schema()
    tables = [(table.name, *(column.name for column in table.columns)) for table in model.values()]
    found = omissions(*tables)
    for table in found.moved_tables:
        sounding = {column.name for column in table.columns if word in column.name.lower()}
        assert sounding <= set(found.secret_columns(table)), table.name


def test_all_rules_of_a_table_hold():
    found = omissions(("b", "id", "key", "Kind"), left_rows={"b.key": "secret", "B.kind": "7", "b.KEY": "other"})
    (table,) = found.moved_tables
    assert found.row_rules(table) == (("key", "secret"), ("Kind", "7"), ("key", "other"))
    assert found.subjects() == ("b.Kind=7", "b.key=other", "b.key=secret")


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("left_tables", ["b", "bb"], 'database.left_tables = "bb"'),
        ("secret_columns", ["*.key", "b.kye"], 'database.secret_columns = "b.kye"'),
        ("secret_columns", ["*.kye"], 'database.secret_columns = "*.kye"'),
        ("secret_columns", ["b"], 'database.secret_columns = "b"'),
        ("left_rows", {"b.key": "1", "c.key": "1"}, 'database.left_rows = "c.key"'),
        ("left_rows", {"*.key": "1"}, 'database.left_rows = "*.key"'),
    ],
)
def test_a_rule_that_names_nothing_is_an_error_with_its_key(setting, value, named):
    with pytest.raises(InputError) as caught:
        omissions(("b", "id", "key"), **{setting: value}).require_names()
    assert caught.value.code == "left-on-site-unknown"
    assert caught.value.message.endswith(f": {named}.")


def test_the_defaults_may_name_what_this_version_has_not():
    omissions(("b", "id", "key"), left_tables=["Locking", "B"], left_rows={"SystemEvent.eventKey": "k"}).require_names()


def test_what_is_there_and_may_not_be_seen_is_named_by_its_rules():
    found = omissions(("b", "id"), left_tables=["hidden"], secret_columns=["hidden.word"])
    found.require_names(frozenset({"hidden"}))
