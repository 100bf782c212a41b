"""The on-site database: opening it, reading licence and users from it, and exporting its tables to Parquet."""

from __future__ import annotations

from omt_database.plugin import DatabasePlugin

__all__ = ["DatabasePlugin"]
