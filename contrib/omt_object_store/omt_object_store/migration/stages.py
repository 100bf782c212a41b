"""Committed stages: a stage is what its manifest says, and that counts only when every content in it is stored."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Final

import anyio.to_thread
from omt_core.api import ManifestEntry, OnlineRefusedError, RecoveryChoice, StageManifest, leads_out, sentence
from omt_protocol.errors import CHOICE_NOT_POSSIBLE, CONTENTS_MISSING, MANIFEST_MALFORMED, RUN_OVER
from omt_protocol.receipt.manifest import DATABASE_STAGE, ManifestLineError, parse_line
from omt_protocol.result_files import manifest_lines

from omt_object_store.migration.held_migration import HeldMigration
from omt_object_store.migration.state import CommittedStage, MigrationState
from omt_object_store.store.catalogue import Catalogue
from omt_object_store.store.failures import StoreDamagedError
from omt_object_store.store.storage import Storage

_STAGE: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_SNAPSHOT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Stages:
    """Commits stages, and reads what was committed."""

    def __init__(self, storage: Storage, catalogue: Catalogue, held: HeldMigration) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._held = held

    async def commit(self, manifest: StageManifest) -> None:
        """Make a manifest the whole truth about a stage in the open run.

        Raises `OnlineRefusedError`: `contents-missing`, `manifest-malformed`, `run-over`, `choice-not-possible`.
        """
        stage = CommittedStage(
            stage=manifest.stage,
            manifest=manifest.digest,
            size=manifest.size,
            items=manifest.items,
            snapshot=manifest.snapshot,
        )
        if not (_STAGE.fullmatch(stage.stage) and _SNAPSHOT.fullmatch(stage.snapshot)):
            raise malformed("the name of the stage or of the snapshot is not one of the format")
        refuse_unless_open(self._held.state, stage.stage)
        missing = False
        async for batch in self.lines(stage):
            missing = missing or bool(await self._catalogue.lacking([entry for _, entry in batch]))
            await self._held.keep()
        if missing:
            raise _missing()

        def committed(state: MigrationState) -> MigrationState:
            refuse_unless_open(state, stage.stage)
            others = tuple(one for one in state.pending if one.stage != stage.stage)
            return state.model_copy(update={"pending": (*others, stage)})

        await self._held.change(committed)

    async def lines(self, stage: CommittedStage) -> AsyncIterator[Sequence[tuple[bytes, ManifestEntry]]]:
        """Yield the lines of a stage's manifest in batches, each as it stands and as it reads; checks it whole."""
        place = await self._catalogue.place(stage.manifest)
        if place is None or place.size != stage.size:
            raise _missing()
        number, before = 0, None
        try:
            async for lines in manifest_lines(self._storage.blocks(place.path, place.offset, place.size)):
                batch = await anyio.to_thread.run_sync(_parse, stage.stage, lines, number, before)
                number += len(batch)
                before = batch[-1][1].key if batch else before
                yield batch
        except StoreDamagedError as error:
            raise _missing() from error
        except ManifestLineError as error:
            raise malformed(str(error)) from error
        if number != stage.items:
            raise malformed(f"it has {number} lines, not {stage.items} as announced")


def refuse_unless_open(state: MigrationState, stage: str) -> None:
    """Raise unless this stage may be committed now."""
    if state.over:
        raise RUN_OVER.error("This run of the migration is complete already.", remedy="Open it again.")
    if state.recovery is RecoveryChoice.MISSING and stage == DATABASE_STAGE:
        raise CHOICE_NOT_POSSIBLE.error(
            "A recovery of missing files leaves the database as it is (W86).",
            remedy="Commit stages of files only, or open the migration with overwrite-test.",
        )


def _parse(stage: str, lines: Sequence[bytes], number: int, before: str | None) -> list[tuple[bytes, ManifestEntry]]:
    batch: list[tuple[bytes, ManifestEntry]] = []
    for place, line in enumerate(lines, start=number + 1):
        try:
            entry = parse_line(line)
        except ManifestLineError as error:
            raise malformed(f"line {place}: {error.field} {error}") from error
        if entry.part is not None and stage != DATABASE_STAGE:
            raise malformed(f"line {place} is a part of a table outside the stage {DATABASE_STAGE}")
        if entry.stage != stage:
            raise malformed(f"line {place} belongs to another stage")
        if entry.digest is not None and leads_out(entry.name):
            raise malformed(f"line {place} has a name that is empty or leads out of its folder")
        if before is not None and before >= entry.key:
            raise malformed(f"line {place} is not in the order of keys, or has the key of the one before")
        before = entry.key
        batch.append((line, entry))
    return batch


def malformed(reason: str) -> OnlineRefusedError:
    """Say why a manifest is none."""
    return MANIFEST_MALFORMED.error(
        sentence("The manifest was not taken: {reason}.", reason=reason),
        remedy="See docs/reference/receipt.md, Manifest.",
    )


def _missing() -> OnlineRefusedError:
    return CONTENTS_MISSING.error(
        "The manifest names contents that are not stored, or is not stored itself.",
        remedy="Send these contents, then commit the stage again.",
    )
