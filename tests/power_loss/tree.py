"""A state of some folders as a value: what a disk holds after a power loss, ready to be written out and opened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


class Content:
    """The bytes of a file, which many states share."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def digest(self) -> bytes:
        """The bytes' hash, computed once."""
        return hashlib.blake2b(self.data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """A possible state of the watched folders: contents by path, and all folders."""

    files: Mapping[str, Content]
    folders: Sequence[str]

    @property
    def digest(self) -> bytes:
        """A hash of everything in it."""
        whole = hashlib.blake2b(digest_size=16)
        for path in self.folders:
            whole.update(path.encode("utf-8", "surrogateescape") + b"\0")
        for path, content in sorted(self.files.items()):
            whole.update(path.encode("utf-8", "surrogateescape") + b"\0" + content.digest)
        return whole.digest()

    def write(self, places: Mapping[str, Path]) -> None:
        """Write the state to disk, each root into an empty or missing folder of its own. Blocking."""
        for root, place in places.items():
            for path in self.folders:
                if path == root or path.startswith(f"{root}/"):
                    (place / path[len(root) + 1 :]).mkdir(parents=True, exist_ok=True)
            for path, content in self.files.items():
                if path.startswith(f"{root}/"):
                    (place / path[len(root) + 1 :]).write_bytes(content.data)
