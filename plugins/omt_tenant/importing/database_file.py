"""Open a tenant's DuckDB file so that it reads nothing else and asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from omt_core.api import sentence
from omt_tenant.errors import TENANT_FOLDER_UNSUITABLE
from omt_tenant.settings import ImportSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GROUP_ROWS: Final = 20_480
"""Rows that are stored, and compressed, as one. A part of long text has fewer than DuckDB's own 122,880, and each one
that followed had the whole group compressed anew; this many fill one in a part. They divide those."""

LONG_TEXT: Final = 256
"""Bytes from which on texts, on average, may be compressed with zstd, which takes texts of any length: of a table of
long text DuckDB's own 4,096 leave five times as much, all of which is written and hashed."""

_OWN_NAME: Final = "crm"
"""What the database is called in SQL: neither as a schema of ours nor as one of DuckDB's."""


@contextmanager
def open_database(
    path: Path, settings: ImportSettings, *, reads: Path | None = None, read_only: bool = False
) -> Iterator[DuckDBPyConnection]:
    """Open (and, unless `read_only`, make) a database within the limits of the settings.

    `reads` is the one folder whose files SQL may read; what does not fit the memory is spooled there too. Extensions
    are neither installed nor loaded, and the configuration is locked. Raises `InputError` for a path with a question
    mark, behind which DuckDB takes the rest of a path for options.
    """
    if "?" in str(path):
        raise TENANT_FOLDER_UNSUITABLE.error(
            sentence("The path of the tenant's folder has a question mark: {path}.", path=path)
        )
    import duckdb  # noqa: PLC0415  # heavy, and only needed while a tenant imports or is scrubbed

    connection = duckdb.connect(
        str(path) if read_only else ":memory:",
        read_only=read_only,
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    try:
        if reads is None:
            connection.execute("SET temp_directory = ''")
        else:
            connection.execute(f"SET temp_directory = {_literal(str(reads / 'spool'))}")
            connection.execute(f"SET allowed_directories = [{_literal(f'{reads}/')}]")
        if not read_only:
            # Not by connecting to it, which takes no size of groups.
            connection.execute(f"ATTACH {_literal(str(path))} AS {_OWN_NAME} (ROW_GROUP_SIZE {GROUP_ROWS})")
            connection.execute(f"USE {_OWN_NAME}")
        connection.execute(f"SET zstd_min_string_length = {LONG_TEXT}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _literal(text: str) -> str:
    """Quote a text for SET, which takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
