"""Why a tenant is not served, checked or accepted, and what it refuses to import."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, OnlineRefusedError

ACCEPTANCE_IMPOSSIBLE: Final = ErrorCode(
    code="acceptance-impossible",
    kind=OnlineRefusedError,
    meaning="There is no completed live migration that can be accepted now.",
    remedy="Complete a live migration first.",
)
CERTIFICATE_UNREADABLE: Final = ErrorCode(
    code="certificate-unreadable",
    kind=InputError,
    meaning="The certificate that the tenant shall be served with, or its key, cannot be used.",
    remedy="Give --cert and --key as files in PEM that belong together.",
)
IMPORT_OUT_OF_MEMORY: Final = ErrorCode(
    code="import-out-of-memory",
    kind=OnlineRefusedError,
    meaning="The import needs more memory than the tenant may use.",
    remedy="Raise tenant.importing.memory_limit where the tenant is served, then complete again.",
)
PLANS_MALFORMED: Final = ErrorCode(
    code="plans-malformed",
    kind=InputError,
    meaning="The plans of the tenant are not given as the tool reads them.",
    remedy='Give --plans "NAME:TOTAL,NAME:TOTAL", for example "SalesPREM:20,ServicePREM:5".',
)
PORT_TAKEN: Final = ErrorCode(
    code="port-taken",
    kind=InputError,
    meaning="The tenant's port cannot be used.",
    remedy="Choose another, or 0 for any.",
)
TAKEN_UNREADABLE: Final = ErrorCode(
    code="taken-unreadable",
    kind=InputError,
    meaning="The file of user names that are taken cannot be read.",
    remedy="Give a text file in UTF-8.",
)
TENANT_FOLDER_UNSUITABLE: Final = ErrorCode(
    code="tenant-folder-unsuitable",
    kind=InputError,
    meaning="The path of the tenant's folder has a question mark, which its database does not take.",
    remedy="Choose a folder without one.",
)
TENANT_LOCKED: Final = ErrorCode(
    code="tenant-locked",
    kind=InputError,
    meaning="Another process serves the tenant's folder.",
    remedy="Stop it, or choose another folder.",
)
TENANT_NOT_WRITABLE: Final = ErrorCode(
    code="tenant-not-writable",
    kind=InputError,
    meaning="The tenant's folder cannot be made.",
    remedy="Make room and mend the rights there, or give another folder.",
)
TENANT_UNKNOWN: Final = ErrorCode(
    code="tenant-unknown",
    kind=InputError,
    meaning="The folder is not that of a tenant.",
    remedy="Give the folder that was served.",
)
TENANT_UNREADABLE: Final = ErrorCode(
    code="tenant-unreadable",
    kind=InputError,
    meaning="The tenant's folder is damaged, not a tenant's, or of another version of the tool.",
    remedy="Give a folder that omt tenant serve made, and the version of the tool that made it.",
)

ERROR_CODES: Final = (
    ACCEPTANCE_IMPOSSIBLE,
    CERTIFICATE_UNREADABLE,
    IMPORT_OUT_OF_MEMORY,
    PLANS_MALFORMED,
    PORT_TAKEN,
    TAKEN_UNREADABLE,
    TENANT_FOLDER_UNSUITABLE,
    TENANT_LOCKED,
    TENANT_NOT_WRITABLE,
    TENANT_UNKNOWN,
    TENANT_UNREADABLE,
)
