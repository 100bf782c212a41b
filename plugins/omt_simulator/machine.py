r"""The folder tree that stands for the Windows machine: `C:\x` is `machine/C/x`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path, PureWindowsPath

from omt_simulator.chance import EPOCH, modified_ns


class Machine:
    """Writes files at Windows paths below a folder, with fixed modification times; counts files and bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = 0
        self.bytes = 0
        self._folder: Path | None = None

    def locate(self, windows_path: str) -> Path:
        """Where a Windows path lies below the folder."""
        path = PureWindowsPath(windows_path)
        return self.root.joinpath(path.drive.rstrip(":"), *path.parts[1:])

    def write(self, windows_path: str, content: bytes, modified: datetime = EPOCH) -> Path:
        """Write a file and its folders; nothing is synchronised to disk, as the whole can be built again."""
        target = self.prepare(windows_path)
        target.write_bytes(content)
        moment = modified_ns(modified)
        os.utime(target, ns=(moment, moment))
        self.files += 1
        self.bytes += len(content)
        return target

    def write_loop(self, windows_path: str) -> None:
        """Write a symbolic link to itself: a file that nobody can open, the administrator included."""
        target = self.prepare(windows_path)
        target.symlink_to(target.name)

    def make_folder(self, windows_path: str) -> None:
        """Make a folder that is there whether a file comes into it or not."""
        self.locate(windows_path).mkdir(parents=True, exist_ok=True)

    def prepare(self, windows_path: str) -> Path:
        """Return the file's place, its folder made. Files come folder by folder, so the last folder is remembered."""
        target = self.locate(windows_path)
        if target.parent != self._folder:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folder = target.parent
        return target

    def write_registry(self, content: bytes) -> None:
        """Write the registry's export, which belongs to the machine and to no drive of it."""
        target = self.root / "registry.reg"
        target.write_bytes(content)
        moment = modified_ns(EPOCH)
        os.utime(target, ns=(moment, moment))
