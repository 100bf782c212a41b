"""What every upload stage of files must keep to, as tests that a plugin's author gets for a few lines.

    class TestRecordings(UploadStageConformance):
        codes = CODES

        @asynccontextmanager
        async def stage_of(self, folder):
            yield recordings_stage(folder)

The suite puts files into a folder, or what the class puts there instead, asks the stage made for it, changes what lies
there, and asks again. What the host refuses in a run is refused here by the same rules.
"""

from __future__ import annotations

import errno
import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, Final, TypeAlias

import anyio
import pytest
from anyio import to_thread
from typing_extensions import override

from omt_core.api import (
    Baseline,
    Differences,
    ErrorCode,
    FindingCode,
    FolderAwayError,
    InventoryState,
    Item,
    ItemRecord,
    ItemState,
    KnownFile,
    OmtError,
    PluginError,
    UploadStage,
)
from omt_core.api.errors import API_ERROR_CODES
from omt_core.api.files import remove, remove_tree, replace
from omt_core.api.plain import change_time, modification_time
from omt_core.plugin_host.errors import HOST_ERROR_CODES
from omt_core.plugin_host.stages import admitted_stage
from omt_core.testing.blocking import blocking_place, blocking_refused
from omt_core.testing.harness import PluginFaultError
from omt_core.testing.online_side import require, sha256

LARGEST_BATCH: Final = 5_000
"""The most items that a batch may have: memory must not grow with the number of files."""

HOSTILE_NAMES: Final = (
    " ", "-rf", "'; DROP TABLE items; --", "..hidden", "a\nb", "%s{0}", "e\u0301", "\u00e9", "\U0001f9ed", "CON", "x.",
    "\x1b[31m", "\u202etxt.exe", "\\begins", "n" * 200, "\udcff\udcfe",
)  # fmt: skip
"""Names that a disk may hold. A stage may leave such a file out with a reason; it may not fall over it."""

_CONTENT: Final[Mapping[str, bytes]] = {
    "first.wav": b"first",
    "second.wav": b"second",
    "empty.wav": b"",
    "deep/er/first.wav": b"another first",
    "deep/large.wav": random.Random(1).randbytes(300_000),  # noqa: S311 - to be repeated, not to be secret
}


_LOCKED: Final = "locked"
_Named: TypeAlias = str | bytes | int | os.PathLike[str]


