"""What the transfer says of a machine: how much it notes, by the estimate that was kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from omt_core.api import EstimateRecord, MachineState
from omt_core.testing.sample_calls import SampleCalls
from omt_upload.machine import NOTED_BYTES, examine
from omt_upload.settings import UploadSettings

CALL = SampleCalls().examine_machine()


def test_without_an_estimate_the_notes_are_not_known_and_the_memory_is() -> None:
    notes, bodies = examine(CALL, UploadSettings())
    assert (notes.state, "omt estimate" in notes.remedy) == (MachineState.NOT_CHECKED, True)
    assert (bodies.state, "64.0 MB of memory" in bodies.message) == (MachineState.OK, True)


def test_an_estimate_says_how_much_of_the_disk_the_notes_take() -> None:
    kept = EstimateRecord(made=datetime(2026, 1, 2, tzinfo=UTC), shortest=1, longest=2, files=1_000_000, bytes=4)
    notes, _ = examine(replace(CALL, estimate=kept), UploadSettings())
    assert (notes.state, notes.workspace_bytes) == (MachineState.OK, 1_000_000 * NOTED_BYTES)
    assert "1,000,000 files" in notes.message


def test_who_does_not_move_the_files_says_nothing() -> None:
    assert list(examine(replace(CALL, roles={"transfer": "other"}), UploadSettings())) == []
