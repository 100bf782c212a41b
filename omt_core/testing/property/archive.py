"""A site in miniature: files that the database expects, tables to export, and everything that may happen to them."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio.to_thread
from anyio.lowlevel import checkpoint

from omt_core.api.files import remove, remove_tree, replace
from omt_core.api.items import InventoryState, Item
from omt_core.api.journal import ItemId
from omt_core.api.plain import modification_time
from omt_core.api.stages import Baseline, Differences, UploadStage

FILE_STAGES = ("documents", "templates")
DATABASE = "database"
KEYS = ("a", "b", "c/d", "e", "f", "\udcff", "\U0001f4c4")
CONTENTS = {
    "empty": b"",
    "small": b"small",
    "SMALL": b"SMALL",
    "more": b"a little more" * 60,
    "MORE": b"A LITTLE MORE" * 60,
    "largest member": b"large".ljust(2_000, b"."),
    "alone": b"large".ljust(2_001, b"."),
    "large": b"large" * 1_000,
    "LARGE": b"LARGE" * 1_000,
    "huge": b"huge!" * 2_000,
    "HUGE": b"HUGE!" * 2_000,
}
"""By name: several of one size, one as large as a bundle takes, and some too large for one."""

_FIRST_TIME = 1_700_000_000_000_000_000
_INVENTORY_BATCH = 2
_MANY_LEFT = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that happens on site.

    `write` makes or overwrites a file, `restore` does so under the file's old time, `touch` gives it another time;
    `vanish` takes a file away that the database still expects, `forget` takes both; `block` puts a folder in its place,
    which no account can read as a file; `move` puts it into the other stage.
    """

    what: Literal["write", "restore", "touch", "vanish", "forget", "block", "move"]
    stage: str
    key: str
    content: str = "empty"