@pytest.mark.anyio
class UploadStageConformance:
    """Derive from this, name the class Test..., and say in `stage_of` how your stage is made."""

    codes: ClassVar[Sequence[FindingCode]] = ()
    """The finding codes that the plugin names: the reasons why an item may be left behind."""

    error_codes: ClassVar[Sequence[ErrorCode[OmtError]]] = ()
    """The error codes that the plugin names: what its stage may raise beside the tool's own errors."""

    content: ClassVar[Mapping[str, bytes]] = _CONTENT
    """What `fill` puts into the folder: contents by names with `/`. Give files that your stage moves."""

    any_file: ClassVar[bool] = True
    """Whether the stage moves whatever lies in its folder under names that end like the first of `content`. One that
    goes by the rows of a database says False."""

    def stage_of(self, folder: Path) -> AbstractAsyncContextManager[UploadStage]:
        """Make the stage for what lies in the folder, as a new run makes it."""
        raise NotImplementedError

    async def fill(self, folder: Path) -> None:
        """Put the content into the folder, which is empty."""
        for name, content in self.content.items():
            _write(folder / name, content)

    def root(self, folder: Path) -> Path:
        """Return the folder that is away when the disk of the stage is: the whole folder, unless the class differs."""
        return folder

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on the backend that the tool runs on."""
        return "asyncio"

    @pytest.fixture
    async def folder(self, tmp_path: Path) -> Path:
        """Make a folder with the content."""
        folder = tmp_path / "site"
        folder.mkdir()
        await self.fill(folder)
        return folder

    async def test_its_row_can_be_shown(self, folder: Path) -> None:
        """A name that the host takes, and a title for a person."""
        async with self.stage_of(folder) as stage:
            self._admitted(stage)
            require(bool(stage.title.strip()), "It has no title.")

    async def test_it_tells_of_something(self, folder: Path) -> None:
        """Items that keep the rules of `UploadStage`: of this stage, each key once, names that stay in their folder."""
        async with self.stage_of(folder) as stage:
            require(bool(_found(await self._items(stage))), "It finds nothing of the content.")

    async def test_it_tells_of_all_that_is_there_once(self, folder: Path) -> None:
        """With the contents that lie there, and no others."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        async with self.stage_of(folder) as stage:
            told = Counter(sha256(_read(item)) for item in _found(await self._items(stage)))
        lies = Counter(map(sha256, self.content.values()))
        require(told == lies, f"It tells of {told.total()} files, and {lies.total()} with other contents are there.")

    async def test_sizes_and_times_are_those_of_the_disk(self, folder: Path) -> None:
        """By them a change is told; an item that is not there has none."""
        async with self.stage_of(folder) as stage:
            for item in await self._items(stage):
                size = mtime = ctime = 0
                if item.path is not None and item.presence is InventoryState.FOUND:
                    status = item.path.stat()
                    size, mtime, ctime = status.st_size, modification_time(status), change_time(status)
                require(item.size == size, f"The size of {item.key!r} is {size}, not {item.size}.")
                require(item.mtime_ns == mtime, f"The time of {item.key!r} is {mtime}, not {item.mtime_ns}.")
                require(item.ctime_ns in {0, ctime}, f"The time of change of {item.key!r} is not {item.ctime_ns}.")

    async def test_its_root_gives_every_file_back_by_its_name(self, folder: Path) -> None:
        """So `omt verify --archive` reads the files again that the receipt names."""
        async with self.stage_of(folder) as stage:
            if stage.root is None:
                pytest.skip("its files are not verified by their names: it has no `root`")
            for item in _found(await self._items(stage)):
                require(_lies_below(stage.root, item), f"{item.name!r} below its root is not {item.key!r}.")

    async def test_it_tells_the_same_when_it_is_asked_again(self, folder: Path) -> None:
        """A stage that was paused is asked again, and tells of everything."""
        async with self.stage_of(folder) as stage:
            first = await self._items(stage)
            contents = {item.key: sha256(_read(item)) for item in _found(first)}
            again = await self._items(stage)
            same = _by_key(first) == _by_key(again) or stage.removes_sources
            read = {item.key: sha256(_read(item)) for item in _found(again)}
        require(same and contents == read, "It tells something else when it is asked again.")

    async def test_keys_and_names_are_the_same_in_the_next_run(self, folder: Path) -> None:
        """A key is for ever: what is confirmed is known by it. Files that come and go change no other's."""
        async with self.stage_of(folder) as stage:
            before = {item.key: item.name for item in await self._items(stage)}
        if self.any_file:
            _write(folder / self._name("0 before all others"), b"new")
        async with self.stage_of(folder) as stage:
            after = {item.key: item.name for item in await self._items(stage)}
        changed = sorted(key for key in before if after.get(key) != before[key])
        require(not changed, f"These keys are gone, or have another name, in the next run: {changed[:5]}.")

    async def test_a_changed_file_is_told_as_changed(self, folder: Path) -> None:
        """In a recovery it is sent again, though its length is the same; nothing else is."""
        async with self.stage_of(folder) as stage:
            _skip_copies(stage)
            before = await self._items(stage)
        changed = _largest(before)
        _change(_path(changed))
        async with self.stage_of(folder) as stage:
            if (found := await self._differences(stage, before)) is not None:
                keys = [item.key for item in found.items]
                require(keys == [changed.key], f"Only {changed.key!r} was changed, and it tells of {keys[:5]}.")
            after = _by_key(await self._items(stage))
        times = after[changed.key].mtime_ns, changed.mtime_ns
        require(times[0] != times[1], "A file that was changed has the time that it had.")

    async def test_nothing_differs_where_nothing_was_changed(self, folder: Path) -> None:
        """A recovery in which nothing has changed sends nothing."""
        async with self.stage_of(folder) as stage:
            before = await self._items(stage)
        async with self.stage_of(folder) as stage:
            found = await self._differences(stage, before)
        different = found is not None and (found.items or found.gone)
        require(not different, f"Nothing was changed, and it tells of {found}.")

    async def test_a_file_that_is_gone_is_not_told_as_found(self, folder: Path) -> None:
        """It is missing with a reason, or gone; and all others are told as before."""
        async with self.stage_of(folder) as stage:
            _skip_copies(stage)
            before = await self._items(stage)
        # A folder that has lost all its files may be one whose disk is away.
        folders = Counter(_path(item).parent for item in _found(before))
        lost = _largest([item for item in _found(before) if folders[_path(item).parent] > 1] or before)
        remove(_path(lost))
        async with self.stage_of(folder) as stage:
            if (found := await self._differences(stage, before)) is not None:
                told = {*found.gone, *(item.key for item in found.items if item.presence is not InventoryState.FOUND)}
                require(told == {lost.key}, f"Only {lost.key!r} is gone, and it tells of {sorted(told)[:5]}.")
            after = _by_key(_found(await self._items(stage)))
        require(after.keys() == _by_key(_found(before)).keys() - {lost.key}, "It finds other files than are there.")

    async def test_a_new_file_is_told(self, folder: Path) -> None:
        """By the items always; by the differences too, if the stage sends new files in a recovery."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        async with self.stage_of(folder) as stage:
            before = await self._items(stage)
        _write(folder / self._name("new"), b"something new")
        async with self.stage_of(folder) as stage:
            (new,) = _by_key(await self._items(stage)).keys() - _by_key(before).keys()
            found = await self._differences(stage, before)
            if found is not None and stage.takes_new:
                keys = [item.key for item in found.items]
                require(keys == [new], f"Only {new!r} is new, and it tells of {keys[:5]}.")

    async def test_a_folder_that_is_away_is_not_an_empty_one(self, folder: Path) -> None:
        """By `FolderAwayError`: else its files would count as missing, or the stage as done."""
        async with self.stage_of(folder) as stage:
            _skip_copies(stage)
            before = await self._items(stage)
            path = _path(_largest(before))
            require(stage.away is not None, "It cannot say whether a folder is away: it has no `away`.")
            if stage.away is None:
                return
            there = await to_thread.run_sync(stage.away, path)
            require(there is None, f"A folder that is there is called away: {there}.")
            with _moved_away(self.root(folder)):
                error = await to_thread.run_sync(stage.away, path)
                require(isinstance(error, FolderAwayError), f"Of a folder that is away `away` says {error!r}.")
                with pytest.raises(FolderAwayError):
                    await self._items(stage)
                if stage.differences is not None:
                    with pytest.raises(FolderAwayError):
                        await self._differences(stage, before)
            again = await self._items(stage)
        require(_by_key(again) == _by_key(before), "It tells something else when the folder is there again.")

    async def test_names_that_are_out_to_do_harm_are_told_or_left_with_a_reason(self, folder: Path) -> None:
        """Each file is an item, whatever it is called."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        written = [name for name in map(self._name, HOSTILE_NAMES) if _can_be_written(folder / name)]
        async with self.stage_of(folder) as stage:
            items = await self._items(stage)
        expected = len(self.content) + len(written)
        require(len(items) == expected, f"It tells of {len(items)} files, and {expected} are there.")

    async def test_links_that_lead_in_a_circle_come_to_an_end(self, folder: Path) -> None:
        """And bring no file twice."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        try:
            (folder / "circle").symlink_to(folder, target_is_directory=True)
            (folder / self._name("itself")).symlink_to(folder / self._name("itself"))
        except OSError:
            pytest.skip("links cannot be made here")
        async with self.stage_of(folder) as stage:
            found = _found(await self._items(stage))
        require(len(found) == len(self.content), f"It finds {len(found)} files, and {len(self.content)} are there.")

    async def test_a_folder_that_cannot_be_gone_into_is_told(self, folder: Path, tmp_path: Path) -> None:
        """As one item that is left behind, or by its files: else nobody learns that they were not moved."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        async with self.stage_of(folder) as stage:
            before = len(await self._items(stage))
        _write(folder / _LOCKED / self._name("inner"), b"locked away")
        async with self.stage_of(folder) as stage:
            with _unlistable(_LOCKED):
                after = len(await self._items(stage))
        require(after > before, "It tells nothing of a folder that it may not list.")
        remove_tree(folder / _LOCKED)
        _write(tmp_path / "elsewhere" / self._name("inner"), b"linked to")
        try:
            (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        except OSError:
            pytest.skip("links cannot be made here")
        async with self.stage_of(folder) as stage:
            after = len(await self._items(stage))
        require(after > before, "It tells nothing of a link to a folder.")

    async def test_its_batches_are_small_and_lack_nothing(self, folder: Path) -> None:
        """A folder may hold millions of files, and memory stays flat."""
        if not self.any_file:
            pytest.skip("what it moves is decided by a database: `any_file` is False")
        many = LARGEST_BATCH + 1
        for number in range(many):
            _write(folder / "many" / self._name(f"{number:05d}"), b"")
        async with self.stage_of(folder) as stage:
            sizes = [len(batch) async for batch in self._admitted(stage).items()]
        require(max(sizes) <= LARGEST_BATCH, f"A batch has {max(sizes)} items.")
        expected = many + len(self.content)
        require(sum(sizes) == expected, f"It tells of {sum(sizes)} files, and {expected} are there.")

    async def test_a_stage_that_is_cancelled_does_not_end_as_if_all_was_told(self, folder: Path) -> None:
        """Cancellation goes through; what is asked afterwards is told whole."""
        async with self.stage_of(folder) as stage:
            expected = _by_key(await self._items(stage))
            told: list[Item] = []
            with anyio.CancelScope() as scope:
                scope.cancel()
                told = await self._items(stage)
            whole = scope.cancelled_caught or _by_key(told).keys() == expected.keys()
            require(whole, f"It was cancelled, and ended after {len(told)} of {len(expected)} items without a word.")
            again = _by_key(await self._items(stage))
        require(again.keys() == expected.keys(), "After a cancellation it tells something else.")

    async def test_it_writes_nothing(self, folder: Path) -> None:
        """What lies on site is only ever read."""
        before = _tree(folder)
        async with self.stage_of(folder) as stage:
            items = await self._items(stage)
            await self._differences(stage, items)
        after = _tree(folder)
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        require(not changed, f"It changed what lies on site: {changed[:5]}.")

    async def test_it_does_not_hold_up_the_event_loop(self, folder: Path) -> None:
        """Files belong in a thread: `anyio.to_thread.run_sync`."""
        async with self.stage_of(folder) as stage:
            try:
                with blocking_refused():
                    items = await self._items(stage)
                    await self._differences(stage, items)
            except Exception as error:
                if (place := blocking_place(error)) is None:
                    raise
                raise PluginFaultError(
                    f"It waits on the event loop: {place}. Do that by `anyio.to_thread.run_sync`."
                ) from error

    def _admitted(self, stage: UploadStage) -> UploadStage:
        """Return the stage as the host takes it."""
        codes = {code.code: code for code in self.codes}
        try:
            return admitted_stage(stage, stage.plugin, "contribute_upload_stages", codes, self._known_errors())
        except PluginError as error:
            raise PluginFaultError(error.message) from error

    def _known_errors(self) -> frozenset[str]:
        return frozenset(code.code for code in (*HOST_ERROR_CODES, *API_ERROR_CODES, *self.error_codes))

    def _refuse_unnamed(self, error: OmtError) -> None:
        if error.code not in self._known_errors():
            raise PluginFaultError(f"It raised an error with the code {error.code!r}, which it never named.") from error

    async def _items(self, stage: UploadStage) -> list[Item]:
        try:
            return [item async for batch in self._admitted(stage).items() for item in batch]
        except PluginError as error:
            raise PluginFaultError(error.message) from error
        except OmtError as error:
            self._refuse_unnamed(error)
            raise

    async def _differences(self, stage: UploadStage, before: Sequence[Item]) -> Differences | None:
        """Ask what differs from these items, as if they were confirmed; None where the stage wants to tell all."""
        find = self._admitted(stage).differences
        if find is None:
            return None
        try:
            return await find(ConfirmedItems(before))
        except PluginError as error:
            raise PluginFaultError(error.message) from error
        except OmtError as error:
            self._refuse_unnamed(error)
            raise

    def _name(self, stem: str) -> str:
        """Return a name that ends like the first of the content."""
        return stem + Path(next(iter(self.content))).suffix


class ConfirmedItems(Baseline):
    """A baseline in which all of these items that were found are confirmed."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    @override
    @contextmanager
    def confirmed(self) -> Iterator[Iterator[KnownFile]]:
        """Lend them, sorted by path."""
        known = (
            KnownFile(str(item.path), item.size, item.mtime_ns, item.key, item.ctime_ns) for item in _found(self._items)
        )
        yield iter(sorted(known))

    @override
    def left(self, limit: int) -> Sequence[ItemRecord]:
        """Return those that were not found."""
        left = sorted((item for item in self._items if item.presence is not InventoryState.FOUND), key=lambda i: i.key)
        return [
            ItemRecord(
                stage=item.stage,
                key=item.key,
                name=item.name,
                location=None if item.path is None else str(item.path),
                size=0,
                mtime_ns=0,
                state=ItemState.MISSING,
                reason=item.reason,
                detail=item.detail,
                digest=None,
                attempt=0,
                plugin="",
                part=None,
                candidates=item.candidates,
            )
            for item in left[:limit]
        ]


def _found(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.presence is InventoryState.FOUND]


def _by_key(items: Sequence[Item]) -> dict[str, Item]:
    return {item.key: item for item in items}


def _largest(items: Sequence[Item]) -> Item:
    found = _found(items)
    require(bool(found), "It finds nothing of the content.")
    return max(found, key=lambda item: (item.size, item.key))


def _skip_copies(stage: UploadStage) -> None:
    if stage.removes_sources:
        pytest.skip("its files are copies that it makes itself: `removes_sources` is True")


def _path(item: Item) -> Path:
    if item.path is None:
        raise PluginFaultError(f"The item {item.key!r} is said to be there without a path.")
    return item.path


def _lies_below(root: Path, item: Item) -> bool:
    named = root / item.name
    return named.exists() and named.samefile(_path(item))


def _read(item: Item) -> bytes:
    return _path(item).read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _change(path: Path) -> None:
    """Change a byte and the time, and not the length."""
    content, status = bytearray(path.read_bytes()), path.stat()
    content[0] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))


def _can_be_written(path: Path) -> bool:
    """Write a file of this name where the system takes it, and tell whether it lies there as its own."""
    try:
        if path.exists():
            return False
        path.write_bytes(b"hostile")
    except (OSError, ValueError):
        return False
    return path.name in os.listdir(path.parent)  # noqa: PTH208 - the names as the system says them


@contextmanager
def _unlistable(name: str) -> Iterator[None]:
    """Stand in for a folder that this account may not list: an administrator, or root, may list any."""

    def refusing(real: Callable[[_Named], object]) -> Callable[[_Named], object]:
        def ask(path: _Named = ".") -> object:
            if not isinstance(path, int) and Path(os.fsdecode(path)).name == name:
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return real(path)

        return ask

    with pytest.MonkeyPatch.context() as patch:
        for function in ("listdir", "scandir"):
            patch.setattr(os, function, refusing(getattr(os, function)))
        yield


@contextmanager
def _moved_away(folder: Path) -> Iterator[None]:
    elsewhere = folder.with_name(f"{folder.name} is away")
    replace(folder, elsewhere)
    try:
        yield
    finally:
        replace(elsewhere, folder)


def _tree(folder: Path) -> Mapping[str, tuple[int, str]]:
    """Return all that lies below a folder, with its time and the digest of its content."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in folder.rglob("*")
    }
