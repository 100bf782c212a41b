"""Build the new database: all tables, verified, then the decisions. Goes on where an interrupted import stopped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from omt_core.api import CompletionRequest, sentence
from omt_core.api.files import remove_tree, sync_folder
from omt_protocol.receipt import TableTotals
from omt_tenant.errors import IMPORT_OUT_OF_MEMORY
from omt_tenant.importing.database_file import open_database
from omt_tenant.importing.decisions import apply_decisions, changed_tables
from omt_tenant.importing.files import ImportFiles
from omt_tenant.importing.ports import StoredContents
from omt_tenant.importing.tables import TableImporter, create_bookkeeping
from omt_tenant.importing.verification import CountProgress, PartToImport, VerificationFailedError
from omt_tenant.settings import ImportSettings

_MEMORY_USED: Final = re.compile(r"\(\S+ \w+/\S+ \w+ used\)")
"""As `(114.4 MiB/122.0 MiB used)`: with each error of memory DuckDB says how much of it there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseBuilder:
    """Builds one import's database in `files`."""

    files: ImportFiles
    contents: StoredContents
    settings: ImportSettings

    def build(
        self, tables: Mapping[str, Sequence[PartToImport]], request: CompletionRequest, progress: CountProgress
    ) -> tuple[TableTotals, ...]:
        """Build the database, unless it is whole already, and return the tables that the decisions changed.

        Raises `VerificationFailedError`; what was built is then of no use to anyone and is removed.
        """
        import duckdb  # noqa: PLC0415  # heavy, and only needed while a tenant imports

        if not self.files.database.exists():
            self.files.prepare_building()
            self._remove_unreadable()
            try:
                self._fill(tables, request, progress)
            except VerificationFailedError:
                remove_tree(self.files.building)
                raise
            except duckdb.Error as error:
                if not _out_of_memory(error):
                    raise
                raise IMPORT_OUT_OF_MEMORY.error(
                    sentence(
                        "The import needs more memory than the {memory_limit} that it may use.",
                        memory_limit=self.settings.memory_limit,
                    )
                ) from error
            self.files.finish_database()
        else:
            # Whoever gave it its name may have been killed before that was durable.
            sync_folder(self.files.databases)
        with open_database(self.files.database, self.settings, read_only=True) as connection:
            return changed_tables(connection)

    def _fill(
        self, tables: Mapping[str, Sequence[PartToImport]], request: CompletionRequest, progress: CountProgress
    ) -> None:
        done = 0
        with open_database(self.files.unfinished_database, self.settings, reads=self.files.building) as connection:
            create_bookkeeping(connection)
            importer = TableImporter(connection, self.contents, self.files.building)
            importer.keep_only(tables)
            for name, parts in sorted(tables.items()):
                if name not in importer.finished:
                    importer.import_table(name, parts, partial(_report_part, progress, done, name))
                done += len(parts)
            progress(done, "Applying user plans and user names")
            apply_decisions(connection, request)
            connection.execute("CHECKPOINT")

    def _remove_unreadable(self) -> None:
        """Begin anew where a crash left a file that DuckDB cannot recover."""
        import duckdb  # noqa: PLC0415  # heavy, and only needed while a tenant imports

        path = self.files.unfinished_database
        if not path.exists():
            return
        try:
            with open_database(path, self.settings, reads=self.files.building):
                pass
        except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException):
            remove_tree(self.files.building)
            self.files.prepare_building()


def _report_part(progress: CountProgress, before: int, table: str, part: int) -> None:
    progress(before + part, f"Importing {table}")


def _out_of_memory(error: Exception) -> bool:
    """Tell whether memory was lacking. While DuckDB commits, and moves that to its place, it says so in words only."""
    import duckdb  # noqa: PLC0415  # loaded already by whoever caught the error

    return isinstance(error, duckdb.OutOfMemoryException) or _MEMORY_USED.search(str(error)) is not None
