from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from omt_simulator import SimulationError, SimulationSpec, change_licence, generate

DATABASE = "C/SuperOffice/Data/crm.sqlite"


def serial(simulation):
    with closing(sqlite3.connect(simulation.machine / DATABASE)) as connection:
        return connection.execute("SELECT serialNo FROM company").fetchone()[0]


def test_the_licence_changes_when_it_is_told_to_and_not_before(tmp_path):
    simulation = generate(tmp_path, SimulationSpec(users=3, documents=5, plants={"licence-change": 1}))
    identity = simulation.truth["identity"]
    assert serial(simulation) == identity["serial"]
    assert change_licence(tmp_path) == identity["changed_serial"] != identity["serial"]
    assert serial(simulation) == identity["changed_serial"]


def test_an_installation_without_the_plant_does_not_change(tmp_path):
    generate(tmp_path, SimulationSpec(users=3, documents=5))
    with pytest.raises(SimulationError, match="no plant licence-change"):
        change_licence(tmp_path)
