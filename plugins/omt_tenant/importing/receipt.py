"""The fourth step of an import: the manifest and the signed receipt, durable on disk."""

from __future__ import annotations

from datetime import UTC, datetime

from omt_core.api.files import move_into_place, write_whole
from omt_protocol.receipt import (
    Changes,
    Receipt,
    ReceiptFormatError,
    ReceiptHeader,
    TableTotals,
    check_signature,
    parse_receipt,
    public_key_of,
    sign,
)
from omt_tenant.importing.decisions import changes_of
from omt_tenant.importing.files import ImportFiles
from omt_tenant.importing.ports import CommittedMigration, ImportedMigration, TenantSurroundings
from omt_tenant.importing.verification import Detail, VerificationFailedError, VerifiedMigration


def issue_receipt(
    migration: CommittedMigration,
    verified: VerifiedMigration,
    surroundings: TenantSurroundings,
    files: ImportFiles,
    changes: tuple[Changes, tuple[TableTotals, ...], tuple[str, ...]],
) -> Receipt:
    """Sign what was verified and write it beside the manifest. `changes` says what the database is beyond that."""
    counted, changed, omitted = changes
    header = ReceiptHeader(
        tenant=migration.tenant,
        migration=migration.id,
        kind=migration.kind,
        owner=migration.owner,
        serial=migration.serial,
        completed_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        snapshot=verified.snapshot,
        manifest=verified.totals.manifest(),
        files=verified.totals.files(),
        tables=verified.totals.tables(),
        changes=counted,
        changed_tables=changed,
        omitted=omitted,
        plugins=dict(migration.request.plugins),
        waivers=tuple(sorted(migration.request.waivers)),
        public_key=public_key_of(surroundings.key),
    )
    receipt = sign(header, surroundings.key)
    move_into_place(files.partial_manifest, files.manifest)
    write_whole(files.receipt, receipt.to_bytes())
    return receipt


def changes_by(
    migration: CommittedMigration, changed: tuple[TableTotals, ...]
) -> tuple[Changes, tuple[TableTotals, ...], tuple[str, ...]]:
    """Say what the decisions of this migration made of the database."""
    return changes_of(migration.request), changed, tuple(sorted(migration.request.omitted))


def changes_before(
    verified: VerifiedMigration, surroundings: TenantSurroundings, current: ImportedMigration
) -> tuple[Changes, tuple[TableTotals, ...], tuple[str, ...]]:
    """Repeat what the last receipt says of the database that is kept, having made sure that it is about this one."""
    try:
        receipt = parse_receipt(current.receipt.read_bytes())
    except (OSError, ReceiptFormatError) as error:
        raise _refused("receipt-damaged", current.receipt.name, f"cannot be read: {error}") from error
    for mismatch in check_signature(receipt, public_key_of(surroundings.key)):
        raise _refused("receipt-damaged", current.receipt.name, str(mismatch))
    header = receipt.header
    if (header.snapshot, header.tables) != (verified.snapshot, verified.totals.tables()):
        message = "is not the one that was imported; a recovery of missing files leaves the database as it is"
        raise _refused("database-changed", "database", message)
    return header.changes, header.changed_tables, header.omitted


def _refused(code: str, subject: str, message: str) -> VerificationFailedError:
    return VerificationFailedError([Detail(code=code, subject=subject, message=message)])
