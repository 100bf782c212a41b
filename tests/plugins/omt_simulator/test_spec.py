from __future__ import annotations

import pytest

from omt_simulator import PLANTS, SimulationError, SimulationSpec

CONTRACT_PLANTS = [
    "missing-file",
    "blank-name",
    "no-appointment",
    "missing-associate",
    "wrong-case",
    "wrong-period",
    "orphan",
    "unreadable",
    "zero-bytes",
    "hostile-name",
    "other-provider",
    "duplicate-email",
    "invalid-email",
    "no-email",
    "email-on-other-card",
    "over-plan",
    "partner-module",
    "no-admin-plan",
    "on-travel",
    "satellite",
    "sentry-addon",
    "model-table-missing",
    "licence-change",
]


def test_the_plants_are_those_of_the_contract():
    assert sorted(CONTRACT_PLANTS) == list(PLANTS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"plants": {"typo": 1}}, "Known plants: blank-name"),
        ({"plants": {"missing-file": -1}}, "0 or more"),
        ({"plants": {"licence-change": 2}}, "0 or 1"),
        ({"documents": 10, "plants": {"missing-file": 6, "zero-bytes": 5}}, "only 10 are simulated"),
        ({"users": 6, "plants": {"duplicate-email": 3}}, "only 4 of 6"),
        ({"users": 0}, "At least 1 user"),
        ({"users": 99999999999999999999}, "At most 1,000,000 users and 10,000,000 documents"),
        ({"documents": 10_000_001}, "At most 1,000,000 users and 10,000,000 documents"),
        ({"plants": {"orphan": 1_000_001}}, "Plant orphan=1000001: at most 1,000,000"),
        ({"dbms": "postgresql"}, "connection string"),
        ({"dsn": "DSN=x"}, "connection string"),
        ({"dbms": "oracle"}, "sqlite and postgresql"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_the_reason(given, words):
    with pytest.raises(SimulationError, match=words):
        SimulationSpec(**given)
