"""Files are written whole or not at all, and waited for while somebody else holds them."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from omt_core.api import files


class Scanner:
    """Holds every file for some tries, as a virus scanner does with what was just written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, tries: int, error: Callable[[], OSError]) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        self.waited = 0.0
        for name in ("replace", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, self._holding(name, getattr(os, name), tries, error))
        monkeypatch.setattr(files.time, "sleep", self._wait)

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


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    file = files.WholeFile(path)
    file.write(b"ne")
    assert path.read_bytes() == b"old"
    file.discard()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    file = files.WholeFile(path)
    file.write(b"new")
    file.finish()
    file.discard()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"new")]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's word for it; Windows has an ACL")
def test_what_is_written_is_private(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "file", b"")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == files.PRIVATE_FILE


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "file.partial").write_bytes(b"half")
    files.write_whole(tmp_path / "file", b"whole")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"whole")]


@pytest.mark.skipif(sys.platform == "win32", reason="not every user may make a link there")
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
