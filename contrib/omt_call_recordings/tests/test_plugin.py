"""The plugin in a real host, and as it is found when it is installed."""

from __future__ import annotations

from importlib.metadata import entry_points

from omt_core.testing.conformance import PluginConformance

from omt_call_recordings import CallRecordingsPlugin


class TestConformance(PluginConformance):
    """What every plugin must keep to."""

    plugin_class = CallRecordingsPlugin
    name = "call_recordings"


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="call_recordings")
    assert entry.load() is CallRecordingsPlugin
