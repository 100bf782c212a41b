"""How a worker hears of the tool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from distributed.comm.core import CommClosedError
from omt_core.api import OnlineUnavailableError, SenderPass, TransferLimits
from omt_online.settings import ClientSettings
from omt_upload.settings import UploadSettings

from omt_dask.messages.orders import Orders
from omt_dask.worker import sender, tool_link
from omt_dask.worker.tool_link import Permits, Stop, ToolLink

pytestmark = pytest.mark.anyio

GIVEN = SenderPass(
    migration="m",
    address="https://tenant.example.com",
    limits=TransferLimits(bundle_bytes=1, member_bytes=1, chunk_bytes=1, digests_per_request=1, parallel_uploads=1),
    token="t",
    seconds=60.0,
)


def packed(number: int, key: X25519PrivateKey | None = None, *, stop: bool = False) -> Mapping[str, Any]:
    orders = Orders(number=number, stop=stop, given=GIVEN, online={"oslo": ClientSettings()})
    return orders.packed({} if key is None else {"oslo-1": key.public_key().public_bytes_raw()})


def hears(
    monkeypatch: pytest.MonkeyPatch, key: X25519PrivateKey, told: Sequence[Mapping[str, Any] | Exception]
) -> ToolLink:
    """Return a link that hears one thing behind another, or fails to."""
    left = iter(told)

    def none(*_: object, **__: object) -> None:
        return

    def value(_: object) -> Mapping[str, Any]:
        heard = next(left)
        if isinstance(heard, Exception):
            raise heard
        return heard

    monkeypatch.setattr(tool_link, "Variable", none)
    monkeypatch.setattr(tool_link, "Queue", none)
    monkeypatch.setattr(tool_link, "_value_of", value)
    monkeypatch.setattr(tool_link, "SECONDS_BETWEEN_ORDERS", 0.01)
    return ToolLink("run", cast("Any", None), "oslo-1", key, Stop())


async def test_one_that_was_started_again_under_its_name_waits_until_the_tool_knows_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead, own = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    orders = await hears(monkeypatch, own, [packed(1), packed(2, dead), packed(3, own)]).next_orders()
    assert (orders.number, orders.given) == (3, GIVEN)


async def test_a_line_to_the_scheduler_that_breaks_for_a_moment_costs_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = X25519PrivateKey.generate()
    orders = await hears(monkeypatch, own, [CommClosedError("cut"), packed(1, own)]).next_orders()
    assert orders.number == 1
    answers: list[int | OSError] = [CommClosedError("cut"), TimeoutError(), 7, 5]

    def draw() -> int:
        drawn = answers.pop(0)
        if isinstance(drawn, OSError):
            raise drawn
        return drawn

    await Permits(draw, Stop()).acquire(10)
    assert not answers


async def test_one_that_has_not_heard_of_the_tool_for_long_sends_again_once_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = X25519PrivateKey.generate()
    heard = [packed(1, own), packed(1, own), CommClosedError("cut"), packed(2, own), packed(3, own, stop=True)]
    clock, seconds, stopped = SimpleNamespace(now=0.0), iter((0.0, 61.0, 62.0, 63.0, 64.0)), list[bool]()
    monkeypatch.setattr(tool_link, "time", SimpleNamespace(monotonic=lambda: clock.now))
    tool = hears(monkeypatch, own, heard)
    value = tool_link._value_of  # pyright: ignore[reportPrivateUsage]

    def looked(variable: Any) -> Mapping[str, Any]:
        stopped.append(tool.stop.is_set())
        clock.now = next(seconds)
        return value(variable)

    monkeypatch.setattr(tool_link, "_value_of", looked)
    with tool.stop.cut() as scope:
        await tool.watch()
        assert scope.deadline < math.inf
    assert stopped == [False, False, True, True, False]
    assert tool.stop.is_set()
    tool.stop.resume()
    assert tool.stop.is_set(), "what the tool has said is said"


async def test_one_that_hears_nothing_for_it_says_so_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = X25519PrivateKey.generate()
    tool = hears(monkeypatch, own, [packed(number) for number in range(1_000)])
    monkeypatch.setattr(tool_link, "SECONDS_OF_SILENCE", 0.05)
    with pytest.raises(TimeoutError):
        async with sender.serving(tool, "oslo", UploadSettings(), tmp_path):
            pass


async def test_what_stands_between_a_worker_and_the_tenant_is_told_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    error = OnlineUnavailableError("online-connection-lost", "The line is gone.", "Wait.")

    def no_line(*_: object) -> None:
        raise error

    own = X25519PrivateKey.generate()
    tool = hears(monkeypatch, own, [packed(1, own)])
    monkeypatch.setattr(sender, "sender", no_line)
    with pytest.raises(OnlineUnavailableError) as caught:
        async with sender.serving(tool, "oslo", UploadSettings(), tmp_path):
            pass
    assert caught.value is error
