"""Why a report is not there."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError

REPORT_NOT_WRITABLE: Final = ErrorCode(
    code="report-not-writable",
    kind=InputError,
    meaning="The report cannot be written to the place that was given.",
    remedy="Close the file in other programs, or give another place with --output.",
)

ERROR_CODES: Final = (REPORT_NOT_WRITABLE,)
