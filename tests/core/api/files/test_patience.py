"""What is renamed and removed is waited for while somebody else holds it, and may be read-only."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from omt_core.api import files
from omt_core.api.files import patience


class Scanner:
    """Holds every file for some tries, as a virus scanner does with what was just written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, tries: int, error: Callable[[], OSError]) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        self.waited = 0.0
        for name in ("unlink", "rmdir"):
            monkeypatch.setattr(os, name, self._holding(name, getattr(os, name), tries, error))
        monkeypatch.setattr(patience, "_rename", self._holding("rename", patience._rename, tries, error))
        monkeypatch.setattr(patience.time, "sleep", self._wait)

    def _wait(self, seconds: float) -> None:
        self.waited += seconds

    def _holding(
        self, name: str, real: Callable[..., None], tries: int, error: Callable[[], OSError]
    ) -> Callable[..., None]:
        def call(path: Path, *more: object, **named: object) -> None:
            self.seen[name, str(path)] += 1
            if self.seen[name, str(path)] <= tries:
                raise error()
            real(path, *more, **named)

        return call


def sharing_violation() -> OSError:
    error = PermissionError(errno.EACCES, "it is being used by another process")
    error.winerror = 32  # type: ignore[attr-defined]  # Windows alone has it
    return error


def on_a_share() -> OSError:
    return OSError(errno.EBUSY, "Device or resource busy")


@pytest.mark.parametrize("error", [sharing_violation, on_a_share])
def test_what_somebody_else_holds_for_a_moment_is_moved_and_removed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Callable[[], OSError]
) -> None:
    scanner = Scanner(monkeypatch, tries=3, error=error)
    (tmp_path / "folder").mkdir()
    files.write_whole(tmp_path / "folder" / "file", b"content")
    files.replace(tmp_path / "folder" / "file", tmp_path / "folder" / "other")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["other"]
    files.write_whole(tmp_path / "single", b"")
    files.remove(tmp_path / "single")
    files.remove_tree(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []
    assert scanner.waited < 5


def test_what_is_held_for_good_is_an_error_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    scanner = Scanner(monkeypatch, tries=1_000, error=sharing_violation)
    with pytest.raises(PermissionError):
        files.remove(tmp_path / "file")
    assert 2 < scanner.waited < 10


def test_any_other_error_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(monkeypatch, tries=1, error=lambda: OSError(errno.EROFS, "Read-only file system"))
    with pytest.raises(OSError, match="Read-only"):
        files.write_whole(tmp_path / "file", b"")
    assert scanner.waited == 0.0


@pytest.mark.symlinks
def test_a_tree_is_removed_and_what_its_links_lead_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"")
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    (tmp_path / "tree" / "inner" / "file").write_bytes(b"")
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "kept")
    files.remove_tree(tmp_path / "tree")
    files.remove_tree(tmp_path / "was never there")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "kept"]
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    with pytest.raises(NotADirectoryError):
        files.remove_tree(tmp_path / "link")


@pytest.fixture
def as_junctions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links look as junctions do on Windows: folders that no call but `lstat` knows for what they are."""
    lstat, rmdir, unlink = os.lstat, os.rmdir, os.unlink

    def look(path: Path) -> object:
        found = lstat(path)
        if not stat.S_ISLNK(found.st_mode):
            return found
        return SimpleNamespace(st_mode=stat.S_IFDIR | 0o777, st_reparse_tag=files.MOUNT_POINT)

    def take(path: Path) -> None:
        (unlink if stat.S_ISLNK(lstat(path).st_mode) else rmdir)(path)

    monkeypatch.setattr(Path, "lstat", look)
    monkeypatch.setattr(Path, "is_symlink", lambda _: False)
    monkeypatch.setattr(os, "rmdir", take)


@pytest.mark.posix("Windows has junctions of its own: the next test")
@pytest.mark.usefixtures("as_junctions")
def test_what_a_junction_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"")
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    for link in ("junction", "tree/junction", "tree/inner/junction"):
        (tmp_path / link).symlink_to(tmp_path / "kept")
    with pytest.raises(NotADirectoryError):
        files.remove_tree(tmp_path / "junction")
    files.remove_tree(tmp_path / "tree")
    files.remove(tmp_path / "junction")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "kept"]


if sys.platform == "win32":
    import _winapi

    def test_what_a_junction_of_windows_leads_to_stays(tmp_path: Path) -> None:
        (tmp_path / "kept").mkdir()
        (tmp_path / "kept" / "file").write_bytes(b"")
        (tmp_path / "tree" / "inner").mkdir(parents=True)
        try:
            _winapi.CreateJunction(str(tmp_path / "kept"), str(tmp_path / "tree" / "inner" / "junction"))
        except OSError:
            pytest.skip("junctions cannot be made here")
        files.remove_tree(tmp_path / "tree")
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "kept"]


@pytest.fixture
def as_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of a read-only file can be taken away. Stands in also under Wine, which lets one be replaced."""

    def refuse(real: Callable[..., None], place: int) -> Callable[..., None]:
        def call(*paths: Path, **named: object) -> None:
            if is_read_only(paths[place]):
                error = PermissionError(errno.EACCES, "Access is denied")
                error.winerror = 5  # type: ignore[attr-defined]  # Windows alone has it
                raise error
            real(*paths, **named)

        return call

    def is_read_only(path: Path) -> bool:
        return path.exists() and not path.stat().st_mode & stat.S_IWRITE

    monkeypatch.setattr(os, "unlink", refuse(os.unlink, 0))
    monkeypatch.setattr(os, "rmdir", refuse(os.rmdir, 0))
    monkeypatch.setattr(patience, "_rename", refuse(patience._rename, 1))
    monkeypatch.setattr(patience, "_is_read_only", is_read_only)
    monkeypatch.setattr(patience, "_WAITS", ())


@pytest.mark.usefixtures("as_windows")
def test_what_is_read_only_is_removed_and_replaced_as_anything_else(tmp_path: Path) -> None:
    for name in ("file", "target", "tree/inner/file"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(stat.S_IREAD)
    if os.name == "nt" or os.geteuid() == 0:  # elsewhere nobody else may take a name out of such a folder
        (tmp_path / "tree" / "inner").chmod(stat.S_IREAD | stat.S_IEXEC)
    files.remove(tmp_path / "file")
    files.write_whole(tmp_path / "target", b"new")
    files.remove_tree(tmp_path / "tree")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("target", b"new")]


@pytest.mark.usefixtures("as_windows")
def test_what_cannot_be_removed_all_the_same_is_read_only_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "file").chmod(stat.S_IREAD)
    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError):
        files.remove(tmp_path / "file")
    assert not (tmp_path / "file").stat().st_mode & stat.S_IWRITE
