"""The errors of docs/reference/protocol.md as a person meets them, and those of the line that every target has."""

from __future__ import annotations

from typing import Final

from omt_core.api import (
    BodyRefusedError,
    ErrorCode,
    InputError,
    OnlineRefusedError,
    OnlineUnavailableError,
    UploadLostError,
    UploadMismatchError,
)

BODY_CUT: Final = ErrorCode(
    code="body-cut",
    kind=OnlineRefusedError,
    meaning="A request ended before it was whole.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
BODY_REFUSED: Final = ErrorCode(
    code="body-refused",
    kind=BodyRefusedError,
    meaning="Something on the way cuts or refuses what a request carries, and lets all else pass.",
    remedy="A virus scanner, a filter or a firewall judged what is in it: have it let the tool's uploads pass, then"
    " run the same command again.",
)
BUNDLE_MALFORMED: Final = ErrorCode(
    code="bundle-malformed",
    kind=OnlineRefusedError,
    meaning="The online side cannot read a bundle of files that was sent to it.",
    remedy="Run the same command again, with the newest version of the tool; if it fails again, send the log to the"
    " online side.",
)
BUSY: Final = ErrorCode(
    code="busy",
    kind=OnlineUnavailableError,
    meaning="The online side is busy.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
CA_FILE_UNREADABLE: Final = ErrorCode(
    code="ca-file-unreadable",
    kind=InputError,
    meaning="The file of certificates that the online side is trusted by cannot be read.",
    remedy="Set ca_file, in the section of the target, to a file of certificates in PEM.",
)
CALL_UNKNOWN: Final = ErrorCode(
    code="call-unknown",
    kind=OnlineRefusedError,
    meaning="The online side does not know a call of the tool.",
    remedy="Check that online.url is the address of a tenant, and use the newest version of the tool.",
)
CHECKSUM_MISMATCH: Final = ErrorCode(
    code="checksum-mismatch",
    kind=UploadMismatchError,
    meaning="A part of an upload arrived damaged each time it was sent.",
    remedy="Run the same command again; if it fails again, look for what damages the line: a proxy, a network card,"
    " memory.",
)
CHOICE_NOT_POSSIBLE: Final = ErrorCode(
    code="choice-not-possible",
    kind=OnlineRefusedError,
    meaning="What was chosen does not fit what the tenant holds already.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
COMPLETION_RUNNING: Final = ErrorCode(
    code="completion-running",
    kind=OnlineRefusedError,
    meaning="The tenant is importing what was committed, and takes nothing else before that is over.",
    remedy="Wait until that is over, then run the same command again.",
)
CONTENT_MISMATCH: Final = ErrorCode(
    code="content-mismatch",
    kind=UploadMismatchError,
    meaning="What arrived is not what was announced: a file changed while it was read, or was damaged on its way.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
CONTENT_UNKNOWN: Final = ErrorCode(
    code="content-unknown",
    kind=OnlineRefusedError,
    meaning="The online side does not have a content that it was asked for.",
    remedy="Ask for contents of this migration's manifest only.",
)
CONTENTS_MISSING: Final = ErrorCode(
    code="contents-missing",
    kind=OnlineRefusedError,
    meaning="The online side does not have contents of a stage that were sent to it.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
IDENTITY_CHANGED: Final = ErrorCode(
    code="identity-changed",
    kind=OnlineRefusedError,
    meaning="The owner of the licence or its serial number is not that of the migration that the tenant holds.",
    remedy="Restore the former company name and serial number in the licence, or give this installation a tenant of"
    " its own.",
)
IMPORT_FAILED: Final = ErrorCode(
    code="import-failed",
    kind=OnlineUnavailableError,
    meaning="The import online broke.",
    remedy="Run the same command again, which begins it again; if it fails again, send the log to the online side.",
)
MANIFEST_MALFORMED: Final = ErrorCode(
    code="manifest-malformed",
    kind=OnlineRefusedError,
    meaning="The online side takes the list of what was uploaded for none of its protocol.",
    remedy="Run the same command again, with the newest version of the tool; if it fails again, send the log to the"
    " online side.",
)
MIGRATION_ACCEPTED: Final = ErrorCode(
    code="migration-accepted",
    kind=OnlineRefusedError,
    meaning="The live migration of this tenant was accepted, and its users work there: nothing can be uploaded to it"
    " any more.",
    remedy="Add further documents in CRM Online itself. A new migration needs another tenant.",
)
MIGRATION_CLAIMED: Final = ErrorCode(
    code="migration-claimed",
    kind=OnlineRefusedError,
    meaning="Another tool, or another machine, works on this tenant's migration, or did so a moment ago.",
    remedy="Wait until the other run has ended, or end it, and run the same command again.",
)
MIGRATION_UNKNOWN: Final = ErrorCode(
    code="migration-unknown",
    kind=OnlineRefusedError,
    meaning="The tenant has no such migration, or none was opened.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
OFFSET_MISMATCH: Final = ErrorCode(
    code="offset-mismatch",
    kind=UploadMismatchError,
    meaning="An upload does not stand online where the tool left it.",
    remedy="Run the same command again: it asks for the offset and goes on from there.",
)
ONLINE_CONNECTION_LOST: Final = ErrorCode(
    code="online-connection-lost",
    kind=OnlineUnavailableError,
    meaning="The connection to the online side broke.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
RANGE_IMPOSSIBLE: Final = ErrorCode(
    code="range-impossible",
    kind=OnlineRefusedError,
    meaning="The part of a content that was asked for is not within it.",
    remedy="Ask for a part within the content.",
)
RECEIPT_UNKNOWN: Final = ErrorCode(
    code="receipt-unknown",
    kind=OnlineRefusedError,
    meaning="The migration was not completed yet, so there is no receipt.",
    remedy="Complete a migration first.",
)
REQUEST_MALFORMED: Final = ErrorCode(
    code="request-malformed",
    kind=OnlineRefusedError,
    meaning="The online side takes a request of the tool for none of its protocol.",
    remedy="Run the same command again, with the newest version of the tool; if it fails again, send the log to the"
    " online side.",
)
RUN_OVER: Final = ErrorCode(
    code="run-over",
    kind=OnlineRefusedError,
    meaning="This run of the migration is complete already, or another one began.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
SECRET_WRONG: Final = ErrorCode(
    code="secret-wrong",
    kind=OnlineRefusedError,
    meaning="The migration secret is not this tenant's.",
    remedy="Check that online.token_file is the one that belongs to this tenant, and that the online side has given out"
    " no newer one; then run the same command again.",
)
SENDER_REFUSED: Final = ErrorCode(
    code="sender-refused",
    kind=OnlineRefusedError,
    meaning="A machine that only sends for the migration asked for more than its token allows.",
    remedy="This is a fault in the tool; please report it with the log file.",
)
SNAPSHOT_MISMATCH: Final = ErrorCode(
    code="snapshot-mismatch",
    kind=OnlineRefusedError,
    meaning="What was uploaded is not all of one snapshot of the database.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
STAGE_MISSING: Final = ErrorCode(
    code="stage-missing",
    kind=OnlineRefusedError,
    meaning="The database was not uploaded in this run, so that it cannot be completed.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
STORAGE_FULL: Final = ErrorCode(
    code="storage-full",
    kind=OnlineRefusedError,
    meaning="The storage of the online side is full.",
    remedy="Have the online side make room, then run the same command again: it goes on from there.",
)
TOKEN_EXPIRED: Final = ErrorCode(
    code="token-expired",
    kind=OnlineRefusedError,
    meaning="The token of the run has expired, and no new one was given for it.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
TOKEN_WRONG: Final = ErrorCode(
    code="token-wrong",
    kind=OnlineRefusedError,
    meaning="The online side does not know the token that it gave.",
    remedy="Run the same command again: it goes on from what was confirmed.",
)
TOO_LARGE: Final = ErrorCode(
    code="too-large",
    kind=OnlineRefusedError,
    meaning="The online side, or a proxy before it, does not take requests of this size.",
    remedy="Have that limit raised in the proxy, or set upload.longest_request and upload.bundle_bytes below it.",
)
TUS_VERSION: Final = ErrorCode(
    code="tus-version",
    kind=OnlineRefusedError,
    meaning="The online side takes uploads by another version of the tus protocol.",
    remedy="Use the newest version of the tool.",
)
UPLOAD_UNKNOWN: Final = ErrorCode(
    code="upload-unknown",
    kind=UploadLostError,
    meaning="An upload is not known online any more: it was given up, or has expired.",
    remedy="Run the same command again: what is missing is sent anew.",
)
VERIFICATION_FAILED: Final = ErrorCode(
    code="verification-failed",
    kind=OnlineRefusedError,
    meaning="What was uploaded is not whole or not what was announced, or cannot be applied. Nothing online has"
    " changed.",
    remedy="Mend what the reasons name and run the migration again: what is damaged or not there is sent anew.",
)

ERROR_CODES: Final = (
    BODY_CUT,
    BODY_REFUSED,
    BUNDLE_MALFORMED,
    BUSY,
    CA_FILE_UNREADABLE,
    CALL_UNKNOWN,
    CHECKSUM_MISMATCH,
    CHOICE_NOT_POSSIBLE,
    COMPLETION_RUNNING,
    CONTENT_MISMATCH,
    CONTENT_UNKNOWN,
    CONTENTS_MISSING,
    IDENTITY_CHANGED,
    IMPORT_FAILED,
    MANIFEST_MALFORMED,
    MIGRATION_ACCEPTED,
    MIGRATION_CLAIMED,
    MIGRATION_UNKNOWN,
    OFFSET_MISMATCH,
    ONLINE_CONNECTION_LOST,
    RANGE_IMPOSSIBLE,
    RECEIPT_UNKNOWN,
    REQUEST_MALFORMED,
    RUN_OVER,
    SECRET_WRONG,
    SENDER_REFUSED,
    SNAPSHOT_MISMATCH,
    STAGE_MISSING,
    STORAGE_FULL,
    TOKEN_EXPIRED,
    TOKEN_WRONG,
    TOO_LARGE,
    TUS_VERSION,
    UPLOAD_UNKNOWN,
    VERIFICATION_FAILED,
)
"""Whoever reaches an online side by this library names these by `add_error_codes`."""
