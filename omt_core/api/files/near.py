"""Folders and files as those see them who are near, for whoever would wait long for each answer of a share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from omt_core.api.plain import FolderLook


class FileStatus(Protocol):
    """What decides about a file, as `os.stat_result` has it."""

    @property
    def st_mode(self) -> int:
        """Its kind and who may read it."""
        ...

    @property
    def st_size(self) -> int:
        """Its size in bytes."""
        ...

    @property
    def st_mtime_ns(self) -> int:
        """When it was written last, in nanoseconds."""
        ...

    @property
    def st_ctime_ns(self) -> int:
        """When anything of it was changed last, in nanoseconds, on POSIX."""
        ...


class FolderEntry(Protocol):
    """An entry of a folder, as `os.DirEntry` is one; `path` is in the ordinary form."""

    @property
    def name(self) -> str:
        """Its own name."""
        ...

    @property
    def path(self) -> str:
        """Its folder's path and its name."""
        ...

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Tell whether it is a folder."""
        ...

    def is_symlink(self) -> bool:
        """Tell whether it is a symbolic link."""
        ...

    def stat(self, *, follow_symlinks: bool = True) -> FileStatus:
        """Return its status."""
        ...


class FolderListings(ABC):
    """The folders of one inventory as it goes through them: each once, most of them in the order of their names."""

    @abstractmethod
    def listing(self, folder: str) -> Sequence[FolderEntry] | None:
        """Return the entries of a folder, or None: then whoever asks is to look there as without this.

        Blocking, to be asked in a thread of anyio's. None says nothing of the folder: it may be near to nobody, not be
        there, or not have answered in time. An entry that cannot be told of from there looks for itself here, so that
        an inventory comes to the same either way. A folder that is told of as empty is looked at here too.
        """


class KnownContent(NamedTuple):
    """A file that was migrated: its name below a root, with `/`, its size in bytes and its sha256."""

    name: str
    size: int
    digest: str


class NearReader(ABC):
    """Reads folders and files from where they are near. It is lent for one inventory, or one check of files."""

    @abstractmethod
    def listings(self, *, exact: bool) -> FolderListings:
        """Return what lists folders for one inventory, `exact` where sizes and times are compared with earlier ones."""

    @abstractmethod
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        """Look at folders, each with names in it that are not part of its digest, and return what they show, by path.

        What is not told is to be looked at as without this: a folder may be near to nobody, not be there, or not have
        answered in time. One that is told of as empty is looked at again too. Blocking, in whichever thread.
        """

    @abstractmethod
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        """Read files below a root and say of each whether it has the content that is known of it.

        None of a file: it is not there under that name, in whatever case with `any_case`, as Windows has it. None of
        all: the root is near to nobody, or nobody answered. Blocking, in whichever thread. Whoever asks looks itself at
        what is not equal, so that nothing else is told of a file for having been read elsewhere.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """End the connection to those who read."""
