"""What stands on the way answers for the tenant: busy, a login, a page. The tool waits as asked, or says why not."""

from __future__ import annotations

import random
from pathlib import Path

import anyio.to_thread
import pytest

from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Fault, Refuse
from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like
from tests.faults.processes import ServedTenant, run
from tests.faults.sites import PIECE, FaultySite
from tests.faults.transfers import Transfers

pytestmark = pytest.mark.anyio

PAGE = "<html><body><h1>Please log on to the network</h1></body></html>"


def busy(seed: int) -> list[Fault | None]:
    """Refusals in both their forms, at the head of a request or within its body."""
    chance = random.Random(seed)
    return [
        Refuse(
            after=chance.choice((0, chance.randint(1, 3 * PIECE))),
            status=chance.choice((429, 503)),
            retry_after=chance.choice(("0", None, "Thu, 01 Jan 1970 00:00:00 GMT")),
            page=chance.choice(("", PAGE)),
        )
        for _ in range(12)
    ]


@pytest.mark.parametrize("seed", range(6))
async def test_who_is_busy_is_asked_again_until_it_is_not(transfers: Transfers, tmp_path: Path, seed: int) -> None:
    await transfers.ends_like_calm(tmp_path, busy(seed))


async def test_it_waits_as_long_as_it_is_asked_to(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path
) -> None:
    async with fault_proxy(tenant.port) as way:
        way.plan([None, Refuse(status=503, retry_after="1"), Refuse(after=PIECE, status=429, retry_after="2")])
        # The first connection ends in the middle of the transfer, so that the next ones meet the refusals.
        way.when_passed(calm.sent // 3, way.break_connections)

        def migrate() -> None:
            ended = run(*site.migrate(tmp_path / "work"), folder=tmp_path, extra=site.settings(tenant, url=way.url))
            said = [line["message"] for line in ended.lines if line["event"] == "notice"]
            assert any("Trying again in 1 s" in message for message in said), said
            assert_ended_like(calm.end, ended, tmp_path / "work", tenant)

        await anyio.to_thread.run_sync(migrate)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refuse(status=407, page=PAGE), "online-proxy-login"),
        (Refuse(status=200, page=PAGE), "online-answer-not-understood"),
        (Refuse(status=302, page=PAGE), "online-redirected"),
        (Refuse(status=511, page=PAGE), "online-network-login"),
    ],
    ids=lambda one: str(getattr(one, "status", "")),
)
async def test_a_proxy_that_answers_itself_in_the_middle_is_named_and_the_next_run_goes_on(  # noqa: PLR0917 - fixtures and cases
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, refusal: Refuse, code: str
) -> None:
    command, workspace = site.migrate(tmp_path / "work"), tmp_path / "work"
    async with fault_proxy(tenant.port) as way:

        def captured() -> None:
            way.always(refusal)
            way.break_connections()

        way.when_passed(calm.sent // 2, captured)
        settings = site.settings(tenant, url=way.url)
        stopped = await anyio.to_thread.run_sync(lambda: run(*command, folder=tmp_path, extra=settings))
        assert (stopped.code, stopped.result["error"]["code"]) == (4, code), stopped.result["error"]
        assert stopped.result["error"]["remedy"]
        way.heal()
        ended = await anyio.to_thread.run_sync(lambda: run(*command, folder=tmp_path, extra=settings))
        await anyio.to_thread.run_sync(assert_ended_like, calm.end, ended, workspace, tenant)
