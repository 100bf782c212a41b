"""Tokens that expire in the middle of a transfer are exchanged for new ones, and nobody notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.calls import TransferSummary
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Direction, Throttle
from tests.faults.processes import served_tenant
from tests.faults.sites import HEADS, PIECE, TENANT, WORKERS
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio


async def test_a_token_that_expires_again_and_again_is_renewed_each_time(transfers: Transfers, tmp_path: Path) -> None:
    settings = {**TENANT, "OMT_TENANT__TOKEN_SECONDS": "1"}
    exchanged = 0
    with served_tenant(tmp_path, settings=settings) as tenant:
        async with fault_proxy(tenant.port) as way:

            def count() -> None:
                nonlocal exchanged
                exchanged += 1
                way.when_said("POST /v1/tokens", count)

            # All connections together: some seconds for the whole, which is several lives of a token.
            way.always(Throttle(bytes_per_second=transfers.sent // (3 * WORKERS)))
            way.when_said("POST /v1/tokens", count)
            assert await transfer(transfers.archive, tmp_path, tenant, way) == TransferSummary()
            assert exchanged > 1
            # A token that has expired costs at most one piece of each connection, all of which hold the same token.
            assert way.passed[Direction.TO_SERVER] <= transfers.sent + exchanged * WORKERS * (HEADS + PIECE)
        await transfers.assert_same(tmp_path, tenant)
