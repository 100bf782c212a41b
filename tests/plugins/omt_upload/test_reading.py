"""What is read is one consistent content, or a reason why there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from omt_core.api.items import ItemState
from omt_upload import reading
from omt_upload.reading import (
    FileChangedError,
    FileUnreadError,
    Reading,
    Stamp,
    TooLarge,
    Unread,
    openable,
    read_slice,
    read_small_files,
)
from tests.plugins.omt_upload.moving import digest_of


def read(path: Path, largest: int = 100) -> Reading | Unread | TooLarge:
    (result,) = read_small_files([path], largest=largest, tries=3)
    return result


def test_a_file_is_read_with_its_digest_and_stamp(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    os.utime(path, ns=(1, 5))
    assert read(path) == Reading(digest_of(b"content"), 7, 5, b"content")


def test_a_file_that_has_grown_too_large_for_memory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(101))
    assert read(path) == TooLarge()


def test_a_file_that_is_gone_is_missing_and_a_folder_a_pipe_or_a_loop_is_unreadable(tmp_path: Path) -> None:
    gone = read(tmp_path / "gone")
    assert isinstance(gone, Unread)
    assert (gone.state, gone.reason) == (ItemState.MISSING, "file-vanished")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in (".", "pipe", "loop"):
        result = read(tmp_path / name)
        assert isinstance(result, Unread)
        assert (result.state, result.reason) == (ItemState.FAILED, "file-read-failed")


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_a_file_that_changes_while_it_is_read_is_read_again_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0")
    left = changes
    read_fully = reading._read_fully

    def meddling(handle: int, size: int) -> bytes:
        nonlocal left
        content = read_fully(handle, size)
        if left:
            left -= 1
            path.write_bytes(b"x" * (changes - left))
            os.utime(path, ns=(1, 1_000 + left))
        return content

    monkeypatch.setattr(reading, "_read_fully", meddling)
    result = read(path)
    if changes < 3:
        assert result == Reading(digest_of(b"x" * changes), changes, 1_000, b"x" * changes)
    else:
        assert isinstance(result, Unread)
        assert result.reason == "file-changed-while-read"


def test_a_slice_is_refused_when_the_file_is_not_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    stamp, part = read_slice(path, 2, 3, None)
    assert part == b"234"
    assert read_slice(path, 8, 100, stamp) == (stamp, b"89")
    with pytest.raises(FileChangedError):
        read_slice(path, 0, 1, Stamp(stamp.size, stamp.mtime_ns + 1))
    path.unlink()
    with pytest.raises(FileUnreadError) as caught:
        read_slice(path, 0, 1, stamp)
    assert caught.value.unread.state is ItemState.MISSING


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("C:\\a", "C:\\a"),
        (f"C:\\{'a' * 300}", f"\\\\?\\C:\\{'a' * 300}"),
        (f"\\\\host\\share\\{'a' * 300}", f"\\\\?\\UNC\\host\\share\\{'a' * 300}"),
        (f"\\\\?\\C:\\{'a' * 300}", f"\\\\?\\C:\\{'a' * 300}"),
    ],
)
def test_long_paths_on_windows_are_opened_in_their_extended_form(path: str, opened: str) -> None:
    assert openable(Path(path), windows=True) == opened
    assert openable(Path(path), windows=False) == path
