"""What a database or a path can be that the CRM's rules cannot work with."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InstallationError

DATABASE_COLUMN_MISSING: Final = ErrorCode(
    code="database-column-missing",
    kind=InstallationError,
    meaning="The database lacks a column that is to be written.",
    remedy="Report this with the version of the CRM: its tables are not as documented.",
)
PATH_UNUSABLE: Final = ErrorCode(
    code="path-unusable",
    kind=InstallationError,
    meaning="A path of the installation cannot be used on this machine.",
    remedy="Give the folder in the answers file, section [installation].",
)
TABLE_PREFIX_INVALID: Final = ErrorCode(
    code="table-prefix-invalid",
    kind=InstallationError,
    meaning="The table prefix that was given cannot be the name of a schema.",
    remedy="Give the owner of the CRM's tables as `prefix` in the answers file, section [installation].",
)
TABLE_PREFIX_UNKNOWN: Final = ErrorCode(
    code="table-prefix-unknown",
    kind=InstallationError,
    meaning="The database has no schema of the name that is given as the owner of the CRM's tables.",
    remedy="Give the owner of the CRM's tables as `prefix` in the answers file, or let the database user read it.",
)

ERROR_CODES: Final = (
    DATABASE_COLUMN_MISSING,
    PATH_UNUSABLE,
    TABLE_PREFIX_INVALID,
    TABLE_PREFIX_UNKNOWN,
)
"""Whoever uses this library names these by `add_error_codes`."""
