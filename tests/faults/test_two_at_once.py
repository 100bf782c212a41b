"""Two tools on one workspace, two machines on one tenant, two servers of one folder: the second is told, the first goes
on."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from omt_core.api.calls import TransferSummary
from omt_core.api.errors import OnlineRefusedError
from omt_core.testing.fault_proxy import fault_proxy
from tests.e2e.omt import Ended
from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like
from tests.faults.processes import ServedTenant, run, served_tenant, start
from tests.faults.sites import TENANT, FaultySite
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("share", [random.Random(7).uniform(0.05, 0.9) for _ in range(2)])
async def test_the_second_is_refused_in_clear_words_and_the_first_goes_on(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, share: float
) -> None:
    workspace = tmp_path / "work"
    there = anyio.Event()
    async with fault_proxy(tenant.port) as way:

        def hold() -> None:
            """Let nothing of the first pass on while the others try."""
            way.refuse()
            way.break_connections()
            there.set()

        way.when_passed(int(calm.sent * share), hold)
        settings = site.settings(tenant, url=way.url)
        first = start(*site.migrate(workspace), folder=tmp_path, extra=settings)
        await there.wait()
        direct = site.settings(tenant)

        async def refused(*words: str | Path) -> Ended:
            return await anyio.to_thread.run_sync(lambda: run(*words, folder=tmp_path, extra=direct))

        second = await refused(*site.migrate(workspace))
        assert (second.code, second.result["error"]["code"]) == (2, "workspace-locked")
        elsewhere = await refused(*site.migrate(tmp_path / "other"))
        assert (elsewhere.code, elsewhere.result["error"]["code"]) == (4, "migration-claimed")
        for told in (second, elsewhere):
            assert told.result["error"]["message"]
            assert told.result["error"]["remedy"]
        server = start("tenant", "serve", tenant.directory, folder=tmp_path, json_lines=False)
        assert (await anyio.to_thread.run_sync(server.end)) == 2
        assert "tenant-locked" in server.errors.read_text(encoding="utf-8")
        way.accept()
        ended = await anyio.to_thread.run_sync(first.ended)
        await anyio.to_thread.run_sync(assert_ended_like, calm.end, ended, workspace, tenant)


@pytest.mark.parametrize("share", [random.Random(8).uniform(0.05, 0.9) for _ in range(2)])
async def test_a_claim_that_lapsed_and_was_taken_ends_the_first_and_nothing_is_sent_twice(
    transfers: Transfers, tmp_path: Path, share: float
) -> None:
    settings = {**TENANT, "OMT_TENANT__CLAIM_SECONDS": "0.001"}
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with served_tenant(tmp_path, settings=settings) as tenant:
        async with fault_proxy(tenant.port) as way, anyio.create_task_group() as tasks:
            held, ended = anyio.Event(), anyio.Event()

            def hold() -> None:
                way.refuse()
                way.break_connections()
                held.set()

            async def overtaken() -> None:
                with pytest.raises(OnlineRefusedError) as caught:
                    await transfer(transfers.archive, first, tenant, way)
                assert caught.value.code == "migration-claimed"
                assert caught.value.remedy
                ended.set()

            way.when_passed(int(transfers.sent * share), hold)
            tasks.start_soon(overtaken)
            await held.wait()
            assert await transfer(transfers.archive, second, tenant) == TransferSummary()
            way.accept()
            await ended.wait()
            before = dict(way.passed)
            assert await transfer(transfers.archive, first, tenant, way) == TransferSummary()
            assert sum(way.passed.values()) - sum(before.values()) < transfers.sent // 10
        await transfers.assert_same(first, tenant)
        await transfers.assert_same(second, tenant)


async def test_a_claim_that_lapses_while_nobody_else_comes_stays_good(transfers: Transfers, tmp_path: Path) -> None:
    settings = {**TENANT, "OMT_TENANT__CLAIM_SECONDS": "0.001"}
    with served_tenant(tmp_path, settings=settings) as tenant:
        assert await transfer(transfers.archive, tmp_path, tenant) == TransferSummary()
        await transfers.assert_same(tmp_path, tenant)
