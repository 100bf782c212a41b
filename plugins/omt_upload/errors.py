"""What stops the transfer on this machine."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, OmtError, OnlineRefusedError

CONTENTS_STILL_MISSING: Final = ErrorCode(
    code="contents-still-missing",
    kind=OnlineRefusedError,
    meaning="The online side lacks contents of a stage, also after they were sent again.",
    remedy="Run the same command again; if that does not help, ask whoever runs the online side for its storage.",
)
ITEM_NOT_SETTLED: Final = ErrorCode(
    code="item-not-settled",
    kind=OmtError,
    meaning="An item was neither confirmed online nor left behind for a reason when its stage ended.",
    remedy="This is a fault in the tool; please report it with the log file.",
)
MEMORY_SHORT: Final = ErrorCode(
    code="memory-short",
    kind=InputError,
    meaning="The system has no memory left to read files into.",
    remedy="End other programs, or enlarge the page file, then run the same command again: it goes on from what was"
    " confirmed. Lower upload.buffer_bytes and upload.bundle_bytes take less memory.",
)

ERROR_CODES: Final = (
    CONTENTS_STILL_MISSING,
    ITEM_NOT_SETTLED,
    MEMORY_SHORT,
)
