"""What an operator of the reference tenant may set about imports."""

from __future__ import annotations

from pydantic import Field

from omt_core.api import PluginSettings

_UNITS = {"MB": 10**6, "GB": 10**9}


class ImportSettings(PluginSettings):
    """The part `tenant.importing` of the plugin's settings: what DuckDB may use. More is spooled to disk.

    The limit does not cover all that DuckDB takes: a process that imports peaks some 70 MB above it, and by the size of
    2,048 rows of the table at hand, since DuckDB handles as many at a time. Where these alone exceed the limit (rows of
    more than 60 KB on average), the import may end with the advice to raise it.
    """

    memory_limit: str = Field(default="128MB", pattern=r"^[1-9][0-9]*(MB|GB)$", examples=["128MB"])
    """Memory that DuckDB may use."""

    @property
    def value_bytes(self) -> int:
        """The longest value that is taken, in bytes: DuckDB holds some four copies of one while it stores it."""
        size, unit = int(self.memory_limit[:-2]), self.memory_limit[-2:]
        return size * _UNITS[unit] // 6

    threads: int = Field(default=2, ge=1, le=64)
    """Threads that DuckDB may use."""
