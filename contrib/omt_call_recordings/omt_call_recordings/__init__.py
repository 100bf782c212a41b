"""A plugin for the Online Migration Tool: moves the recordings of calls, which lie in a folder, with the migration."""

from omt_call_recordings.plugin import CallRecordingsPlugin
from omt_call_recordings.settings import CallRecordingsSettings

__all__ = ["CallRecordingsPlugin", "CallRecordingsSettings"]
