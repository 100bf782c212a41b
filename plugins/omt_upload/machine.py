"""What the transfer needs of this machine: room for what it notes of each file, and bodies that fit the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omt_core.api import MachineCheck, MachineState, byte_size, calendar_day, sentence
from omt_core.api.calls import ExamineMachine
from omt_upload.findings import PLUGIN
from omt_upload.settings import UploadSettings

NOTED_BYTES: Final = 2_048
"""What a file takes in the workspace: its row in the journal, its line in two manifests (measured: 800 bytes)."""


def examine(call: ExamineMachine, settings: UploadSettings) -> Iterator[MachineCheck]:
    """Say what a transfer takes of the workspace's disk, by the estimate that was kept, and of memory."""
    if call.roles["transfer"] != PLUGIN:
        return
    if call.estimate is None:
        yield MachineCheck(
            name="notes",
            state=MachineState.NOT_CHECKED,
            message=sentence(
                "How much the notes about each file will take is not known: no estimate is kept in the workspace."
            ),
            remedy=sentence("Run `omt estimate`, then ask again."),
        )
    else:
        needed = call.estimate.files * NOTED_BYTES
        yield MachineCheck(
            name="notes",
            state=MachineState.OK,
            message=sentence(
                "The notes about {files:,} files take about {size} of the workspace (estimate of {day}).",
                files=call.estimate.files,
                size=byte_size(needed),
                day=calendar_day(call.estimate.made.astimezone()),
            ),
            workspace_bytes=needed,
        )
    yield MachineCheck(
        name="bodies",
        state=MachineState.OK,
        message=sentence(
            "{uploads} uploads at once at most, each of up to {size} a request, take up to {memory} of memory.",
            uploads=settings.parallel_uploads,
            size=byte_size(settings.longest_request),
            memory=byte_size(max(settings.buffer_bytes, settings.bundle_bytes)),
        ),
    )
