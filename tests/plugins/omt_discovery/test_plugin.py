from __future__ import annotations

import shutil
from pathlib import Path

import anyio
import pytest

import omt_simulator
from omt_core.api.calls import DiscoverInstallations, Discovery
from omt_core.api.events import Event
from omt_core.api.installation import ManualAnswers
from omt_discovery import DiscoveryPlugin, DiscoverySettings


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> omt_simulator.Simulation:
    spec = omt_simulator.SimulationSpec(users=4, documents=4)
    return omt_simulator.generate(tmp_path_factory.mktemp("simulation"), spec)


def discovered(root: Path) -> Discovery:
    plugin = DiscoveryPlugin(DiscoverySettings())
    call = DiscoverInstallations(answers=ManualAnswers(root=root), run=Surroundings())
    (found,) = anyio.run(plugin.discover_installations, call)
    return found


def test_a_simulated_installation_is_found_whole(simulation: omt_simulator.Simulation) -> None:
    found = discovered(simulation.machine)
    installation, drive = found.installation, simulation.machine / "C"
    assert (found.needs, found.findings, found.precedence) == ((), (), 10)
    assert installation.database.dbms == "sqlite"
    assert installation.database.database == str(drive / "SuperOffice" / "Data" / "crm.sqlite")
    assert (installation.database.prefix, installation.database.user) == ("CRM7", "CRM7")
    assert installation.archives == (drive / "SO_ARC", simulation.machine / "D" / "SO_ARC2")
    assert installation.templates == drive / "SO_ARC" / "TEMPLATE"
    assert installation.service.base == drive / "SuperOffice" / "Customer Service"
    assert installation.web_services == ("http://crm.nordlys.example.com/SuperOffice",)
    assert installation.root == simulation.machine


@pytest.mark.parametrize("lost", ["SuperOffice.ini", "SuperOffice.config", "web.config", "registry.reg"])
def test_any_one_file_may_be_missing(simulation: omt_simulator.Simulation, lost: str, tmp_path: Path) -> None:
    shutil.copytree(simulation.machine, tmp_path / "machine", ignore=shutil.ignore_patterns(lost, "SO_ARC2"))
    assert discovered(tmp_path / "machine").needs == ()


def test_every_finding_code_is_catalogued_once() -> None:
    codes = [code.code for code in DiscoveryPlugin(DiscoverySettings()).add_finding_codes()]
    assert codes == sorted(set(codes))
