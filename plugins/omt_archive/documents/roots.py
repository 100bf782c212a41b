"""The roots of the archive: the folders of owners in each, and what in a root belongs to nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from omt_archive.documents.folder import Folder
from omt_archive.findings import REASONS
from omt_core.api import SUBJECTS_SHOWN, FolderEntry, NearReader
from omt_core.api.files import real_path
from omt_crm.paths import as_opened, fold
from omt_folders.disk import Disk, Examination
from omt_folders.seen_folders import SeenFolders

Period = tuple[int, int]
"""Year and half, as `(2006, 2)` for the folder `2006.2`; so ordered, periods follow each other in time."""

_PERIOD_FOLDER = re.compile(r"(\d{4})\.([12])", re.ASCII)
_NEVER_OWNERS = frozenset({"DATA", "WISHLIST", "TEMPLATE"})
_SATELLITE_EXCHANGE = re.compile(r"S\d+", re.ASCII)
_TASK_FILE = re.compile(r"TASK_.*\.TRT")
_UNFINISHED = ".NEW"


def period_of(folder_name: str) -> Period | None:
    """Read the name of a period folder."""
    match = _PERIOD_FOLDER.fullmatch(folder_name)
    return None if match is None else (int(match[1]), int(match[2]))


def owner_of(period_folder: str) -> str:
    """Return the folded login that a period's folder, given by its path, belongs to."""
    return fold(Path(period_folder).parent.name)


def period_before(period: Period) -> Period:
    """Return the period before this one."""
    year, half = period
    return (year, 1) if half > 1 else (year - 1, 2)


def is_never_moved(name: str) -> bool:
    """Tell whether a file of this name is left by rule: unfinished writes and task files (section 6)."""
    folded = fold(name)
    return folded.endswith(_UNFINISHED) or _TASK_FILE.fullmatch(folded) is not None


