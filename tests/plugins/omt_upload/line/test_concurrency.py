"""The limiters of concurrency follow what it times."""

from __future__ import annotations

import pytest

from omt_upload.line.concurrency import Concurrency
from omt_upload.settings import UploadSettings

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def full_period(concurrency: Concurrency, clock: Clock, speed: float) -> None:
    """Send bodies of a megabyte, with all uploads busy, until one period is over."""
    allowed = int(concurrency.uploads.total_tokens)
    senders = [object() for _ in range(allowed)]
    for sender in senders:
        concurrency.uploads.acquire_on_behalf_of_nowait(sender)
    for _ in range(2 * allowed):
        clock.now += 1e6 / speed
        concurrency.passed(1_000_000, refusals=0)
    for sender in senders:
        concurrency.uploads.release_on_behalf_of(sender)


async def test_more_uploads_pass_once_they_turned_out_to_be_faster() -> None:
    clock = Clock()
    concurrency = Concurrency(UploadSettings(first_uploads=2, parallel_uploads=8, readers=3), most=8, clock=clock)
    assert (concurrency.uploads.total_tokens, concurrency.slots.total_tokens) == (2, 5)
    for _ in range(20):
        await full_period(concurrency, clock, 1e6 * concurrency.uploads.total_tokens)
    assert (concurrency.uploads.total_tokens, concurrency.slots.total_tokens) == (8, 11)


async def test_no_more_pass_than_the_online_side_takes() -> None:
    concurrency = Concurrency(UploadSettings(first_uploads=4, fewest_uploads=3), most=2)
    assert concurrency.uploads.total_tokens == 2


async def test_fewer_pass_as_soon_as_the_online_side_turns_one_away_and_one_answer_counts_once() -> None:
    concurrency = Concurrency(UploadSettings(first_uploads=8, parallel_uploads=8), most=8)
    concurrency.passed(1, refusals=1)
    assert concurrency.uploads.total_tokens == 4
    concurrency.passed(1, refusals=1)
    assert concurrency.uploads.total_tokens == 4
