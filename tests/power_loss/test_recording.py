"""The record is that of real processes, and what it cannot tell is an error and not a gap."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.power_loss import Recorded, RecordError, Sending, record, survivors
from tests.strace import skip_without_strace


@pytest.fixture(autouse=True)
def _strace() -> None:
    skip_without_strace()


def run(folder: Path, script: str) -> Recorded:
    (folder / "disk").mkdir()
    (folder / "disk" / "old").write_bytes(b"old")
    whole = f"import os, sys, threading\nfrom pathlib import Path\ndisk = Path(sys.argv[1])\n{dedent(script)}"
    command = [sys.executable, "-c", whole, str(folder / "disk")]
    return record(command, watched=[folder / "disk"], output=folder / "strace")


def test_a_record_with_nothing_lost_is_what_lies_on_disk_however_it_was_written(tmp_path: Path) -> None:
    recorded = run(
        tmp_path,
        """
        import fcntl, shutil
        first = os.open(disk / "na\\nme \\udcff", os.O_RDWR | os.O_CREAT)
        os.write(first, b"0123456789")
        os.lseek(first, 4, os.SEEK_SET)
        twin = fcntl.fcntl(first, fcntl.F_DUPFD_CLOEXEC, 20)
        os.writev(twin, [b"ab", b"cd"])
        os.write(first, b"ef")                       # both share one position
        os.pwrite(first, b"Z", 700)
        os.ftruncate(first, 650)
        with (disk / "old").open("ab") as file:
            file.write(b" and new")
        os.link(disk / "old", disk / "twin")
        (disk / "a/b").mkdir(parents=True)
        (disk / "a/b/gone").write_bytes(b"x")
        (disk / "a/b").rename(disk / "moved")
        shutil.rmtree(disk / "a")
        (disk / "moved/kept").write_bytes(b"y" * 5000)
        (disk / "moved/gone").unlink()
        os.truncate(disk / "moved/kept", 4000)
        (disk / "over").write_bytes(b"over")
        (disk / "over").replace(disk / "moved/kept2")
        lost = (disk / "without a name").open("wb")
        (disk / "without a name").unlink()
        lost.write(b"nobody reads this")
        lost.flush()
        workers = [threading.Thread(target=(disk / f"t{n}").write_bytes, args=(bytes([n]) * 9000,)) for n in range(8)]
        for worker in workers: worker.start()
        for worker in workers: worker.join()
        if os.fork() == 0:
            (disk / "child").write_bytes(b"child")
            os._exit(0)
        os.wait()
        os.write(1, b"done")
        sys.exit(3)
        """,
    )
    assert recorded.exit_code == 3
    said = [operation for operation in recorded.record.operations if isinstance(operation, Sending)]
    assert [operation.content for operation in said] == [b"done"]
    *_, last = (one for one in survivors(recorded.record, seed=1) if one.loss == "nothing lost")
    for path, content in last.tree.files.items():
        assert Path(path).read_bytes() == content.data


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("import mmap\nfile = (disk / 'old').open('r+b')\nmmap.mmap(file.fileno(), 0)[:3] = b'new'", "mapping"),
        ("os.open(disk / 'new', os.O_CREAT | os.O_WRONLY | os.O_DSYNC)", "opened in a way"),
        ("import shutil\nshutil.copyfile(disk / 'old', disk / 'new')", "does not know"),
        ("os.symlink('old', disk / 'new')", "does not know"),
        ("os.rename(disk / 'old', disk.parent / 'new')", "border"),
        ("os.chdir(disk)\nos.rename('old', 'new')", "not what the record says"),
        ("file = (disk / 'old').open('r+b', buffering=0)\nfile.read(2)\nfile.write(b'x')", "not what the record says"),
        (
            "file = os.open(disk / 'old', os.O_WRONLY)\nif os.fork() == 0: os.write(file, b'x')\nelse: os.wait()",
            "opening",
        ),
    ],
)
def test_what_the_model_does_not_know_is_an_error(tmp_path: Path, script: str, word: str) -> None:
    with pytest.raises(RecordError, match=word):
        run(tmp_path, script)


WRITE = "file = os.open(disk / '{0}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC); os.write(file, (b'new' * 3000){1})"
SYNC = "os.fsync(file)"
RENAME = "os.rename(disk / 'new', disk / 'old')"
SYNC_FOLDER = "os.fsync(os.open(disk, os.O_RDONLY))"
SAY = "os.write(1, b'done')"
NEW = b"new" * 3000


def faults_of(folder: Path, *steps: str) -> set[str]:
    """Run a writer that replaces a file, and tell what may go wrong with it."""
    recorded = run(folder, "\n".join(steps))
    [said] = [at for at, operation in enumerate(recorded.record.operations) if isinstance(operation, Sending)]
    found: set[str] = set()
    for survivor in survivors(recorded.record, seed=1, milestones=[said]):
        content = survivor.tree.files.get(str(folder / "disk/old"))
        if content is None or content.data not in {b"old", NEW}:
            found.add("half")
        elif content.data != NEW and survivor.position > said:
            found.add("lost")
    return found


def test_a_writer_that_does_it_right_loses_nothing(tmp_path: Path) -> None:
    assert faults_of(tmp_path, WRITE.format("new", ""), SYNC, RENAME, SYNC_FOLDER, SAY) == set()


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        ((WRITE.format("new", ""), RENAME, SYNC_FOLDER, SAY), {"half"}),
        ((WRITE.format("new", ""), SYNC, RENAME, SAY), {"lost"}),
        ((WRITE.format("new", ""), SYNC, SYNC_FOLDER, RENAME, SAY), {"lost"}),
        ((WRITE.format("new", ""), RENAME, SYNC, SYNC_FOLDER, SAY), {"half"}),
        ((WRITE.format("new", ""), SYNC, RENAME, SAY, SYNC_FOLDER), {"lost"}),
        ((WRITE.format("old", ""), SYNC, SYNC_FOLDER, SAY), {"half"}),
        ((WRITE.format("new", "[:600]"), SYNC, f"os.write(file, {NEW[600:]!r})", RENAME, SYNC_FOLDER, SAY), {"half"}),
    ],
    ids=[
        "no fsync of the file", "no fsync of the folder", "fsync of the folder too early", "rename before the fsync",
        "said too early", "in place", "written on after the fsync",
    ],
)  # fmt: skip
def test_a_writer_that_does_it_wrong_is_caught(tmp_path: Path, steps: tuple[str, ...], faults: set[str]) -> None:
    assert faults_of(tmp_path, *steps) >= faults


def test_a_folder_that_was_not_made_sure_takes_its_files_with_it(tmp_path: Path) -> None:
    recorded = run(
        tmp_path,
        """
        (disk / "in").mkdir()
        with (disk / "in/file").open("wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        os.fsync(os.open(disk / "in", os.O_RDONLY))
        """,
    )
    *_, last = (one for one in survivors(recorded.record, seed=1) if one.loss == "everything lost")
    assert [Path(path).name for path in last.tree.files] == ["old"]
