"""What can be wrong with a journal."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import ErrorCode, InputError, OmtError

JOURNAL_MOVE_NOT_ALLOWED: Final = ErrorCode(
    code="journal-move-not-allowed",
    kind=OmtError,
    meaning="Items of the journal cannot become what a transfer says they are.",
    remedy="This is a fault in a transfer plugin; please report it with the log file.",
)
JOURNAL_TOO_NEW: Final = ErrorCode(
    code="journal-too-new",
    kind=InputError,
    meaning="The journal was written by a newer version of the tool.",
    remedy="Go on with the newer version of the tool.",
)
JOURNAL_UNREADABLE: Final = ErrorCode(
    code="journal-unreadable",
    kind=InputError,
    meaning="The journal cannot be opened.",
    remedy="Give another --workspace, or move the damaged file away: the journal is then rebuilt from the tenant.",
)

ERROR_CODES: Final = (
    JOURNAL_MOVE_NOT_ALLOWED,
    JOURNAL_TOO_NEW,
    JOURNAL_UNREADABLE,
)
