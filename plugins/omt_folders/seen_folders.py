"""The folders that have answered before: what was there and is not is away, what nobody ever saw is not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from omt_core.api import folder_away, sentence
from omt_core.api.files import openable, write_whole
from omt_crm.paths import fold, reason

_OF_THE_ARCHIVE: Final = "folders-seen.json"


@dataclass(frozen=True, slots=True)
class OpenedRoots:
    """The roots that answer, in their order, and why each other one does not."""

    there: tuple[Path, ...]
    unreadable: Mapping[Path, str]


class SeenFolders:
    """Roots that held something when they were last read, each with the folders below it that held files.

    Kept in the workspace too, so that the next run knows them, in a file of each plugin's own. Blocking.
    """

    def __init__(self, plugin: str = "") -> None:
        self._roots: dict[str, frozenset[str]] = {}  # folders by their paths below the root, with `/`
        self._file: Path | None = None
        self._name = f"folders-seen-{plugin}.json" if plugin else _OF_THE_ARCHIVE

    @property
    def workspace(self) -> Path | None:
        """The migration's folder that this is kept in, or None."""
        return None if self._file is None else self._file.parent

    def keep_in(self, workspace: Path | None) -> None:
        """Keep what is seen in a migration's folder from now on, and take over what lies there."""
        if workspace is None or self._file == workspace / self._name:
            return
        self._file = workspace / self._name
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            self._roots = {str(root): frozenset(map(str, folders)) for root, folders in known.items()} | self._roots
        except (OSError, ValueError, RecursionError, TypeError, AttributeError):
            return  # a run that knows of no folder takes none for away, as the first one does

    def open(self, roots: Iterable[Path], shown: Callable[[Path], str]) -> OpenedRoots:
        """Ask each root whether it answers, and holds something if it did before.

        Raises `FolderAwayError` for one that did.
        """
        there: list[Path] = []
        unreadable: dict[Path, str] = {}
        for root in dict.fromkeys(roots):
            known = self._roots.get(str(root))
            try:
                with os.scandir(openable(root)) as entries:
                    empty = next(entries, None) is None
            except OSError as error:
                if known is not None:
                    raise folder_away(root, shown(root), reason(error)) from error
                unreadable[root] = reason(error)
                continue
            if known is not None and empty:
                raise folder_away(root, shown(root), sentence("it is empty now"), empty=True)
            there.append(root)
        return OpenedRoots(tuple(there), unreadable)

    def contents(self, roots: Iterable[Path]) -> Mapping[str, AbstractSet[str]]:
        """Return the folders of these roots that held files or led to one that did, with the names of those in each."""
        names: dict[str, set[str]] = {}
        for root in roots:
            for relative in self._roots.get(str(root), ()):
                above = root
                for name in PurePosixPath(relative).parts:
                    names.setdefault(str(above), set()).add(name)
                    above /= name
                names.setdefault(str(above), set())
        return names

    def emptied(self, root: Path) -> Sequence[Path]:
        """Return the folders of a root that held files and hold nothing now, or are gone from one that answers.

        The topmost ones where nothing is left in one. Of a folder that does not answer nothing is said.
        """
        if str(root) not in self._roots:
            return ()
        held = self.contents((root,))
        return _emptied(root, held) if str(root) in held else [root] if _names(root, first=True) == set() else []

    def forget_deleted(self, roots: Iterable[Path], deleted: Iterable[str], shown: Callable[[Path], str]) -> None:
        """Take folders that were `emptied`, and are shown as one of the `deleted`, for gone with all that was there."""
        told = set(deleted)
        for folder in [one for root in roots for one in self.emptied(root)] if told else ():
            if shown(folder) in told:
                self.forget(folder)

    def below(self, folder: Path) -> Sequence[Path]:
        """Return the roots that lie in a folder."""
        return [root for root in map(Path, sorted(self._roots)) if root.parent == folder]

    def see(self, root: Path, folders: Iterable[Path], *, whole: bool) -> None:
        """Note that a root was read to its end, and which of these folders, those below it, held files.

        Where it was not read `whole`, what is known of the others stays: they may be what could not be listed.
        """
        below = frozenset(folder.relative_to(root).as_posix() for folder in folders if root in folder.parents)
        before = frozenset[str]() if whole else self._roots.get(str(root), frozenset())
        self._change({**self._roots, str(root): below | before})

    def forget(self, folder: Path) -> None:
        """Take what was waited for in vain, a root or a folder in one, for gone with all that was in it."""
        self._change(
            {
                root: frozenset(one for one in folders if not Path(root, one).is_relative_to(folder))
                for root, folders in self._roots.items()
                if root != str(folder)
            }
        )

    def _change(self, roots: dict[str, frozenset[str]]) -> None:
        if roots == self._roots:
            return
        self._roots = roots
        if self._file is not None:
            text = json.dumps({root: sorted(folders) for root, folders in sorted(roots.items())})
            try:
                write_whole(self._file, text.encode("ascii"))
            except OSError:
                return  # known in this run all the same


def _emptied(folder: Path, held: Mapping[str, AbstractSet[str]]) -> list[Path]:
    children = held[str(folder)]
    names = _names(folder, first=not children)
    if names is None:
        return []
    if not names:
        return [folder]
    found: list[Path] = []
    whole = bool(children) and names <= set(map(fold, children))
    for child in sorted(children):
        below = [folder / child] if fold(child) not in names else _emptied(folder / child, held)
        found += below
        whole = whole and below == [folder / child]
    return [folder] if whole else found


def _names(folder: Path, *, first: bool) -> set[str] | None:
    """Return what lies in a folder, or the first of it alone, or None where it does not answer."""
    try:
        with os.scandir(openable(folder)) as entries:
            return {fold(entry.name) for entry in (islice(entries, 1) if first else entries)}
    except OSError:
        return None
