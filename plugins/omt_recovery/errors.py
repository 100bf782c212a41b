"""Why a migration cannot be begun or gone on with at this tenant."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InstallationError, OnlineRefusedError

LICENCE_IDENTITY_CHANGED: Final = ErrorCode(
    code="licence-identity-changed",
    kind=InstallationError,
    meaning="The company name or the serial number in the database is not that of the migration that was begun, so"
    " that it cannot be resumed.",
    remedy="Restore the former company name and serial number in the licence until the live migration is finished."
    " If this is another installation, give it a tenant and a workspace of its own.",
)
TENANT_IN_USE: Final = ErrorCode(
    code="tenant-in-use",
    kind=OnlineRefusedError,
    meaning="The tenant is in use and knows of no migration: an upload would replace what its users do.",
    remedy="Check the address of the tenant. A migration goes to a tenant that waits for one (MigrationPending).",
)

ERROR_CODES: Final = (
    LICENCE_IDENTITY_CHANGED,
    TENANT_IN_USE,
)
