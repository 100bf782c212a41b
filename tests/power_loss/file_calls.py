"""System calls made into operations: paths and descriptors followed, offsets kept, anything unknown refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from posixpath import join, normpath
from typing import Final, TypeAlias

from tests.power_loss.arguments import DESCRIPTOR, STRING, bytes_of, decoded, first_number, path_of
from tests.power_loss.files import Files
from tests.power_loss.operations import (
    Operation,
    Resizing,
    Synced,
    Syncing,
    Writing,
)
from tests.power_loss.strace import Call, RecordError
from tests.power_loss.talk import is_talk, talk

Placed: TypeAlias = tuple[int, Operation]
"""An operation with the line of the record at which it takes effect."""

_SYNCHRONOUS: Final = re.compile(r"\b(O_D?SYNC|O_TMPFILE|O_DIRECT)\b")


@dataclass(slots=True)
class _Open:
    """An open file: several descriptors may share its position."""

    number: int
    path: str
    appends: bool
    position: int = 0


class FileCalls:
    """Follows the descriptors of all recorded processes. Calls must come in the order of their ends."""

    def __init__(self, files: Files, volatile: Callable[[str], bool]) -> None:
        self._files = files
        self._volatile = volatile
        self._descriptors: dict[tuple[int, int], _Open] = {}
        self._sizes: dict[int, int] = {number: len(data) for number, data in files.snapshot().start.items()}
        self._syncs = count(1)
        self._handlers: Mapping[str, Callable[[Call], Iterator[Placed]]] = {
            **dict.fromkeys(("open", "openat", "creat"), self._opened),
            **dict.fromkeys(("dup", "dup2", "dup3"), self._copied),
            **dict.fromkeys(("fsync", "fdatasync"), self._synced),
            **dict.fromkeys(("rename", "renameat", "renameat2"), self._renamed),
            **dict.fromkeys(("link", "linkat"), self._linked),
            **dict.fromkeys(("unlink", "unlinkat", "rmdir"), self._removed),
            **dict.fromkeys(("mkdir", "mkdirat"), self._made_folder),
            "close": self._closed,
            "fcntl": self._controlled,
            "lseek": self._moved,
            "mmap": self._mapped,
            "write": self._wrote,
            "writev": self._wrote,
            "pwrite64": self._wrote_at,
            "pwritev": self._wrote_at,
            "ftruncate": self._cut,
            "truncate": self._cut_by_name,
        }

    def operations(self, call: Call) -> Iterator[Placed]:
        """Yield what a call does. Raises `RecordError` for a call on a watched file that is not understood."""
        if is_talk(call):
            yield from talk(call)
            return
        if call.name in self._handlers:
            yield from self._handlers[call.name](call)
        elif any(mark in call.arguments for mark in self._files.marks):
            raise RecordError(f"a call that the model does not know: {call.name}({call.arguments[:300]}")

    # --- descriptors

    def _opened(self, call: Call) -> Iterator[Placed]:
        path = path_of(call.result)
        if path is None or not self._files.watches(path):
            return
        if _SYNCHRONOUS.search(call.arguments):
            raise RecordError(f"{path} is opened in a way that the model does not know: {call.arguments[-200:]}")
        number = self._files.find(path)
        if number is None:
            if "O_CREAT" not in call.arguments:
                raise RecordError(f"{path} is opened, of whose making the record says nothing")
            number, made = self._files.make(path, folder=False)
            self._sizes[number] = 0
            yield call.ended, made
        if "O_TRUNC" in call.arguments and self._sizes.get(number):
            yield self._resize(call, number, path, 0)
        descriptor = int(first_number(call.result))
        self._descriptors[call.process, descriptor] = _Open(number, path, appends="O_APPEND" in call.arguments)

    def _closed(self, call: Call) -> Iterator[Placed]:
        self._descriptors.pop((call.process, int(first_number(call.arguments))), None)
        yield from ()

    def _copied(self, call: Call) -> Iterator[Placed]:
        known = self._descriptors.get((call.process, int(first_number(call.arguments))))
        copy = (call.process, int(first_number(call.result)))
        if known is not None:
            self._descriptors[copy] = known
        else:
            self._descriptors.pop(copy, None)
        yield from ()

    def _controlled(self, call: Call) -> Iterator[Placed]:
        if "F_DUPFD" in call.arguments:
            yield from self._copied(call)

    def _moved(self, call: Call) -> Iterator[Placed]:
        known = self._descriptors.get((call.process, int(first_number(call.arguments))))
        if known is not None:
            known.position = int(first_number(call.result))
        yield from ()

    def _mapped(self, call: Call) -> Iterator[Placed]:
        path = path_of(call.arguments)
        writes = "PROT_WRITE" in call.arguments and "MAP_SHARED" in call.arguments
        if writes and path is not None and self._files.watches(path) and not self._volatile(path):
            raise RecordError(f"{path} is written through a mapping, which no record shows")
        yield from ()

    # --- contents

    def _wrote(self, call: Call) -> Iterator[Placed]:
        known = self._known(call)
        if known is not None:
            offset = self._sizes[known.number] if known.appends else known.position
            content = bytes_of(call)
            known.position = offset + len(content)
            yield self._written(call, known, offset, content)

    def _wrote_at(self, call: Call) -> Iterator[Placed]:
        known = self._known(call)
        if known is not None:
            yield self._written(call, known, int(call.arguments.rpartition(", ")[2]), bytes_of(call))

    def _cut(self, call: Call) -> Iterator[Placed]:
        known = self._known(call)
        if known is not None:
            yield self._resize(call, known.number, known.path, int(call.arguments.rpartition(", ")[2]))

    def _cut_by_name(self, call: Call) -> Iterator[Placed]:
        path = self._watched(call, 0)
        if path is not None:
            yield self._resize(call, self._files.require(path), path, int(call.arguments.rpartition(", ")[2]))

    def _synced(self, call: Call) -> Iterator[Placed]:
        known = self._known(call)
        if known is not None:
            number = next(self._syncs)
            yield call.began, Syncing(number=number, node=known.number, path=known.path)
            yield call.ended, Synced(number=number)

    # --- names

    def _renamed(self, call: Call) -> Iterator[Placed]:
        source, target = self._watched(call, 0), self._watched(call, 1)
        if source is not None and target is not None:
            yield call.ended, self._files.rename(source, target)
        elif source != target:
            raise RecordError(f"a rename across the border of what is watched: {call.arguments}")

    def _linked(self, call: Call) -> Iterator[Placed]:
        source, target = self._watched(call, 0), self._watched(call, 1)
        if source is not None and target is not None:
            yield call.ended, self._files.link(source, target)
        elif source != target:
            raise RecordError(f"a link across the border of what is watched: {call.arguments}")

    def _removed(self, call: Call) -> Iterator[Placed]:
        path = self._watched(call, 0)
        if path is not None:
            yield call.ended, self._files.remove(path)

    def _made_folder(self, call: Call) -> Iterator[Placed]:
        path = self._watched(call, 0)
        if path is not None:
            yield call.ended, self._files.make(path, folder=True)[1]

    # --- what these share

    def _known(self, call: Call) -> _Open | None:
        """Return the watched file that the first argument is open on; its path must be the one that strace saw."""
        match = DESCRIPTOR.match(call.arguments)
        path = None if match is None or match[2] is None else decoded(match[2])
        if match is None or path is None or not self._files.watches(path):
            return None
        known = self._descriptors.get((call.process, int(match[1])))
        if known is None:
            raise RecordError(f"{call.name} on {path} by a descriptor of whose opening the record says nothing")
        if not match[3] and self._files.find(path) != known.number:
            raise RecordError(f"{call.name} on {path}, which the record takes for {known.path}")
        known.path = path
        return known

    def _watched(self, call: Call, position: int) -> str | None:
        """Return the path that is the first or second one among the arguments, None when it is not watched."""
        texts = list(STRING.finditer(call.arguments))
        path = decoded(texts[position][1])
        if not path.startswith("/"):
            before = call.arguments[texts[position - 1].end() if position else 0 : texts[position].start()]
            folder = path_of(before)
            if folder is None:
                raise RecordError(f"a relative path of unknown place: {call.name}({call.arguments[:200]}")
            path = join(folder, path)
        path = normpath(path)
        return path if self._files.watches(path) else None

    def _written(self, call: Call, known: _Open, offset: int, content: bytes) -> Placed:
        self._sizes[known.number] = max(self._sizes[known.number], offset + len(content))
        return call.ended, Writing(file=known.number, offset=offset, content=content, path=known.path)

    def _resize(self, call: Call, number: int, path: str, size: int) -> Placed:
        self._sizes[number] = size
        return call.ended, Resizing(file=number, size=size, path=path)
