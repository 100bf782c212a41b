"""The licences of all that is in the zip, in one folder: of Python, of each distribution, of the launcher."""

from __future__ import annotations

import shutil
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

_NAMES: Final = ("licen[cs]e*", "copying*", "notice*", "authors*")
_OURS: Final = "online_migration_tool"
_LAUNCHER: Final = "distlib"


class NoLicenceError(Exception):
    """A distribution that says nowhere what its licence is must not be given to others."""


def gather(top: Path, python: Path) -> None:
    """Copy the licence files into `top`/licences, a folder for each part. Raises `NoLicenceError`."""
    folder = top / "licences"
    _copy([python / "LICENSE.txt"], folder / "python")
    launcher = distribution(_LAUNCHER)
    files = [Path(str(launcher.locate_file(one))) for one in launcher.files or () if "LICENSE" in one.name]
    _copy(files, folder / f"omt.exe ({_LAUNCHER})")
    for info in sorted((python / "Lib" / "site-packages").glob("*.dist-info")):
        if info.name.startswith(_OURS):
            continue
        found = [path for path in info.rglob("*") if path.is_file() and _is_licence(info, path)]
        told = _told(info)
        if not found and not told:
            raise NoLicenceError(f"{info.name} has no licence file and names no licence")
        target = folder / info.name.removesuffix(".dist-info")
        _copy(found, target)
        if told:
            (target / "as-stated.txt").write_text(told, encoding="utf-8", newline="\n")


def _is_licence(info: Path, path: Path) -> bool:
    inside = path.relative_to(info)
    return inside.parts[0] == "licenses" or any(Path(path.name.lower()).match(pattern) for pattern in _NAMES)


def _told(info: Path) -> str:
    """Return what the distribution says of its licence in its metadata."""
    metadata = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    said = [f"{name}: {metadata[name]}" for name in ("License-Expression", "License") if metadata[name]]
    said += [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    return "".join(f"{line}\n" for line in said)


def _copy(files: list[Path], target: Path) -> None:
    target.mkdir(parents=True)
    for file in sorted(files):
        place = target / file.name
        if place.exists():  # of another part of the same distribution
            place = target / f"{file.parent.name}-{file.name}"
        if place.exists():
            raise NoLicenceError(f"two licences of {target.name} would be called {place.name}")
        shutil.copyfile(file, place)
