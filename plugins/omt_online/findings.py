"""What `omt verify` and `omt tenant verify` can find."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

PLUGIN: Final = "online"

RECEIPT_MISMATCH: Final = FindingCode(
    code="receipt-mismatch",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The receipt, its signature and its manifest do not belong together: at least one of them was changed or "
    "damaged since the tenant signed it, or another tenant signed it.",
    remedy="Fetch receipt and manifest again from the tenant, or take them from another copy; trust neither until they "
    "agree.",
)
ARCHIVE_MISMATCH: Final = FindingCode(
    code="archive-mismatch",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A file of the archive on disk is not the one that was migrated: it changed, on disk or on its way.",
    remedy="Where the file was changed on purpose after the migration this is what to expect; otherwise restore it.",
)
TENANT_MISMATCH: Final = FindingCode(
    code="tenant-mismatch",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The tenant hands out another receipt or manifest than the one on disk.",
    remedy="If another run was completed since, verify that run's receipt; otherwise ask the online side.",
)
STORE_MISMATCH: Final = FindingCode(
    code="store-mismatch",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Something that the tenant stores is not what it was when it was verified and made durable.",
    remedy="Restore the tenant's folder from a copy; where there is none, migrate again into a new folder.",
)

CODES: Final = (ARCHIVE_MISMATCH, RECEIPT_MISMATCH, STORE_MISMATCH, TENANT_MISMATCH)
