"""User names held elsewhere are compared as the tool compares user names: trimmed, composed, domains as A-labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_tenant.migration.taken_names import TakenNames
from omt_tenant.store.state_database import StateDatabase


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("Ann@Example.com", " ann@example.COM "),
        ("ann@m\u00fcnchen.de", "ann@xn--mnchen-3ya.de"),
        ("\u00e5se@example.com", "a\u030ase@example.com"),
        ("STRASSE@example.com", "stra\u00dfe@example.com"),
    ],
)
def test_a_name_that_is_the_same_in_another_spelling_is_taken(tmp_path: Path, held: str, asked: str) -> None:
    state = StateDatabase(tmp_path / "tenant.sqlite")
    names = TakenNames(state)
    names.add([held, "", " "])
    assert names.among([asked, "other@example.com"]) == [asked]
    state.close()


def test_names_that_an_earlier_version_kept_are_compared_as_names_are_now(tmp_path: Path) -> None:
    state = StateDatabase(tmp_path / "tenant.sqlite")
    state.write(lambda connection: connection.execute("INSERT INTO taken_user_names VALUES ('ann@m\u00fcnchen.de')"))
    assert TakenNames(state).among(["ann@xn--mnchen-3ya.de"]) == ["ann@xn--mnchen-3ya.de"]
    state.close()
