"""Installations that several tests look at: one without plants, one with every plant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from omt_simulator import PLANTS, Simulation, SimulationSpec, generate

COUNTS = {**dict.fromkeys(PLANTS, 3), "no-admin-plan": 1, "licence-change": 1, "hostile-name": 12}
DATABASE = "C/SuperOffice/Data/crm.sqlite"


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("clean"), SimulationSpec(documents=400))


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("planted"), SimulationSpec(documents=400, plants=COUNTS))


def _rows(simulation: Simulation) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{simulation.machine / DATABASE}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture
def clean_rows(clean):
    yield from _rows(clean)


@pytest.fixture
def planted_rows(planted):
    yield from _rows(planted)
