"""Import a migration: verify, build, apply, sign, swap. A kill at any moment and a new call end in the same state."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass

import anyio
import anyio.from_thread
import anyio.to_thread

from omt_core.api import CompletionProgress
from omt_protocol.receipt import TableTotals, canonical
from omt_tenant.importing.builder import DatabaseBuilder
from omt_tenant.importing.decisions import check_decisions
from omt_tenant.importing.files import ImportFiles, sweep
from omt_tenant.importing.ports import (
    CommittedMigration,
    ImportedMigration,
    ProgressCallback,
    TenantSurroundings,
)
from omt_tenant.importing.receipt import changes_before, changes_by, issue_receipt
from omt_tenant.importing.verification import Detail, VerificationFailedError, VerifiedMigration, verify_stages
from omt_tenant.settings import ImportSettings


async def import_migration(
    migration: CommittedMigration,
    surroundings: TenantSurroundings,
    *,
    settings: ImportSettings,
    progress: ProgressCallback,
) -> ImportedMigration:
    """Verify and import what was committed, and make it current, all or nothing.

    Calling again with the same migration goes on where an interrupted call stopped; after it succeeded, it returns what
    is current. Raises `VerificationFailedError` with every reason; nothing that is current has then changed.
    Cancellation takes effect between two parts.
    """

    def report(state: CompletionProgress) -> None:
        anyio.from_thread.check_cancelled()
        anyio.from_thread.run_sync(progress, state)

    work = MigrationImport(migration, surroundings, settings, report)
    return await anyio.to_thread.run_sync(work.run, limiter=anyio.CapacityLimiter(1))


@dataclass(frozen=True, slots=True)
class MigrationImport:
    """The steps in order, as blocking work. `report` may raise to stop between two of them."""

    migration: CommittedMigration
    surroundings: TenantSurroundings
    settings: ImportSettings
    report: Callable[[CompletionProgress], None]

    def run(self) -> ImportedMigration:
        """Take all steps that are still to be taken."""
        files = ImportFiles(self.surroundings.databases, self.surroundings.receipts, import_name(self.migration))
        current = self.surroundings.current
        if current is None or current.receipt != files.receipt:
            current = self._import(files)
        # Also when it is current: the run that asked may be another than the one that made it so.
        self.surroundings.make_current(current)
        sweep(self.surroundings, current)
        self.report(CompletionProgress(state="done", done=1, total=1, detail="Migration imported"))
        return current

    def _import(self, files: ImportFiles) -> ImportedMigration:
        if not self.migration.keep_database:
            check_decisions(self.migration.request, self.surroundings.plans, self.surroundings.taken)
        verified = self._verify(files)
        current, database = self.surroundings.current, files.database
        if not self.migration.keep_database:
            changes = changes_by(self.migration, self._build(files, verified))
        elif current is None:
            detail = Detail(code="nothing-imported", subject="database", message="there is no database to keep yet")
            raise VerificationFailedError([detail])
        else:
            changes, database = changes_before(verified, self.surroundings, current), current.database
        issue_receipt(self.migration, verified, self.surroundings, files, changes)
        return ImportedMigration(database=database, manifest=files.manifest, receipt=files.receipt)

    def _verify(self, files: ImportFiles) -> VerifiedMigration:
        total = sum(stage.items for stage in self.migration.stages)

        def count(done: int, detail: str) -> None:
            self.report(CompletionProgress(state="verifying", done=done, total=total, detail=detail))

        with files.create_manifest() as manifest:
            verified = verify_stages(self.migration.stages, self.surroundings.contents, manifest, count)
            manifest.flush()
            os.fsync(manifest.fileno())
        return verified

    def _build(self, files: ImportFiles, verified: VerifiedMigration) -> tuple[TableTotals, ...]:
        total = sum(len(parts) for parts in verified.tables.values())

        def count(done: int, detail: str) -> None:
            self.report(CompletionProgress(state="importing", done=done, total=total, detail=detail))

        builder = DatabaseBuilder(files=files, contents=self.surroundings.contents, settings=self.settings)
        return builder.build(verified.tables, self.migration.request, count)


NAME_LENGTH = 32


def import_name(migration: CommittedMigration) -> str:
    """Return a name made of hexadecimal digits for the files of this import.

    Everything that decides what the files hold goes into it, so that a repeated import finds what an interrupted one
    left, and never takes the remains of another for its own.
    """
    inputs = {
        "id": migration.id,
        "tenant": migration.tenant,
        "kind": migration.kind,
        "owner": migration.owner,
        "serial": migration.serial,
        "stages": sorted((stage.stage, stage.digest, stage.items, stage.snapshot) for stage in migration.stages),
        "request": asdict(migration.request),
        "keep_database": migration.keep_database,
    }
    return hashlib.sha256(canonical(inputs)).hexdigest()[:NAME_LENGTH]
