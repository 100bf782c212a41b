"""The clock of the tenant is set in the middle of a transfer, far ahead or far back: nothing expires by that."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from omt_core.api.calls import TransferSummary
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Direction
from tests.e2e.omt import serving
from tests.faults.set_clocks import set_clock
from tests.faults.sites import HEADS, PIECE, TENANT, WORKERS
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio

OFFSETS = ["+3h", "+30d", "+20y", "-3h", "-30d", "-20y"]


@pytest.mark.parametrize("seed", range(3))
async def test_a_tenants_clock_that_is_set_costs_nothing(transfers: Transfers, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    clock = set_clock(tmp_path)
    with serving(tmp_path, extra={**TENANT, **clock.environment}) as tenant:
        async with fault_proxy(int(tenant.url.rpartition(":")[2])) as way:
            for offset in chance.sample(OFFSETS, 4):
                moment = int(transfers.sent * chance.uniform(0.05, 0.95))
                way.when_passed(moment, lambda offset=offset: clock.jump(offset))
            assert await transfer(transfers.archive, tmp_path, tenant, way) == TransferSummary()
            assert way.passed[Direction.TO_SERVER] <= transfers.sent + WORKERS * (PIECE + HEADS)
        await transfers.assert_same(tmp_path, tenant)
