"""A whole upload stage of the files below one folder: a plugin says which folder, and what a file is called online."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from omt_core.api import (
    Baseline,
    Differences,
    FolderAwayError,
    InventoryState,
    Item,
    KnownFile,
    NearReader,
    UploadStage,
    sentence,
)
from omt_folders.disk import Disk, Reasons
from omt_folders.seen_folders import SeenFolders
from omt_folders.tree import TreeFile, tree_item, tree_items, walk

T = TypeVar("T")

BATCH_ITEMS: Final = 2_000
_DIFFERENCES: Final = 50_000
"""Up to how many files that differ a recovery is told of these alone; of more it takes the whole inventory."""


class FolderStage:
    """The files below `folder`, each under its path below it, with `/`, as key and name.

    `accepts` is asked with that path of each file, and what it refuses is not told of at all; a folder that cannot be
    gone into is told of always, since it may hold what is accepted. `reasons` are codes that the plugin named. A folder
    that is not there is one item, `.`, that is missing for the reason `absent`; one that was there in an earlier run,
    as `seen` knows it, is away and waited for. Plugins keep `seen` over the calls of a process, and in the workspace.
    New files are sent by a recovery too. `near`, which come with the call for stages, are asked for folders first.
    Memory does not grow with the number of files.
    """

    def __init__(
        self,
        folder: Path,
        *,
        stage: str,
        plugin: str,
        reasons: Reasons,
        absent: str,
        seen: SeenFolders,
        accepts: Callable[[str], bool] = lambda _: True,
        trusted: Sequence[Path] = (),
        near: Sequence[NearReader] = (),
    ) -> None:
        self._folder = folder
        self._stage = stage
        self._plugin = plugin
        self._reasons = reasons
        self._absent = absent
        self._seen = seen
        self._accepts = accepts
        self._trusted = trusted
        self._near = near
        self._limiter = CapacityLimiter(1)
        self._disk: Disk | None = None

    def row(self, *, title: str, order: int) -> UploadStage:
        """Return the row of the upload table."""
        return UploadStage(
            name=self._stage,
            title=title,
            order=order,
            plugin=self._plugin,
            items=self.items,
            takes_new=True,
            differences=self.differences,
            away=self._away,
            whole=self._is_whole,
            root=self._folder,
        )

    async def items(self) -> AsyncIterator[Sequence[Item]]:
        """Yield all items in batches. Raises `FolderAwayError`."""
        disk = await self._in_thread(self._open)
        batches = self._batches(disk)
        while batch := await self._in_thread(partial(next, batches, None)):
            yield batch
        await self._in_thread(partial(self._see, disk))

    async def differences(self, baseline: Baseline) -> Differences | None:
        """Return what is not as the migration confirmed it, or None where the inventory is to be told whole.

        Raises `FolderAwayError`.
        """
        disk = await self._in_thread(self._open)
        found = await self._in_thread(partial(self._compare, disk, baseline))
        if found is not None:
            await self._in_thread(partial(self._see, disk))
        return found

    def _open(self) -> Disk:
        there = self._seen.open((self._folder,), str).there
        held = self._seen.contents(there)
        self._disk = Disk(there, self._trusted, reasons=self._reasons, held=held, exact=True, near=self._near)
        return self._disk

    def _files(self, disk: Disk) -> Iterator[TreeFile]:
        return (file for file in walk(self._folder, disk) if file.is_folder or self._accepts(file.relative))

    def _batches(self, disk: Disk) -> Iterator[Sequence[Item]]:
        if not disk.has_root(self._folder):
            absent = Item(
                stage=self._stage, key=".", name=".", presence=InventoryState.MISSING, reason=self._absent,
                detail=sentence("{folder} does not exist, or cannot be read.", folder=self._folder),
            )  # fmt: skip
            yield [absent]
            return
        files = self._files(disk)
        while some := list(islice(files, BATCH_ITEMS)):
            yield tree_items(self._stage, some)

    def _item(self, file: TreeFile) -> Item:
        return tree_item(self._stage, file.relative or ".", file)

    def _compare(self, disk: Disk, baseline: Baseline) -> Differences | None:
        """Hold the walk against the confirmed files, both sorted by path. Blocking."""
        left = baseline.left(_DIFFERENCES + 1)
        if len(left) > _DIFFERENCES or not disk.has_root(self._folder):
            return None
        items: list[Item] = []
        gone: list[str] = []
        with baseline.confirmed() as confirmed:
            for known, file in _paired(confirmed, self._files(disk)):
                if known is not None and not Path(known.path).is_relative_to(self._folder):
                    return None  # the folder is another one now, or the journal does not know where they lay
                if known is not None and file is None:
                    gone.append(known.key)
                elif file is not None and (known is None or not _is_same(file, known)):
                    items.append(self._item(file))
                if len(items) + len(gone) > _DIFFERENCES:
                    return None
        if disk.unlisted:
            return None  # what was not told is not gone
        told = {item.key for item in items}
        return Differences(items, sorted({*gone, *(record.key for record in left)} - told))

    def _see(self, disk: Disk) -> None:
        for root in disk.filled_roots():
            self._seen.see(root, map(Path, disk.filled), whole=not disk.unlisted)

    def _away(self, path: Path) -> FolderAwayError | None:
        return None if self._disk is None else self._disk.away(path)

    def _is_whole(self) -> bool:
        return self._disk is not None and not self._disk.unlisted

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


def _paired(
    confirmed: Iterator[KnownFile], files: Iterator[TreeFile]
) -> Iterator[tuple[KnownFile | None, TreeFile | None]]:
    """Yield what has the same path in both, which are sorted by it, together, and what one has alone."""
    known, file = next(confirmed, None), next(files, None)
    while known is not None or file is not None:
        if known is None or (file is not None and file.location < known.path):
            yield None, file
            file = next(files, None)
        elif file is None or known.path < file.location:
            yield known, None
            known = next(confirmed, None)
        else:
            yield known, file
            known, file = next(confirmed, None), next(files, None)


def _is_same(file: TreeFile, known: KnownFile) -> bool:
    seen = file.examination
    return (
        seen.presence is InventoryState.FOUND
        and (seen.size, seen.mtime_ns) == (known.size, known.mtime_ns)
        and (not known.ctime_ns or seen.ctime_ns in {0, known.ctime_ns})
    )
