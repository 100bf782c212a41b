"""Running a command under strace, and reading what strace wrote down."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LONGEST_TEXT: Final = 8 << 20
"""Bytes of the longest write that is recorded whole; a longer one is refused when it is read."""

_CALLS: Final = (
    "open,openat,openat2,creat,write,pwrite64,pwritev,pwritev2,writev,ftruncate,truncate,fallocate,rename,renameat,"
    "renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,sync_file_range,sync,"
    "syncfs,mmap,close,dup,dup2,dup3,fcntl,lseek,sendto,sendmsg,sendmmsg,recvfrom,recvmsg,sendfile,copy_file_range,"
    "splice,io_uring_setup,clone,clone3,fork,vfork"
)
_WITHOUT_EFFECT: Final = frozenset({
    "close", "dup", "dup2", "dup3", "fcntl", "fdatasync", "fsync", "lseek", "mmap", "sendfile",
})  # fmt: skip
"""Calls on which no state of a disk depends when a process is killed in them."""

_LINE: Final = re.compile(r"(\d+) +(.*)", re.DOTALL)
_RESUMED: Final = re.compile(r"<\.\.\. \w+ resumed>(.*)", re.DOTALL)
_UNFINISHED: Final = " <unfinished ...>"
_CHILD: Final = re.compile(r"(?:clone3?|fork|vfork)\(.*\) += (\d+)$")
_THREAD: Final = "CLONE_THREAD"


class StraceUnusableError(Exception):
    """The machine has no strace, or does not let it trace."""


class RecordError(Exception):
    """The record has something that the model does not know, so that nothing may be concluded from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call: who made it, its arguments and result as strace writes them, and its lines in the record.

    `began` is the line where it was entered, `ended` that where it returned.
    """

    process: int
    name: str
    arguments: str
    result: str
    began: int
    ended: int


def require_strace() -> None:
    """Raise `StraceUnusableError` unless processes can be traced here. Blocking."""
    program = shutil.which("strace")
    if program is None:
        raise StraceUnusableError("strace is not installed (Debian: strace)")
    tried = subprocess.run(
        [program, "-f", "--seccomp-bpf", "-o", os.devnull, sys.executable, "-c", ""],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tried.returncode:
        raise StraceUnusableError(f"strace cannot trace here: {tried.stderr.strip()}")


def trace(command: Sequence[str], output: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run a command and all processes that it starts to their end, with a pipe for what it says. Blocking."""
    program = shutil.which("strace") or "strace"
    options = ["-f", "--seccomp-bpf", "-qq", "-yy", "-xx", "-s", str(LONGEST_TEXT), "-e", f"trace={_CALLS}"]
    options += ["-e", "signal=none", "-o", str(output)]
    return subprocess.run([program, *options, *command], env=environment, stdout=subprocess.PIPE, check=False)


def read_calls(output: Path, watched: Sequence[str], talk: Sequence[str]) -> Sequence[Call]:
    """Return the calls that succeeded and have one of these marks in their text, in the order of their effects.

    A process may have been killed in a call on what is `watched` only if that changes nothing.

    That is the order of their ends, but for `close`: another thread may be given the descriptor before it returns.
    """
    return sorted(_calls(output, watched, talk), key=lambda call: call.began if call.name == "close" else call.ended)


def _calls(output: Path, watched: Sequence[str], talk: Sequence[str]) -> Iterator[Call]:
    processes = _processes(output)
    for began, ended, thread, text in _joined(output):
        is_watched = any(mark in text for mark in watched)
        if not is_watched and not any(mark in text for mark in talk):
            continue
        head, _, result = text.rpartition(" = ")
        name, bracket, arguments = head.rstrip().partition("(")
        if not bracket or not arguments.endswith(")"):
            raise RecordError(f"a line that is not a call: {text[:300]}")
        if result.startswith("?") and is_watched and name not in _WITHOUT_EFFECT:
            raise RecordError(f"a process was killed in this call, which may have taken effect or not: {text[:300]}")
        if result.startswith(("-1 ", "?")):
            continue
        yield Call(
            process=processes.get(thread, thread),
            name=name,
            arguments=arguments[:-1],
            result=result,
            began=began,
            ended=ended,
        )


def _joined(output: Path) -> Iterator[tuple[int, int, int, str]]:
    """Yield each call whole: lines of begin and end, thread, text."""
    begun: dict[int, tuple[int, str]] = {}
    with output.open(encoding="ascii") as lines:
        for number, line in enumerate(lines):
            match = _LINE.fullmatch(line.rstrip("\n"))
            if match is None:
                raise RecordError(f"a line without a process: {line[:300]}")
            thread, text = int(match[1]), match[2]
            if text.startswith(("+++", "---")):
                continue
            if text.endswith(_UNFINISHED):
                begun[thread] = (number, text.removesuffix(_UNFINISHED))
            elif resumed := _RESUMED.fullmatch(text):
                began, first = begun.pop(thread)
                yield began, number, thread, first + resumed[1]
            else:
                yield number, number, thread, text
    for thread, (began, first) in begun.items():
        yield began, began, thread, f"{first.rstrip().removesuffix(')')}) = ?"


def _processes(output: Path) -> Mapping[int, int]:
    """Return the process of each thread; a thread may speak before the call that made it has returned."""
    made_by: dict[int, int] = {}
    for _, _, thread, text in _joined(output):
        if text.startswith(("clone", "fork", "vfork")) and (child := _CHILD.fullmatch(text)) and _THREAD in text:
            made_by[int(child[1])] = thread
    return {thread: _first(thread, made_by) for thread in made_by}


def _first(thread: int, made_by: Mapping[int, int]) -> int:
    while thread in made_by:
        thread = made_by[thread]
    return thread
