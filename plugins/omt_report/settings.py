"""How much a report shows."""

from __future__ import annotations

from pydantic import Field

from omt_core.api import PluginSettings


class ReportSettings(PluginSettings):
    """The section `report` of the settings."""

    exceptions_shown: int = Field(default=1_000, ge=1, le=100_000)
    """How many items of one kind the HTML report lists; CSV and JSON always hold all."""
