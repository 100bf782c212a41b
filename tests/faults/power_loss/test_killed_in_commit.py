"""What a killed tenant wrote and did not fsync is made sure before the next one tells of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from omt_tenant.tenant import Store
from tests.power_loss import Sending, record, survivors
from tests.strace import skip_without_strace


def test_a_commit_that_a_kill_left_without_its_fsync_is_not_told_before_it_is_sure(tmp_path: Path, shelf: Path) -> None:
    skip_without_strace()
    disk = tmp_path / "disk"
    disk.mkdir()
    recorded = record(
        [sys.executable, "-m", "tests.faults.power_loss.killed_in_commit", str(disk / "tenant")],
        watched=[disk],
        output=tmp_path / "strace",
        environment={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    [said] = [at for at, operation in enumerate(recorded.record.operations) if isinstance(operation, Sending)]
    states = 0
    for survivor in survivors(recorded.record, seed=1, milestones=[said]):
        if survivor.position > said:
            states += 1
            survivor.tree.write({str(disk): shelf / str(states)})
            store = Store.open(shelf / str(states) / "tenant")
            migration = store.claims.status()
            store.close()
            assert migration is not None, survivor
            assert migration.id.encode() == recorded.output
    assert states
