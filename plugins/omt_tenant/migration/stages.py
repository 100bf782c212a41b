"""Committed stages: a stage is what its manifest says, and that counts only when every content in it is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from operator import lt
from typing import BinaryIO, Literal

from omt_core.api import ContentRef, ManifestEntry, RecoveryChoice, leads_out
from omt_protocol.protocol_error import ProtocolError
from omt_protocol.receipt import DATABASE_STAGE, ManifestLineError, ordinary_columns, parse_line
from omt_protocol.receipt.manifest import LINE_LIMIT
from omt_tenant.migration.state import MigrationState, read_migration
from omt_tenant.store.contents import ContentStore
from omt_tenant.store.state_database import StateDatabase

MISSING_TOLD = 1_000
"""How many missing digests one refusal lists."""

_CONTENTS_PER_QUESTION = 10_000
_READ_AT_ONCE = 256 << 10

Role = Literal["pending", "migrated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A committed stage: the digest and size of its manifest, and how many items that has."""

    name: str
    manifest: str
    size: int
    items: int
    snapshot: str


class StageStore:
    """The stages of the migration. All methods block and may be called from any thread."""

    def __init__(self, state: StateDatabase, contents: ContentStore) -> None:
        self._state = state
        self._contents = contents

    def commit(self, migration: MigrationState, stage: Stage) -> None:
        """Make a manifest the whole truth about a stage in the open run.

        Raises ProtocolError: `contents-missing` with up to a thousand digests, `manifest-malformed`, and what
        `_refuse_unless_open` raises.
        """
        _refuse_unless_open(migration, stage.name)
        self._verify(stage)

        def change(connection: sqlite3.Connection) -> None:
            now = read_migration(connection)
            if now is None or now.run != migration.run:
                raise _run_over()
            _refuse_unless_open(now, stage.name)
            connection.execute(
                "INSERT OR REPLACE INTO stages (role, stage, manifest, size, items, snapshot)"
                " VALUES ('pending', ?, ?, ?, ?, ?)",
                (stage.name, bytes.fromhex(stage.manifest), stage.size, stage.items, stage.snapshot),
            )

        self._state.write(change)
        self._contents.forget_replaced()

    def doubt_manifests(self) -> None:
        """Let a committed stage's manifest count as not stored where a content that it names is lost."""
        if not self._contents.has_lost_some:
            return
        with self._state.read() as connection:
            stages = [*read_stages(connection, "pending"), *read_stages(connection, "migrated")]
        for stage in stages:
            try:
                self._verify(stage)
            except ProtocolError:
                self._contents.lose(stage.manifest)

    def effective(self, migration: MigrationState) -> Sequence[Stage]:
        """Return what will be true after the open run: its own stages, over the migrated ones in a recovery."""
        with self._state.read() as connection:
            stages = {stage.name: stage for stage in read_stages(connection, "pending")}
            if migration.recovery is RecoveryChoice.MISSING:
                stages = {stage.name: stage for stage in read_stages(connection, "migrated")} | stages
        return [stages[name] for name in sorted(stages)]

    def _verify(self, stage: Stage) -> None:
        if self._contents.missing([ContentRef(digest=stage.manifest, size=stage.size)]):
            raise _missing([stage.manifest])
        missing: dict[str, None] = {}
        asked: list[tuple[str, int]] = []
        lines = _Lines(stage.name)
        with self._contents.open(stage.manifest) as file:
            for block in _blocks(file):
                asked += lines.contents(block)
                if len(asked) >= _CONTENTS_PER_QUESTION:
                    missing.update(dict.fromkeys(self._contents.lacking(asked)))
                    asked.clear()
                    if len(missing) >= MISSING_TOLD:
                        break
        missing.update(dict.fromkeys(self._contents.lacking(asked)))
        if missing:
            raise _missing(list(missing)[:MISSING_TOLD])
        if lines.read != stage.items:
            raise _malformed(f"it has {lines.read} lines, not {stage.items} as announced")