@dataclass(slots=True)
class Archive:
    """What is on site. `rows` are the files that the database expects, each as it was when last readable.

    `had` are the digests that each item ever had; `seen_unreadable` tells whether the inventory notices a folder in a
    file's place, or takes it for the file that it saw last, as it does when that happens just behind its back.
    """

    folder: Path
    rows: dict[ItemId, Item] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    had: defaultdict[ItemId, set[str]] = field(default_factory=lambda: defaultdict(set))
    seen_unreadable: bool = False
    time: int = _FIRST_TIME

    def path(self, stage: str, key: str) -> Path:
        """Return where a file lies."""
        return self.folder / "archive" / stage / key

    def holds(self, stage: str, key: str, digest: str) -> bool:
        """Tell whether a file is there with this content, and known to the database."""
        path = self.path(stage, key)
        return (stage, key) in self.rows and path.is_file() and digest_of(path.read_bytes()) == digest

    # --- what happens

    def edit(self, edit: Edit) -> None:
        """Let something happen."""
        path = self.path(edit.stage, edit.key)
        match edit.what:
            case "write":
                self._write(edit, self._later())
            case "restore":
                if path.is_file() and path.stat().st_size != len(CONTENTS[edit.content]):
                    self._write(edit, path.stat().st_mtime_ns)
            case "touch":
                if path.is_file():
                    os.utime(path, ns=(self._later(), self.time))
            case "vanish":
                self._remove(path)
            case "forget":
                self._remove(path)
                self.rows.pop((edit.stage, edit.key), None)
            case "block":
                if path.is_file():
                    self._look(edit.stage, edit.key)
                    remove(path)
                    path.mkdir()
            case "move":
                self._move(edit)

    def export(self, tables: Mapping[str, str]) -> None:
        """Let the database hold something else: contents by their names."""
        self.tables = {key: CONTENTS[content] for key, content in tables.items()}
        for key, content in self.tables.items():
            self.had[DATABASE, key].add(digest_of(content))

    def _later(self) -> int:
        self.time += 1_000_000_000
        return self.time

    def _write(self, edit: Edit, time: int) -> None:
        path = self.path(edit.stage, edit.key)
        self._remove(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENTS[edit.content])
        os.utime(path, ns=(time, time))
        self.had[edit.stage, edit.key].add(digest_of(CONTENTS[edit.content]))
        self._look(edit.stage, edit.key)

    def _remove(self, path: Path) -> None:
        if path.is_dir():
            remove_tree(path)
        else:
            remove(path)

    def _move(self, edit: Edit) -> None:
        (other,) = set(FILE_STAGES) - {edit.stage}
        source, target = self.path(edit.stage, edit.key), self.path(other, edit.key)
        if not source.is_file():
            return
        self._remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        replace(source, target)
        self.rows.pop((edit.stage, edit.key), None)
        self.had[other, edit.key].add(digest_of(target.read_bytes()))
        self._look(other, edit.key)

    def _look(self, stage: str, key: str) -> None:
        path = self.path(stage, key)
        status = path.stat()
        self.rows[stage, key] = Item(
            stage=stage, key=key, name=key, path=path, size=status.st_size, mtime_ns=modification_time(status)
        )

    # --- what an inventory tells

    def tell(self, stage: str, key: str) -> Item | None:
        """Return an item as the inventory sees it now."""
        row = self.rows.get((stage, key))
        if row is None:
            return None
        path = self.path(stage, key)
        if path.is_file():
            self._look(stage, key)
            return self.rows[stage, key]
        if not path.exists():
            return Item(stage=stage, key=key, name=key, presence=InventoryState.MISSING, reason="document-file-missing")
        if self.seen_unreadable:
            return Item(
                stage=stage, key=key, name=key, presence=InventoryState.UNREADABLE, reason="document-not-readable"
            )
        return row

    def told(self, stage: str) -> list[Item]:
        """Return all items of a stage as the inventory sees them now."""
        keys = sorted(key for of, key in self.rows if of == stage)
        return [item for key in keys if (item := self.tell(stage, key)) is not None]

    def file_stage(self, stage: str) -> UploadStage:
        """Return the stage of some files."""

        async def items() -> AsyncIterator[Sequence[Item]]:
            keys = sorted(key for of, key in self.rows if of == stage)
            for begin in range(0, len(keys), _INVENTORY_BATCH):
                await checkpoint()
                told = [self.tell(stage, key) for key in keys[begin : begin + _INVENTORY_BATCH]]
                yield [item for item in told if item is not None]

        async def differences(baseline: Baseline) -> Differences | None:
            return await anyio.to_thread.run_sync(self._differences, stage, baseline)

        # A recovery takes new templates too; it is told the differences of documents only, when they are not many.
        documents = stage == FILE_STAGES[0]
        return UploadStage(
            name=stage,
            title=stage,
            order=2,
            plugin="tests",
            items=items,
            takes_new=not documents,
            differences=differences if documents else None,
        )

    def _differences(self, stage: str, baseline: Baseline) -> Differences | None:
        left = {record.key for record in baseline.left(_MANY_LEFT)}
        if len(left) == _MANY_LEFT:
            return None
        with baseline.confirmed() as files:
            confirmed = {file.key: (file.path, file.size, file.mtime_ns) for file in files}
        told = {item.key: item for item in self.told(stage)}
        as_before = {
            key for key, item in told.items() if confirmed.get(key) == (str(item.path), item.size, item.mtime_ns)
        }
        gone = sorted((confirmed.keys() | left) - told.keys())
        return Differences([item for key, item in sorted(told.items()) if key not in as_before], gone)

    def database_stage(self, snapshot: str, workspace: Path) -> UploadStage:
        """Return the stage of the exported tables, which are spooled in a workspace."""
        spool = workspace / "spool" / snapshot

        async def items() -> AsyncIterator[Sequence[Item]]:
            for key, content in sorted(self.tables.items()):
                await checkpoint()
                path = spool / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                time = modification_time(path.stat())
                yield [Item(stage=DATABASE, key=key, name=key, path=path, size=len(content), mtime_ns=time)]

        return UploadStage(
            name=DATABASE, title="Database", order=1, plugin="tests", items=items, kind="database", removes_sources=True
        )


def digest_of(content: bytes) -> str:
    """Return the digest by which a content is known."""
    return hashlib.sha256(content).hexdigest()
