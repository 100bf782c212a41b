"""Ctrl-C while a fleet sends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from kept_journal import KeptJournal
from omt_core.api import ItemState
from omt_tenant.embedded import serve_tenant
from omt_upload.settings import UploadSettings
from sites import Counted, Site, Stop, deadline, scheduler_is_there, site, transferred
from typing_extensions import override

pytestmark = pytest.mark.anyio

LARGE = UploadSettings(bundle_bytes=256 << 10, bundle_members=5, compress="never")
"""Two batches are more than the one share of the line."""


FIRST_SHARE = 256 << 10


class RunsDry(Counted):
    """Admits one share of the line, and once some of it was sent asks for a stop, and admits nothing more."""

    def __init__(self, journal: KeptJournal, stop: Stop) -> None:
        super().__init__()
        self._journal, self._stop = journal, stop

    @override
    async def acquire(self, size: int) -> None:
        if self.admitted >= FIRST_SHARE:
            with anyio.move_on_after(20):  # what was admitted may have gone into a request that came to nothing
                while not self._journal.items.sent:  # noqa: ASYNC110 - a journal has no event for that
                    await anyio.sleep(0.01)
            if self._journal.items.sent:
                self._stop.set()
                await anyio.sleep_forever()
        await super().acquire(size)


@pytest.fixture(scope="module")
def oslo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), {"oslo-1": "oslo=2"}) as running:
        yield running


async def test_a_stop_reaches_workers_that_wait_for_their_share_of_the_line(tmp_path: Path, oslo: Site) -> None:
    archive, journal, stop = tmp_path / "oslo", KeptJournal(), Stop()
    archive.mkdir()
    chance = random.Random(0)
    for number in range(30):
        (archive / f"{number}.docx").write_bytes(chance.randbytes(40_000))
    async with deadline(100), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(oslo)
        settings = oslo.settings(homes={"oslo": {"roots": {str(archive): str(archive)}}}, upload=LARGE)
        rate = RunsDry(journal, stop)
        run = await transferred(tenant, settings, tmp_path / "work", [archive], journal, rate=rate, stop=stop)
        states = list(journal.states().values())
        assert run.summary.stopped
        assert ItemState.PENDING in states
        assert ItemState.CONFIRMED in states
        # Who is at a request finishes it, and begins no other.
        assert journal.items.sent <= rate.admitted + 2 * LARGE.bundle_bytes
        again = await transferred(tenant, settings, tmp_path / "work", [archive], journal)
    assert not again.summary.stopped
    assert set(journal.states().values()) == {ItemState.CONFIRMED}
