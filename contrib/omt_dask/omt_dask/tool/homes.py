"""Roots and their homes: which files are near to which workers, and what they are called there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

import anyio.to_thread
from omt_core.api.files import openable

from omt_dask.settings import Home


class Roots:
    """The roots of one home. Paths are compared as this system does."""

    def __init__(self, roots: Mapping[str, str]) -> None:
        """Take roots as they are called here, each with its name there."""
        # The longest first: a root may lie below another one.
        self._roots = sorted(
            ((_folded(here), there) for here, there in roots.items()), key=lambda pair: len(pair[0]), reverse=True
        )
        self._begins = tuple(here for here, _ in self._roots)
        self._there = [_with_separator(there) for _, there in self._roots]

    @property
    def there(self) -> tuple[str, ...]:
        """The roots as they are called there."""
        return tuple(there for _, there in self._roots)

    def hold(self, location: str) -> bool:
        """Tell whether a path of here lies below a root."""
        return os.path.normcase(location).startswith(self._begins)

    def located(self, location: str) -> str | None:
        """Return what a path of here is called there; None where it lies below no root."""
        # Asked for each file: with texts it takes a tenth of what it takes with paths.
        folded = os.path.normcase(location)
        for here, (begin, separator) in zip(self._begins, self._there, strict=True):
            if folded.startswith(here):
                rest = location[len(here) :]
                parts = (rest if os.altsep is None else rest.replace(os.altsep, os.sep)).split(os.sep)  # noqa: PTH206 - a text, as fast as can be
                return begin + separator.join(part for part in parts if part not in {"", "."})
        return None


async def looked_into(homes: Mapping[str, Home]) -> Mapping[str, Mapping[str, bool]]:
    """Return the folders that workers of each home must see: `filled_roots`, and a spool, which may be empty."""
    filled = await filled_roots(homes)
    return {
        name: {**filled[name], **({} if home.spool is None else {home.spool: False})} for name, home in homes.items()
    }


async def filled_roots(homes: Mapping[str, Home]) -> Mapping[str, Mapping[str, bool]]:
    """Return the roots of each home as they are called there, with whether this machine sees anything in them."""

    def look() -> Mapping[str, Mapping[str, bool]]:
        return {name: {there: _is_filled(here) for here, there in home.roots.items()} for name, home in homes.items()}

    return await anyio.to_thread.run_sync(look, abandon_on_cancel=True)


def spool_of(home: Home, workspace: Path) -> Roots:
    """Return what is spooled in the tool's workspace as a root of the home, or no root where it is not shared."""
    return Roots({} if home.spool is None else {str(workspace / "spool"): home.spool})


def _is_filled(root: str) -> bool:
    try:
        return next(Path(openable(root)).iterdir(), None) is not None
    except OSError:
        return False


def _folded(root: str) -> str:
    return os.path.join(os.path.normcase(os.path.abspath(root)), "")  # noqa: PTH100, PTH118 - with a separator behind


def _with_separator(root: str) -> tuple[str, str]:
    """Return a root with a separator behind it, and that. This system may be another than that one."""
    windows = PureWindowsPath(root)
    flavour = windows if windows.drive or "\\" in root else PurePosixPath(root)
    separator = "\\" if flavour is windows else "/"
    text = str(flavour)
    return (text if text.endswith(separator) else text + separator), separator
