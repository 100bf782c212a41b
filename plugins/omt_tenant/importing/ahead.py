"""Import of parts before their stage is committed: a client told that they are stored, and nobody believes them yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from omt_core.api import ContentRef
from omt_core.api.files import PRIVATE_FOLDER, remove_tree
from omt_tenant.importing.database_file import open_database
from omt_tenant.importing.files import AHEAD, UNFINISHED
from omt_tenant.importing.ports import StoredContents
from omt_tenant.importing.tables import TableImporter, create_bookkeeping
from omt_tenant.importing.verification import PartToImport, VerificationFailedError
from omt_tenant.settings import ImportSettings


class AheadImport:
    """The database in the making of an import that nobody has asked for yet, in a folder of its own.

    The import takes the folder over, and removes each table that is not made of the parts that were committed. Parts
    must be told of again after a restart; those that are missing then are imported by the import itself. It is opened
    for the first part that is taken, on one thread, and stays open until it is closed. All methods block, and one at a
    time may run.
    """

    def __init__(self, databases: Path, contents: StoredContents, settings: ImportSettings) -> None:
        self._folder = databases / AHEAD
        self._contents = contents
        # Two threads hand each other memory, for a sixth more processor time, while other cores have parts to receive.
        self._settings = settings.model_copy(update={"threads": 1})
        self._told: dict[str, dict[int, PartToImport]] = {}
        self._open = ExitStack()
        self._importer: TableImporter | None = None

    def take(self, parts: Iterable[tuple[str, PartToImport]], stop: Callable[[], bool]) -> None:
        """Import these parts of tables, each once those before it are there; `stop` is asked between two of them.

        Raises whatever an import raises.
        """
        for name, part in parts:
            self._told.setdefault(name, {})[part.number] = part
        importer = self._opened()
        for name in sorted(self._told):
            while not stop() and (following := self._next(importer, name)) is not None:
                if details := importer.add_part(name, following):
                    raise VerificationFailedError(details)
            if not self._told[name]:
                del self._told[name]

    def close(self) -> None:
        """Bring all that was imported to its place in the database's file, and close that; `take` opens it again."""
        self._importer = None
        self._open.close()

    def forget(self) -> None:
        """Remove all that was imported ahead."""
        self._told.clear()
        with suppress(OSError):
            remove_tree(self._folder)

    def _opened(self) -> TableImporter:
        """Return what imports into the database, which is opened unless it is."""
        if self._importer is None:
            self._folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            database = open_database(self._folder / UNFINISHED, self._settings, reads=self._folder)
            connection = self._open.enter_context(database)
            create_bookkeeping(connection)
            self._importer = TableImporter(connection, self._contents, self._folder)
        return self._importer

    def _next(self, importer: TableImporter, name: str) -> PartToImport | None:
        """Return the part of a table that is to be imported now, if it is known and stored."""
        told = self._told[name]
        if any(mark.number in told and told[mark.number].mark != mark for mark in importer.stored(name)):
            importer.remove(name)  # it is read anew, and has changed since
        for mark in importer.stored(name):
            told.pop(mark.number, None)
        following = told.get(len(importer.stored(name)) + 1)
        if following is None:
            return None
        lacking = self._contents.missing([ContentRef(digest=following.digest, size=following.size)])
        return None if lacking else following
