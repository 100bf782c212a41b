"""Roots and their homes: which files are near to which workers, and what they are called there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath


class Roots:
    """The roots of one home. Paths are compared as this system does."""

    def __init__(self, roots: Mapping[str, str]) -> None:
        """Take roots as they are called here, each with its name there."""
        # The longest first: a root may lie below another one.
        self._roots = sorted(
            ((_folded(here), there) for here, there in roots.items()), key=lambda pair: len(pair[0]), reverse=True
        )

    @property
    def there(self) -> tuple[str, ...]:
        """The roots as they are called there."""
        return tuple(there for _, there in self._roots)

    def located(self, location: str) -> str | None:
        """Return what a path of here is called there; None where it lies below no root."""
        folded = os.path.normcase(location)
        for here, there in self._roots:
            if folded.startswith(here):
                return str(_flavour(there).joinpath(*PurePath(location[len(here) :]).parts))
        return None


def _folded(root: str) -> str:
    return os.path.join(os.path.normcase(os.path.abspath(root)), "")  # noqa: PTH100, PTH118 - with a separator behind


def _flavour(root: str) -> PurePath:
    """Take a root for a path of Windows where it looks like one: this system may be another than that one."""
    windows = PureWindowsPath(root)
    return windows if windows.drive or "\\" in root else PurePosixPath(root)
