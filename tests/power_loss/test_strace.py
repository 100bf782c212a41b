"""What strace writes down, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.power_loss import RecordError
from tests.power_loss.strace import Call, read_calls

FILE = "\\x2f\\x61"


def calls(folder: Path, *lines: str) -> list[Call]:
    (folder / "strace").write_text("\n".join(lines) + "\n", encoding="ascii")
    return list(read_calls(folder / "strace", [FILE], ["<TCP:"]))


def test_a_call_that_was_interrupted_by_others_is_put_together(tmp_path: Path) -> None:
    found = calls(
        tmp_path,
        f'10 write(3<{FILE}>, "\\x62", 1 <unfinished ...>',
        f"11 fsync(3<{FILE}>)              = 0",
        "10 <... write resumed>)              = 1",
    )
    assert [(call.name, call.began, call.ended) for call in found] == [("fsync", 1, 1), ("write", 0, 2)]
    assert found[1].arguments == f'3<{FILE}>, "\\x62", 1'


def test_a_descriptor_is_free_when_its_close_begins(tmp_path: Path) -> None:
    found = calls(
        tmp_path,
        f"10 close(3<{FILE}> <unfinished ...>",
        f'11 open("{FILE}", O_RDONLY) = 3<{FILE}>',
        "10 <... close resumed>) = 0",
    )
    assert [call.name for call in found] == ["close", "open"]


def test_threads_belong_to_the_process_that_made_them(tmp_path: Path) -> None:
    found = calls(
        tmp_path,
        "10 clone3({flags=CLONE_VM|CLONE_THREAD}, 88 <unfinished ...>",
        f"11 fsync(3<{FILE}>) = 0",
        "10 <... clone3 resumed>) = 11",
        "11 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 12",
        f"12 fsync(4<{FILE}>) = 0",
        "10 vfork() = 13",
        f"13 fsync(5<{FILE}>) = 0",
        "13 +++ exited with 0 +++",
    )
    assert [call.process for call in found] == [10, 10, 13]


def test_a_call_that_failed_is_none(tmp_path: Path) -> None:
    assert calls(tmp_path, f'10 unlink("{FILE}") = -1 ENOENT (No such file or directory)') == []


@pytest.mark.parametrize("end", [["10 <... pwrite64 resumed>) = ?"], []])
def test_a_change_that_a_kill_left_open_is_an_error(tmp_path: Path, end: list[str]) -> None:
    with pytest.raises(RecordError, match="may have taken effect or not"):
        calls(tmp_path, f'10 pwrite64(3<{FILE}>, "\\x62", 1, 0 <unfinished ...>', *end)


@pytest.mark.parametrize(
    "line",
    [f"10 close(3<{FILE}>) = ?", f"10 fsync(3<{FILE}> <unfinished ...>", '10 write(3<TCP:[a->b]>, "\\x62", 1) = ?'],
)
def test_what_changes_nothing_may_be_left_open(tmp_path: Path, line: str) -> None:
    assert calls(tmp_path, line) == []


def test_a_line_that_is_no_call_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="without a process"):
        calls(tmp_path, "strace: something is wrong")
