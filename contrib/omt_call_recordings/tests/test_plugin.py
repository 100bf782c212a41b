"""The plugin in a real host, and as it is found when it is installed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path

from omt_core.api import UploadStage
from omt_core.testing.conformance import PluginConformance
from omt_core.testing.stage_conformance import UploadStageConformance
from omt_folders import SeenFolders

from omt_call_recordings import CallRecordingsPlugin, CallRecordingsSettings
from omt_call_recordings.findings import CODES, PLUGIN
from omt_call_recordings.recordings import recordings_in


class TestConformance(PluginConformance):
    """What every plugin must keep to."""

    plugin_class = CallRecordingsPlugin
    name = "call_recordings"


class TestStage(UploadStageConformance):
    """What every upload stage must keep to."""

    codes = CODES

    @asynccontextmanager
    async def stage_of(self, folder: Path) -> AsyncGenerator[UploadStage, None]:
        """Make the stage as a new run in the same workspace makes it."""
        seen, settings = SeenFolders(PLUGIN), CallRecordingsSettings(folder=folder)
        seen.keep_in(folder.parent)
        yield recordings_in(folder, settings, seen).row(title="Call recordings", order=70)


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="call_recordings")
    assert entry.load() is CallRecordingsPlugin
