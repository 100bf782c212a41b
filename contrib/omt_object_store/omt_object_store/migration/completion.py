"""Completion: everything that was committed is looked for in the store, then the receipt is signed and made current."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from omt_core.api import (
    CompletionProgress,
    CompletionRequest,
    ManifestEntry,
    OnlineRefusedError,
    RecoveryChoice,
    listing,
    sentence,
)
from omt_protocol.errors import SNAPSHOT_MISMATCH, STAGE_MISSING, VERIFICATION_FAILED
from omt_protocol.receipt import DATABASE_STAGE, Changes, ManifestTotals, ReceiptHeader, public_key_of, sign
from omt_protocol.result_files import MANIFEST_FILE, RECEIPT_FILE
from typing_extensions import override

from omt_object_store.migration.held_migration import HeldMigration
from omt_object_store.migration.result_files import read_receipt
from omt_object_store.migration.stages import Stages, malformed
from omt_object_store.migration.state import CommittedStage, MigrationState
from omt_object_store.store.catalogue import Catalogue
from omt_object_store.store.layout import COMPLETIONS
from omt_object_store.store.storage import Storage

_DECISIONS_FILE: Final = "decisions.json"
_DETAILS_SHOWN: Final = 5


class Totals(ManifestTotals):
    """What the lines add up to; refuses parts of a table that are not 1 to n, the n-th and only it being the last."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, tuple[int, bool]] = {}

    @override
    def add(self, line: bytes, entry: ManifestEntry) -> None:
        part = entry.part
        if part is not None:
            number, last = self._parts.get(part.table, (0, False))
            if last or part.number != number + 1:
                raise malformed(f"the parts of the table {part.table} are not in order")
            self._parts[part.table] = (part.number, part.last)
        super().add(line, entry)

    def finish(self) -> None:
        """Raise `OnlineRefusedError` where a table's last part is not there."""
        for table, (_, last) in self._parts.items():
            if not last:
                raise malformed(f"the last part of the table {table} is not there")


class Completion:
    """Completes the open run. A run that is killed meanwhile leaves what was current, and completes again."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        held: HeldMigration,
        stages: Stages,
        *,
        key: Ed25519PrivateKey,
        workspace: Path | None,
    ) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._held = held
        self._stages = stages
        self._key = key
        self._workspace = workspace

    async def complete(self, request: CompletionRequest) -> AsyncIterator[CompletionProgress]:
        """Verify, sign and make current; yields until it is done. Raises `OnlineRefusedError`."""
        state = self._held.state
        if not state.over:
            _refuse_incomplete(state)
            stages = state.effective()
            total = sum(stage.items for stage in stages)
            yield CompletionProgress(state="verifying", done=0, total=total, detail="Reading what the store holds")
            await self._catalogue.load(self._storage)
            # In the workspace, since a manifest names the customer's documents.
            beside = None if self._workspace is None else str(self._workspace)
            async with anyio.TemporaryDirectory(prefix="completion-", dir=beside) as folder:
                manifest = Path(folder) / MANIFEST_FILE
                totals, lacking = Totals(), list[str]()
                async for done in self._verify(stages, manifest, totals, lacking):
                    yield CompletionProgress(state="verifying", done=done, total=total, detail="Verifying")
                if lacking:
                    raise _lacking(lacking)
                totals.finish()
                await self._make_current(request, state, manifest, totals)
        yield CompletionProgress(state="done", done=1, total=1, detail="Stored; nothing is imported by a store")

    async def _verify(
        self, stages: Sequence[CommittedStage], manifest: Path, totals: Totals, lacking: list[str]
    ) -> AsyncIterator[int]:
        """Write the manifest of all stages, and name the items whose content is not stored."""

        def write(batch: Sequence[tuple[bytes, ManifestEntry]]) -> None:
            with manifest.open("ab") as file:
                for line, entry in batch:
                    totals.add(line, entry)
                    file.write(line + b"\n")

        await anyio.Path(manifest).touch()
        for stage in stages:
            if await self._catalogue.place(stage.manifest) is None:
                lacking.append(f"{stage.stage} (its manifest)")
                continue
            async for batch in self._stages.lines(stage):
                await anyio.to_thread.run_sync(write, batch)
                entries = [entry for _, entry in batch]
                lacking += [f"{entry.stage}/{entry.key}" for entry in await self._catalogue.lacking(entries)]
                await self._held.keep()
                yield totals.manifest().entries

    async def _make_current(
        self, request: CompletionRequest, state: MigrationState, manifest: Path, totals: Totals
    ) -> None:
        folder = f"{COMPLETIONS}/{state.run:06d}"
        snapshot, omitted = await self._of_database(request, state)
        header = ReceiptHeader(
            tenant=self._storage.name,
            migration=state.id,
            kind=state.kind,
            owner=state.owner,
            serial=state.serial,
            completed_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            snapshot=snapshot,
            manifest=totals.manifest(),
            files=totals.files(),
            tables=totals.tables(),
            changes=Changes(),
            changed_tables=(),
            omitted=omitted,
            plugins=dict(request.plugins),
            waivers=tuple(sorted(request.waivers)),
            public_key=public_key_of(self._key),
        )
        size = (await anyio.Path(manifest).stat()).st_size
        await self._storage.put_file(f"{folder}/{MANIFEST_FILE}", manifest, header.manifest.digest, size)
        decisions = json.dumps(asdict(request), ensure_ascii=True, indent=1, sort_keys=True, default=str)
        await self._storage.put_verified(f"{folder}/{_DECISIONS_FILE}", decisions.encode() + b"\n")
        await self._storage.put_verified(f"{folder}/{RECEIPT_FILE}", sign(header, self._key).to_bytes())

        def current(state: MigrationState) -> MigrationState:
            return state.model_copy(
                update={
                    "over": True,
                    "pending": (),
                    "migrated": state.effective(),
                    "completed": state.kind,
                    "completion": folder,
                }
            )

        await self._held.change(current)

    async def _of_database(self, request: CompletionRequest, state: MigrationState) -> tuple[str, tuple[str, ...]]:
        """Return the snapshot and what stayed on site; a recovery repeats them from the receipt before."""
        if state.recovery is RecoveryChoice.MISSING:
            before = (await read_receipt(self._storage, state.completion)).header
            return before.snapshot, before.omitted
        snapshot = next(stage.snapshot for stage in state.pending if stage.stage == DATABASE_STAGE)
        return snapshot, tuple(sorted(request.omitted))


def _refuse_incomplete(state: MigrationState) -> None:
    if state.recovery is RecoveryChoice.MISSING:
        return
    snapshots = {stage.stage: stage.snapshot for stage in state.pending}
    if DATABASE_STAGE not in snapshots:
        raise STAGE_MISSING.error(
            "The stage database was not committed in this run.", remedy="Commit it, then complete."
        )
    others = sorted(name for name, snapshot in snapshots.items() if snapshot != snapshots[DATABASE_STAGE])
    if others:
        raise SNAPSHOT_MISMATCH.error(
            sentence("Not of the snapshot that the database is of: {others}.", others=", ".join(others)),
            remedy="Commit these stages again, from the inventory of that snapshot.",
        )


def _lacking(items: Sequence[str]) -> OnlineRefusedError:
    return VERIFICATION_FAILED.error(
        sentence(
            "The contents of {number} committed items are not in the store any more: {items}.",
            number=len(items),
            items=listing(items, _DETAILS_SHOWN),
        ),
        remedy="Find out who removes objects from the store, and recover missing files in an empty workspace: files"
        " that are not there are sent anew. The database is sent by a complete run only: overwrite the test.",
    )
