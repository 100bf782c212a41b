"""One site for all faults that leave it as it is, and how its migration ends when nobody disturbs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Direction
from tests.faults.end_state import EndState, end_state
from tests.faults.processes import ServedTenant, run, served_tenant
from tests.faults.sites import TENANT, FaultySite, build_faulty_site
from tests.faults.transfers import Transfers, undisturbed

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []  # forked processes and POSIX signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """The undisturbed run. `sent` and `answered` are the bytes that its line took each way; `idle_sent` those to the
    tenant of a second run, which finds everything there."""

    end: EndState
    sent: int
    answered: int
    idle_sent: int


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> FaultySite:
    return build_faulty_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def calm(site: FaultySite, tmp_path_factory: pytest.TempPathFactory) -> Calm:
    folder = tmp_path_factory.mktemp("calm")
    return anyio.run(_undisturbed, site, folder)


async def _undisturbed(site: FaultySite, folder: Path) -> Calm:
    workspace = folder / "work"
    with served_tenant(folder, words=site.site.plans, settings=TENANT) as tenant:
        async with fault_proxy(tenant.port) as way:
            settings = site.settings(tenant, url=way.url)

            def migrate(*words: str) -> EndState:
                return end_state(run(*site.migrate(workspace), *words, folder=folder, extra=settings), workspace)

            end = await anyio.to_thread.run_sync(migrate)
            sent, answered = way.passed[Direction.TO_SERVER], way.passed[Direction.TO_CLIENT]
            again = await anyio.to_thread.run_sync(migrate, "--recover", "overwrite-test")
            assert again == end
            return Calm(end=end, sent=sent, answered=answered, idle_sent=way.passed[Direction.TO_SERVER] - sent)


@pytest.fixture(scope="session")
def transfers(tmp_path_factory: pytest.TempPathFactory) -> Transfers:
    return anyio.run(undisturbed, tmp_path_factory.mktemp("transfers"))


@pytest.fixture
def tenant(site: FaultySite, tmp_path: Path) -> Iterator[ServedTenant]:
    with served_tenant(tmp_path, words=site.site.plans, settings=TENANT) as running:
        yield running
