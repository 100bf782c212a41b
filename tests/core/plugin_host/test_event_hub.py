"""Events reach every subscriber; only progress may be left out for a slow one."""

from __future__ import annotations

import pytest

from omt_core.api.events import FindingRaised, Notice, StageProgress
from omt_core.api.findings import Finding
from omt_core.plugin_host import EventHub
from tests.core.plugin_host.plugins import ODD

pytestmark = pytest.mark.anyio

PROGRESS = StageProgress(
    stage="documents", items_done=1, items_total=2, bytes_done=1, bytes_total=2, sent_bytes=1, skipped_bytes=0
)


async def test_a_slow_subscriber_misses_progress_and_nothing_else() -> None:
    hub = EventHub()
    with hub.subscribe() as stream:
        for number in range(1_000):
            hub.emit(PROGRESS)
            hub.emit(Notice(message=str(number)))
        count = stream.statistics().current_buffer_used
        events = [stream.receive_nowait().event for _ in range(count)]
    assert sum(isinstance(event, Notice) for event in events) == 1_000
    assert sum(event is PROGRESS for event in events) < 1_000


async def test_a_subscriber_that_went_away_stops_nobody() -> None:
    hub = EventHub()
    with hub.subscribe() as gone, hub.subscribe() as there:
        gone.close()
        hub.emit(Notice(message="still here"))
        assert there.receive_nowait().event == Notice(message="still here")


async def test_a_finding_that_is_raised_before_anybody_keeps_findings_is_told_once_and_kept() -> None:
    hub = EventHub()
    early = ODD.finding("Before the session is open.")
    kept: list[Finding] = []

    def keep(finding: Finding) -> None:
        kept.append(finding)
        hub.tell(FindingRaised(finding=finding))

    with hub.subscribe() as stream:
        hub.emit(FindingRaised(finding=early))
        with hub.findings_kept(keep):
            later = ODD.finding("While it is open.")
            hub.emit(FindingRaised(finding=later))
        told = [stream.receive_nowait().event for _ in range(stream.statistics().current_buffer_used)]
    assert kept == [early, later]
    assert told == [FindingRaised(finding=early), FindingRaised(finding=later)]
