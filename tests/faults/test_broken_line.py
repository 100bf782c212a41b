"""The line is cut, reset, slow, or ended by a proxy after so many bytes: each time costs a piece, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from omt_core.api.calls import TransferSummary
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Cut, Delay, Direction, Fault, Reset, Throttle, random_faults
from tests.faults.processes import served_tenant
from tests.faults.sites import HEADS, PIECE, TENANT
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(12))
async def test_cuts_and_resets_anywhere_change_nothing(transfers: Transfers, tmp_path: Path, seed: int) -> None:
    await transfers.ends_like_calm(tmp_path, random_faults(seed, 12, longest=3 * PIECE))


@pytest.mark.parametrize("seed", range(4))
async def test_answers_that_are_lost_do_not_have_a_chunk_sent_twice(
    transfers: Transfers, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    faults: list[Fault] = [
        chance.choice((Cut, Reset))(after=chance.randint(0, 2_000), direction=Direction.TO_CLIENT) for _ in range(12)
    ]
    await transfers.ends_like_calm(tmp_path, faults)


@pytest.mark.parametrize("after", [PIECE + HEADS, 2 * PIECE + 1, 5 * PIECE - 7])
async def test_a_proxy_that_ends_each_connection_after_so_many_bytes_is_got_past(
    transfers: Transfers, tmp_path: Path, after: int
) -> None:
    with served_tenant(tmp_path, settings=TENANT) as tenant:
        async with fault_proxy(tenant.port) as way:
            way.always(Cut(after=after))
            assert await transfer(transfers.archive, tmp_path, tenant, way) == TransferSummary()
            await transfers.assert_same(tmp_path, tenant)
            assert way.connections >= transfers.sent // after


@pytest.mark.parametrize("seed", range(2))
async def test_a_slow_line_changes_nothing_but_the_pace(transfers: Transfers, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    faults = [
        chance.choice(
            (
                Delay(seconds=0.001, jitter=0.004, after=chance.randint(0, PIECE)),
                Throttle(bytes_per_second=20_000_000, after=chance.randint(0, PIECE)),
                Delay(seconds=0.001, direction=Direction.TO_CLIENT),
            )
        )
        for _ in range(8)
    ]
    await transfers.ends_like_calm(tmp_path, faults)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
async def test_a_network_that_is_gone_for_a_while_is_waited_for(
    transfers: Transfers, tmp_path: Path, share: float
) -> None:
    with served_tenant(tmp_path, settings=TENANT) as tenant:
        async with fault_proxy(tenant.port) as way, anyio.create_task_group() as tasks:

            async def comes_back() -> None:
                await anyio.sleep(0.3)
                way.accept()

            def goes() -> None:
                way.refuse()
                way.break_connections()
                tasks.start_soon(comes_back)

            way.when_passed(int(transfers.sent * share), goes)
            assert await transfer(transfers.archive, tmp_path, tenant, way) == TransferSummary()
            await transfers.assert_same(tmp_path, tenant)
