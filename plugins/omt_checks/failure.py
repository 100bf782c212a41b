"""The finding about a check that could not be made."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

PLUGIN: Final = "checks"
"""The name of the plugin in all its findings."""

CHECK_FAILED: Final = FindingCode(
    code="check-failed",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A check could not be made, so that nobody knows whether what it looks for is there.",
    remedy="Look into the log for the cause. Waive this finding if you have made the check by hand.",
)
