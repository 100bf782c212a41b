"""What an operator of the reference tenant may set about imports."""

from __future__ import annotations

from pydantic import Field

from omt_core.api.plugin import PluginSettings


class ImportSettings(PluginSettings):
    """The part `tenant.importing` of the plugin's settings: what DuckDB may use. More is spooled to disk.

    The limit does not cover all that DuckDB takes: a process that imports peaks some 70 MB above it,
    and further above where single rows hold hundreds of kilobytes.
    """

    memory_limit: str = Field(default="128MB", pattern=r"^[1-9][0-9]*(MB|GB)$")
    """Memory that DuckDB may use."""

    threads: int = Field(default=2, ge=1, le=64)
    """Threads that DuckDB may use."""
