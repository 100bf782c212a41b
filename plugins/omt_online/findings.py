"""What `omt verify` can find."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity
from omt_protocol.mismatch_report import RECEIPT_MISMATCH

PLUGIN: Final = RECEIPT_MISMATCH.plugin

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
CODES: Final = (ARCHIVE_MISMATCH, RECEIPT_MISMATCH, TENANT_MISMATCH)
