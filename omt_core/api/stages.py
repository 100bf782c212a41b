"""Stages: the rows of the upload table (W73), each a stream of items, and how they stand.

In a recovery a stage has a baseline: what the migrated snapshot's inventory had, so that only differences are told.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

from omt_core.api.errors import FolderAwayError
from omt_core.api.items import Item, ItemRecord

STAGE_ROOTS_FILE: Final = "stages.json"
"""Where a workspace keeps, as a JSON object, the root of each stage that has one; the core writes it."""


class KnownFile(NamedTuple):
    """A file that is confirmed online: where it lay, with its size in bytes and times in nanoseconds then.

    `path` is empty where the journal does not know it, since it was rebuilt from what the tenant holds.
    """

    path: str
    size: int
    mtime_ns: int
    key: str
    ctime_ns: int = 0


class KnownFolder(NamedTuple):
    """A folder in which files are confirmed: how many, and the digest of their names, sizes and times (`digest_of`)."""

    path: str
    files: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class KnownFolders:
    """All folders of a stage in which something is confirmed, sorted by path.

    `numbers` are the keys of all that is confirmed, sorted, where every key is a whole number; else it is None.
    """

    folders: Sequence[KnownFolder]
    numbers: array[int] | None


class Baseline(Protocol):
    """The items of one stage as earlier runs left them. Reading blocks: to be used in a thread."""

    def confirmed(self) -> AbstractContextManager[Iterator[KnownFile]]:
        """Lend all that is confirmed, sorted by path; memory does not grow with its number."""
        ...

    def confirmed_in(self, folders: Collection[str]) -> AbstractContextManager[Iterator[KnownFile]]:
        """Lend what is confirmed of the files that lie in these folders themselves, sorted by path."""
        return _only_in(self, frozenset(folders))

    def folders(self) -> KnownFolders | None:
        """Return the folders of what is confirmed, or None where nobody has taken their digests.

        The journal has them of a stage that is as the online side imported it.
        """
        return None

    def left(self, limit: int) -> Sequence[ItemRecord]:
        """Return up to `limit` items that are not confirmed, sorted by key."""
        ...


@contextmanager
def _only_in(baseline: Baseline, folders: frozenset[str]) -> Iterator[Iterator[KnownFile]]:
    with baseline.confirmed() as files:
        yield (file for file in files if file.path.rpartition(os.sep)[0] in folders)


@dataclass(frozen=True, slots=True)
class Differences:
    """What is not as the baseline has it: `items` as they are now, and keys of what is `gone` from the CRM."""

    items: Sequence[Item]
    gone: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStage:
    """A row of the upload table that a plugin brings (W73).

    `name` is lower-case letters, digits and hyphens, at most 64, and begins with a letter. All items are of this stage,
    have a key that is told once, and a name that stays in its folder (`leads_out`); one that is found has a path, any
    other the code of a finding as its reason. A stage that breaks a rule stops the run, as the fault of its plugin.

    `items` is called when the stage begins and yields batches of items (at most a few thousand each; `FoundFiles`
    where there are many) until all are told; it may be slow and produce files as it goes. A stage of kind
    `database` is fed from the snapshot, its items are never compared with an earlier run's, and until they are told the
    transfer has less memory, which it takes instead; items of a stage of kind `files` count as archive files in the
    result. `order` places the row on the screen, ties by name.
    `removes_sources`: a confirmed item's file is a spooled copy below the workspace and is deleted once it is
    confirmed. `takes_new`: recovery also sends files that no earlier run knew, since no row of the migrated
    database needs to refer to them.

    `differences`, where a stage has it, is asked first in a recovery of missing files: it compares the disk with the
    baseline and returns what is not as that has it, or None when that is so much, or so unusual, that `items` is to be
    told whole. So a recovery in which nothing has changed costs a look at each file and nothing else.

    A folder that was there and is away is no reason to call its files missing: `items` and `differences` raise
    `FolderAwayError`, and are asked again when it is back. `away` is asked, in a thread, about a file that cannot be
    opened, and returns that error, or None when the folders down to the file answer. `whole`, asked behind `items`, is
    False when a folder could not be looked into, so that what was not told is not gone. `root`, where there is one, is
    the folder that names of items are paths below: so `omt verify --archive` can read the files again.

    `source_bytes`, which a stage of kind `database` may have, is asked for an estimate: the bytes that its source says
    it stores of what the stage moves, from statistics and without reading it, or None where it does not say.
    """

    name: str
    title: str
    order: int
    plugin: str
    items: Callable[[], AsyncIterator[Sequence[Item]]]
    kind: Literal["files", "database"] = "files"
    removes_sources: bool = False
    takes_new: bool = False
    differences: Callable[[Baseline], Awaitable[Differences | None]] | None = None
    away: Callable[[Path], FolderAwayError | None] | None = None
    whole: Callable[[], bool] | None = None
    root: Path | None = None
    source_bytes: Callable[[], Awaitable[int | None]] | None = None

    @property
    def may_be_blind(self) -> bool:
        """Whether a folder could not be looked into when the items were told: what was not told is not gone then."""
        return self.whole is not None and not self.whole()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTotals:
    """How a stage stands, counted from the journal. Bytes are those of the files, not of the wire."""

    stage: str
    items: int = 0
    bytes: int = 0
    confirmed_items: int = 0
    confirmed_bytes: int = 0
    sent_items: int = 0
    skipped_items: int = 0
    skipped_bytes: int = 0
    missing: int = 0
    failed: int = 0
    left_out: int = 0
    left_behind_bytes: int = 0

    @property
    def left_behind(self) -> int:
        """How many items are not online, for whatever reason: the one count that receipt, report and page all tell."""
        return self.missing + self.failed + self.left_out
