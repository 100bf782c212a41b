"""What is read is one consistent content, or a reason why there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from omt_core.api.items import ItemState
from omt_protocol.bundle.writer import CPIO, USTAR, Framing
from omt_upload.files import contents
from omt_upload.files.contents import FileChangedError, Stamp
from omt_upload.files.outcome import FileUnreadError, Reading, TooLarge, Unread, read_slice, read_small_files
from tests.plugins.omt_upload.moving import digest_of


def read(path: Path, expected: int = 100) -> Reading | Unread | TooLarge:
    (result,) = read_small_files(bytearray(USTAR.bundle_size([expected])), [(str(path), expected)], USTAR, tries=3)
    return result


@pytest.mark.parametrize(
    ("framing", "offsets"), [(USTAR, [512, 1_536, 2_048, 3_584]), (CPIO, [141, 289, 430, 1_171])], ids=["ustar", "cpio"]
)
def test_files_are_read_with_their_digests_and_stamps_to_where_a_bundle_has_them(
    tmp_path: Path, framing: Framing, offsets: list[int]
) -> None:
    contents = [b"content", b"", bytes(600), b"last"]
    files: list[tuple[str, int]] = [(str(tmp_path / "gone"), 5_000)]
    for number, content in enumerate(contents):
        path = tmp_path / str(number)
        path.write_bytes(content)
        os.utime(path, ns=(1_000, number * 1_000))
        files.append((str(path), len(content)))
    buffer = bytearray(framing.bundle_size(size for _, size in files))
    _, *results = read_small_files(buffer, files, framing, tries=3)
    assert results == [
        Reading(digest_of(content), len(content), number * 1_000, offset)
        for number, (content, offset) in enumerate(zip(contents, offsets, strict=True))
    ]
    for content, result in zip(contents, results, strict=True):
        assert isinstance(result, Reading)
        assert buffer[result.offset : result.offset + result.size] == content


def test_a_file_that_has_grown_beyond_its_room_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(512))
    assert isinstance(read(path), Reading)
    path.write_bytes(bytes(513))
    assert read(path) == TooLarge()


@pytest.mark.posix("Windows has no named pipes among files")
def test_a_file_that_is_gone_is_missing_a_folder_is_told_and_a_pipe_or_a_loop_is_unreadable(tmp_path: Path) -> None:
    gone = read(tmp_path / "gone")
    assert isinstance(gone, Unread)
    assert (gone.state, gone.reason) == (ItemState.MISSING, "file-vanished")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, reason in ((".", "file-is-folder"), ("pipe", "file-read-failed"), ("loop", "file-read-failed")):
        result = read(tmp_path / name)
        assert isinstance(result, Unread)
        assert (result.state, result.reason) == (ItemState.FAILED, reason)


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_a_file_that_changes_while_it_is_read_is_read_again_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0")
    left = changes
    read_into = contents._read_into

    def meddling(handle: int, room: memoryview, size: int) -> int:
        nonlocal left
        content = read_into(handle, room, size)
        if left:
            left -= 1
            path.write_bytes(b"x" * (changes - left))
            os.utime(path, ns=(1, 1_000 + left))
        return content

    monkeypatch.setattr(contents, "_read_into", meddling)
    result = read(path)
    if changes < 3:
        assert result == Reading(digest_of(b"x" * changes), changes, 1_000, 512)
    else:
        assert isinstance(result, Unread)
        assert result.reason == "file-changed-while-read"


def test_a_slice_is_refused_when_the_file_is_not_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    room = memoryview(bytearray(100))
    stamp, came = read_slice(path, room[:3], 2, None)
    assert (room[:came], came) == (b"234", 3)
    assert read_slice(path, room, 8, stamp) == (stamp, 2)
    assert room[:2] == b"89"
    with pytest.raises(FileChangedError):
        read_slice(path, room, 0, Stamp(stamp.size, stamp.mtime_ns + 1))
    path.unlink()
    with pytest.raises(FileUnreadError) as caught:
        read_slice(path, room, 0, stamp)
    assert caught.value.unread.state is ItemState.MISSING


def test_a_folder_that_the_system_calls_a_lack_of_rights_is_told_as_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does Windows."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Access is denied")

    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(contents.os, "open", refuse)
    reasons = [result.reason for name in (".", "file") if isinstance(result := read(tmp_path / name), Unread)]
    assert reasons == ["file-is-folder", "file-read-failed"]
