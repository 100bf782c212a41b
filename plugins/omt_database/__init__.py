"""The on-site database: opening it, reading licence and users from it, and exporting its tables to Parquet."""

from __future__ import annotations

import os

from omt_database.plugin import DatabasePlugin

__all__ = ["DatabasePlugin"]

# Arrow's own allocators keep for each thread what it once used; the system's takes it back. The environment is asked
# once, when Arrow is loaded, and nothing but it tells the writer of Parquet where memory comes from.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