class Ignored:
    """What is left by rule: how many things, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Path] = []

    def add(self, path: Path) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < SUBJECTS_SHOWN:
            self.first.append(path)


@dataclass(frozen=True, slots=True)
class OwnerFolder:
    """A folder named like a login, in the root of that number."""

    root: int
    path: Path


@dataclass(frozen=True, slots=True)
class PeriodFolder:
    """A folder of one period, in the root of that number; `real` is its path without links."""

    root: int
    path: Path
    real: str


def _in_order(folders: Sequence[OwnerFolder]) -> Sequence[OwnerFolder]:
    """Return folders as they are searched for the login that the first of them is named like."""
    name = folders[0].path.name
    return sorted(folders, key=lambda folder: (folder.root, folder.path.name != name))


class ArchiveRoots:
    """The roots in the order of search, each listed once. `unreadable` are those that could not be.

    Raises `FolderAwayError` where one, or an owner's folder in it, held documents before and is not there.
    `with_documents` are the paths of the periods' folders in which some were found. `moved` leads a login to another
    folder as well. `logins` are the folded ones of all users, needed with `moved` only: `shared` are the folded names
    of folders that several may lead to, so that what nobody owns in one is known once all of them are done.
    """

    def __init__(
        self,
        archives: Sequence[Path],
        templates: Path | None,
        trusted: Sequence[Path] = (),
        *,
        seen: SeenFolders | None = None,
        shown: Callable[[Path], str] = str,
        moved: Mapping[str, str] | None = None,
        logins: AbstractSet[str] = frozenset(),
        exact: bool = False,
        near: Sequence[NearReader] = (),
    ) -> None:
        given = {fold(login): fold(as_opened(folder)) for login, folder in (moved or {}).items()}
        self._moved = {login: folder for login, folder in given.items() if login != folder}
        led_to = Counter(self._moved.values())
        self.shared = frozenset(folder for folder, count in led_to.items() if count > 1 or folder in logins)
        self._moved_from = {folder: login for login, folder in self._moved.items() if folder not in self.shared}
        self._claims: dict[str, set[str]] = {}
        seen = seen or SeenFolders()
        self.paths = tuple(archives)
        opened = seen.open(archives, shown)
        self.unreadable = opened.unreadable
        held = seen.contents(opened.there)
        self.disk = Disk(opened.there, trusted, reasons=REASONS, shown=shown, held=held, exact=exact, near=near)
        self.ignored = Ignored()
        self.with_documents: set[str] = set()
        self._templates = None if templates is None else real_path(templates)
        self._owners: dict[str, list[OwnerFolder]] = {}
        self._unclaimed: Mapping[str, AbstractSet[str]] | None = None
        for number, root in enumerate(self.paths):
            if root not in self.unreadable:
                self._list(number, root)

    def owner(self, login: str) -> Sequence[OwnerFolder]:
        """Return the folders of a login, first root first; where two differ in case only, the exact one first.

        A folder that the settings name for it comes behind its own in each root.
        """
        folders = [folder for name in self.names_of(login) for folder in self._owners.get(name, ())]
        return sorted(folders, key=lambda folder: (folder.root, folder.path.name != login))

    def names_of(self, login: str) -> Sequence[str]:
        """Return the folded names of the folders of a login."""
        folded = fold(login)
        return list(dict.fromkeys((folded, self._moved.get(folded, folded))))

    def led_from(self, folder: str) -> str:
        """Return the folded login whose documents lie in an owner's folder, by its folded name; not of a shared one."""
        return self._moved_from.get(folder, folder)

    def is_shared(self, folder: Path) -> bool:
        """Tell whether several logins may lead to this owner's folder."""
        return bool(self.shared) and fold(folder.name) in self.shared

    def keep_claims(self, folder: Folder) -> None:
        """Note which files of a period in a shared folder one of its logins owns."""
        self._claims.setdefault(str(folder.path), set()).update(folder.claimed())

    def claims(self, folder: Folder) -> AbstractSet[str]:
        """Return the names of the files of a period in a shared folder that any login owns."""
        return self._claims.get(str(folder.path), frozenset())

    def owners(self) -> Iterator[OwnerFolder]:
        """Yield the folders of all logins."""
        for folders in self._owners.values():
            yield from folders

    def narrow(self, unclaimed: Mapping[str, AbstractSet[str]]) -> None:
        """Take all files of period folders for owned, but these names in each."""
        self._unclaimed = unclaimed

    def strangers(self, known: frozenset[str]) -> Iterator[Sequence[OwnerFolder]]:
        """Yield the folders of logins whose folded name is not among the known ones: those without documents.

        Once narrowed, also those of other logins, if they hold something that nobody owns. Shared ones come last.
        """
        names = self._owners.keys() - known - self.shared
        if self._unclaimed is not None:
            names &= {owner_of(folder) for folder, left in self._unclaimed.items() if left}
        logins = dict.fromkeys(self.led_from(name) for name in sorted(names) if not self._is_never_an_owner(name))
        for login in logins:
            own = (name for name in self.names_of(login) if self.led_from(name) == login and name not in self.shared)
            yield _in_order([folder for name in own for folder in self._owners.get(name, ())])
        for name in sorted(self.shared & self._owners.keys()):
            yield _in_order(self._owners[name])

    def open(self, places: Sequence[PeriodFolder]) -> list[Folder]:
        """List one period of an owner in all roots that have it."""
        opened: list[Folder] = []
        for place in places:
            unclaimed = None if self._unclaimed is None else self._unclaimed.get(str(place.path), frozenset())
            opened.append(Folder(place.path, root=place.root, disk=self.disk, real=place.real, unclaimed=unclaimed))
        return opened

    def tell(self, seen: SeenFolders) -> None:
        """Let the next reading know what this one found: asked once all owners were looked at."""
        for root in self.disk.filled_roots():
            seen.see(root, map(Path, self.with_documents), whole=not self.disk.unlisted)

    def _list(self, number: int, root: Path) -> None:
        for entry in sorted(self.disk.listing(root), key=lambda entry: entry.name):
            folded = fold(entry.name)
            if not entry.is_dir():
                self.ignored.add(Path(entry.path))
            elif self._is_template_folder(entry):
                continue
            else:
                self._owners.setdefault(folded, []).append(OwnerFolder(number, Path(entry.path)))
                if self._is_never_an_owner(folded):
                    self.ignored.add(Path(entry.path))

    def _is_template_folder(self, entry: FolderEntry) -> bool:
        return self._templates is not None and real_path(entry.path) == self._templates

    @staticmethod
    def _is_never_an_owner(folded: str) -> bool:
        """Only said of folders that no document leads to: a login may well be `S1`."""
        return folded in _NEVER_OWNERS or _SATELLITE_EXCHANGE.fullmatch(folded) is not None


@dataclass(slots=True)
class OwnerOnDisk:
    """What the folders of an owner hold: period folders, first root first, and what is beside them, which is personal.

    `unlisted` are those that could not be listed, `trouble` says why not the first of them.
    """

    periods: dict[Period, list[PeriodFolder]] = field(default_factory=dict)
    beside: list[Path] = field(default_factory=list)
    unlisted: list[OwnerFolder] = field(default_factory=list)
    trouble: Examination | None = None


def period_folders(folders: Sequence[OwnerFolder], disk: Disk) -> OwnerOnDisk:
    """List an owner's folders in all roots."""
    on_disk = OwnerOnDisk()
    for owner in folders:
        listing = Folder(owner.path, root=owner.root, disk=disk)
        if listing.trouble is not None:
            on_disk.unlisted.append(owner)
            on_disk.trouble = on_disk.trouble or listing.trouble
        for entry in listing.unclaimed():
            period = period_of(entry.name)
            if period is not None and entry.is_dir():
                place = PeriodFolder(owner.root, Path(entry.path), listing.real(entry))
                on_disk.periods.setdefault(period, []).append(place)
            else:
                on_disk.beside.append(Path(entry.path))
    return on_disk
