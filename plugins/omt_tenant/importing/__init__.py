"""What a tenant does when all stages are committed: verify, import, apply the decisions, sign the receipt, swap."""

from omt_tenant.importing.ahead import AheadImport
from omt_tenant.importing.migration import import_migration
from omt_tenant.importing.ports import (
    DIGESTS_PER_QUESTION,
    CommittedMigration,
    CommittedStage,
    ImportedMigration,
    ProgressCallback,
    StoredContents,
    TenantSurroundings,
)
from omt_tenant.importing.verification import Detail, PartToImport, VerificationFailedError
from omt_tenant.settings import ImportSettings

__all__ = [
    "DIGESTS_PER_QUESTION",
    "AheadImport",
    "CommittedMigration",
    "CommittedStage",
    "Detail",
    "ImportSettings",
    "ImportedMigration",
    "PartToImport",
    "ProgressCallback",
    "StoredContents",
    "TenantSurroundings",
    "VerificationFailedError",
    "import_migration",
]
