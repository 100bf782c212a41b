from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from omt_auth.simulated_password import SimulatedPassword, matches
from omt_auth.verification import Verdict
from omt_simulator.people.passwords import secret_of

NOW = datetime.now()  # noqa: DTZ005
LONG_AGO, LATER = NOW - timedelta(days=400), NOW + timedelta(days=400)


@given(st.text(max_size=20), st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_what_the_simulator_stores_is_matched_by_its_password_only(password: str, seed: int) -> None:
    secret = secret_of(seed, password)
    assert matches(secret, SecretStr(password))
    assert not matches(secret, SecretStr(password + "x"))


@pytest.mark.parametrize("secret", ["", "7P:aaaa", "OMTSIM1:", "OMTSIM1:?:?", "OMTSIM1:AAAA:AAAA", "OMTSIM1::"])
def test_a_secret_of_another_form_matches_nothing_and_costs_the_same(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    real = hashlib.pbkdf2_hmac

    def counted(name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        rounds.append(iterations)
        return real(name, password, salt, iterations)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counted)
    assert not matches(secret, SecretStr(""))
    assert rounds == [100_000]


def test_the_right_password_confirms_and_the_name_may_be_in_any_case(crm) -> None:
    crm.add_password(1, "ÆØ")
    found = crm.ask(SimulatedPassword().verify, " æø ")
    assert (found.verdict, found.associate_id) == (Verdict.CONFIRMED, 1)


@pytest.mark.parametrize(
    ("user", "password"), [("ÆØ", "wrong"), ("ÆØ", ""), ("XX", "planted-right"), ("", ""), ("UA", "planted-right")]
)
def test_anything_else_is_wrong(crm, user: str, password: str) -> None:
    crm.add_password(1, "ÆØ")
    assert crm.ask(SimulatedPassword().verify, user, password).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    "columns",
    [{"isActive": 0}, {"isActive": 2}, {"validTo": LONG_AGO}, {"validFrom": LATER}, {"validTo": "2001-01-01 00:00:00"}],
)
def test_a_credential_that_does_not_count_today_is_wrong(crm, columns: dict[str, object]) -> None:
    shown = {name: str(value) if isinstance(value, datetime) else value for name, value in columns.items()}
    crm.add_password(1, "ÆØ", **shown)
    assert crm.ask(SimulatedPassword().verify, "ÆØ").verdict is Verdict.WRONG


@pytest.mark.parametrize(
    "columns",
    [{"validTo": LATER, "validFrom": LONG_AGO}, {"validTo": "1760-01-01 00:00:00"}, {"validTo": "9999-12-31 23:59:59"}],
)
def test_dates_that_are_not_set_or_not_reached_let_in(crm, columns: dict[str, object]) -> None:
    shown = {name: str(value) if isinstance(value, datetime) else value for name, value in columns.items()}
    crm.add_password(1, "ÆØ", **shown)
    assert crm.ask(SimulatedPassword().verify, "ÆØ").verdict is Verdict.CONFIRMED


def test_a_credential_of_another_associate_is_wrong(crm) -> None:
    crm.add_password(2, "ÆØ")
    assert crm.ask(SimulatedPassword().verify, "ÆØ").verdict is Verdict.WRONG


def test_the_database_of_a_real_product_is_not_for_this_verifier(crm) -> None:
    crm.add_password(1, "ÆØ", secret="7P:AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    assert crm.ask(SimulatedPassword().verify, "ÆØ").verdict is Verdict.UNDECIDED
    crm.run("DROP TABLE credentials")
    assert crm.ask(SimulatedPassword().verify, "ÆØ").verdict is Verdict.UNDECIDED
