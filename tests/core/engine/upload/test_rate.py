"""The limit on sending."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.errors import InputError
from omt_core.api.text import byte_size
from omt_core.engine.upload.rate import FileRateLimiter, parse_rate, write_limit

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("text", "rate"), [("5M", 5 * 1024**2), ("500k", 512_000), ("1.5M", 1_572_864), ("off", None)])
def test_a_rate_is_read_as_written(text: str, rate: int | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(("typed", "shown"), [("5M", "5.0 MB"), ("500K", "500.0 KB"), ("1.5G", "1.5 GB")])
def test_a_rate_is_shown_in_the_units_in_which_it_was_typed(typed: str, shown: str) -> None:
    assert byte_size(parse_rate(typed) or 0) == shown


@pytest.mark.parametrize("text", ["", "fast", "-1", "0", "5T", "1e9", "5 M B"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_rate(text)
    assert caught.value.code == "rate-invalid"


async def test_a_lifted_limit_lets_those_go_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    waits: list[float] = []
    file = tmp_path / "limit"
    write_limit(file, 10)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds
        if len(waits) == 4:
            write_limit(file, None)

    monkeypatch.setattr("omt_core.engine.upload.rate.anyio.sleep", sleep)
    monkeypatch.setattr("omt_core.engine.upload.rate.time.monotonic", lambda: clock[0])
    await FileRateLimiter(file).acquire(1_000)
    assert clock[0] < 5


async def test_sending_takes_as_long_as_the_limit_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    write_limit(tmp_path / "limit", 100)

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("omt_core.engine.upload.rate.anyio.sleep", sleep)
    monkeypatch.setattr("omt_core.engine.upload.rate.time.monotonic", lambda: clock[0])
    limiter = FileRateLimiter(tmp_path / "limit")
    for _ in range(10):
        await limiter.acquire(100)
    assert clock[0] == pytest.approx(10)


async def test_without_a_limit_nobody_waits(tmp_path: Path) -> None:
    await FileRateLimiter(tmp_path / "none").acquire(10**12)