def read_stages(connection: sqlite3.Connection, role: Role) -> list[Stage]:
    """Return the stages of a role, sorted by name."""
    rows = connection.execute(
        "SELECT stage, manifest, size, items, snapshot FROM stages WHERE role = ? ORDER BY stage", (role,)
    )
    return [
        Stage(name=name, manifest=manifest.hex(), size=size, items=items, snapshot=snapshot)
        for name, manifest, size, items, snapshot in rows
    ]


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines, many at once; a line that is too long, or the last one without a line feed, as far as it goes.

    No block is longer than the longest line and what is read at once.
    """
    rest = b""
    while piece := file.read(_READ_AT_ONCE):
        block = rest + piece
        end = block.rfind(b"\n") + 1
        rest = block[end:]
        if end:
            yield block[:end]
        if len(rest) > LINE_LIMIT:
            break
    if rest:
        yield rest


class _Lines:
    """Takes the lines of a stage's manifest in their order; `read` counts them."""

    def __init__(self, stage: str) -> None:
        self.read = 0
        self._stage = stage
        self._before: str | None = None

    def contents(self, block: bytes) -> list[tuple[str, int]]:
        """Return digest and size of what the lines name. Raises ProtocolError `manifest-malformed`."""
        if len(block) <= LINE_LIMIT and (columns := ordinary_columns(block)) is not None:
            stages, keys, names, sizes, digests = columns
            in_order = all(map(lt, keys, islice(keys, 1, None))) and (self._before is None or self._before < keys[0])
            if in_order and set(stages) == {self._stage} and not any(map(leads_out, names)):
                self.read += len(keys)
                self._before = keys[-1]
                return list(zip(digests, map(int, sizes), strict=True))
        return [(entry.digest, entry.size) for entry in self._entries(block) if entry.digest is not None]

    def _entries(self, block: bytes) -> Iterator[ManifestEntry]:
        """Yield what is in the lines, one by one; says what is wrong with the first one that is."""
        for line in iter(partial(BytesIO(block).readline, LINE_LIMIT), b""):
            number = self.read + 1
            if not line.endswith(b"\n"):
                raise _malformed(f"line {number} is too long or has no line feed at its end")
            try:
                entry = parse_line(line[:-1])
            except ManifestLineError as error:
                raise _malformed(f"line {number}: {error.field} {error}") from error
            if entry.stage != self._stage:
                raise _malformed(f"line {number} belongs to another stage")
            if entry.digest is not None and leads_out(entry.name):
                # Whoever gives the files back by their names would write where nobody meant to.
                raise _malformed(f"line {number} has a name that is empty or leads out of its folder")
            if self._before is not None and self._before >= entry.key:
                raise _malformed(f"line {number} is not in the order of keys, or has the key of the one before")
            self.read, self._before = number, entry.key
            yield entry


def _refuse_unless_open(migration: MigrationState, stage: str) -> None:
    if migration.run_state == "done":
        raise _run_over()
    if migration.run_state == "requested":
        raise ProtocolError(
            409,
            "completion-running",
            "The tenant is importing what was committed; nothing can be committed before that is over.",
            "Wait for the completion.",
        )
    if migration.recovery is RecoveryChoice.MISSING and stage == DATABASE_STAGE:
        raise ProtocolError(
            409,
            "choice-not-possible",
            "A recovery of missing files leaves the database online as it is (W86).",
            "Commit stages of files only, or open the migration with overwrite-test.",
        )


def _run_over() -> ProtocolError:
    return ProtocolError(
        409, "run-over", "This run of the migration is complete already, or another one began.", "Open it again."
    )


def _missing(digests: Sequence[str]) -> ProtocolError:
    return ProtocolError(
        409,
        "contents-missing",
        "The manifest names contents that are not stored, or is not stored itself.",
        "Send these contents, then commit the stage again.",
        fields={"digests": digests},
    )


def _malformed(reason: str) -> ProtocolError:
    return ProtocolError(
        422, "manifest-malformed", f"The manifest was not taken: {reason}.", "See `omt help receipt`, Manifest."
    )
