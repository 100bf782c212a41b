"""What a check finds of a fleet."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

FLEET_NOT_READY: Final = FindingCode(
    code="dask-not-ready",
    severity=Severity.ERROR,
    plugin="dask",
    meaning="The fleet that the settings name cannot send as it stands: its scheduler does not answer, or not safely, a"
    " home has no worker, or a worker cannot see its root.",
    remedy="Mend what the message says, or take the section [dask] and core.roles.transfer out of the settings: then"
    " the tool sends alone.",
)

CODES: Final = (FLEET_NOT_READY,)
