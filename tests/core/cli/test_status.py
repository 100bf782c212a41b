"""How fast the run under way is, as `omt status` tells it from the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from omt_core.api.decisions import MigrationMode
from omt_core.api.reporting import PhaseTiming, RunSummary
from omt_core.api.stages import StageTotals
from omt_core.cli.command.status import _Pace
from omt_core.engine.phases import UPLOAD


def test_what_is_left_behind_is_not_waited_for() -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    run = RunSummary(
        number=1, started=started, finished=None, mode=MigrationMode.INITIAL, exit_code=None, sent_bytes=100,
        phases=(PhaseTiming(phase=UPLOAD.name, started=started, finished=None),),
    )  # fmt: skip
    done = StageTotals(
        stage="documents", items=2, bytes=150, confirmed_items=1, confirmed_bytes=100, failed=1, left_behind_bytes=50
    )
    assert _Pace.of(run, [done]).time_left is None
