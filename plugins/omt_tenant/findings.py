"""What `omt tenant verify` can find."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

PLUGIN: Final = "tenant"

STORE_MISMATCH: Final = FindingCode(
    code="store-mismatch",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Something that the tenant stores is not what it was when it was verified and made durable.",
    remedy="Restore the tenant's folder from a copy; where there is none, migrate again into a new folder.",
)

CODES: Final = (STORE_MISMATCH,)
