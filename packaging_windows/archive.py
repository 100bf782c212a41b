"""Lists what is in the folder, with hashes, and packs it: the same bytes whenever and wherever it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CONTENTS: Final = "omt-contents.json"
"""The list; the tool knows by it that it runs from the unpacked zip (`omt_core/plugin_host/wheel_folder.py`)."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644 << 16


def list_contents(top: Path, facts: Mapping[str, object]) -> None:
    """Write the list of all files below `top`, after what there is to say of them as a whole."""
    files = {path.relative_to(top).as_posix(): _entry(path) for path in _files(top)}
    told = {"name": top.name, **facts, "files": files}
    (top / CONTENTS).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8", newline="\n")


def pack(top: Path, target: Path) -> None:
    """Pack the folder into a zip whose one entry at the top has the folder's name."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in _files(top):
            entry = ZipInfo(f"{top.name}/{path.relative_to(top).as_posix()}", _TIME)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, _MODE, 3
            archive.writestr(entry, path.read_bytes())


def digest(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(top: Path) -> Iterable[Path]:
    return sorted(
        (path for path in top.rglob("*") if path.is_file()), key=lambda path: path.relative_to(top).as_posix()
    )


def _entry(path: Path) -> Mapping[str, object]:
    return {"size": path.stat().st_size, "sha256": digest(path)}
