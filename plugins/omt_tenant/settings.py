"""What an operator of the reference tenant may set: lifetimes and limits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from omt_core.api import PluginSettings

MEBIBYTE = 1 << 20
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
    """Threads that DuckDB may use; one imports what comes before all is there."""


class TenantSettings(PluginSettings):
    """The section `tenant`. Times in seconds, sizes in bytes.

    Lifetimes and sizes of the vendor's service are not public; these are ours.
    """

    formerly: ClassVar[tuple[str, str] | None] = ("online", "tenant")

    token_seconds: float = Field(default=900, gt=0)
    """How long a short token is valid."""

    claim_seconds: float = Field(default=60, gt=0)
    """How long a migration stays claimed by a tool that does not speak up."""

    upload_seconds: float = Field(default=7 * 86_400, gt=0)
    """How long an unfinished upload is kept."""

    bundle_bytes: int = Field(default=16 * MEBIBYTE, ge=4096)
    """Largest bundle that is taken."""

    member_bytes: int = Field(default=8 * MEBIBYTE, ge=1)
    """Largest file that may travel in a bundle."""

    chunk_bytes: int = Field(default=16 * MEBIBYTE, ge=1)
    """Largest body of one request."""

    content_bytes: int = Field(default=1 << 40, ge=1)
    """Largest single file."""

    digests_per_request: int = Field(default=10_000, ge=1, le=10_000)
    """How many digests one question may name."""

    parallel_uploads: int = Field(default=8, ge=1, le=64)
    """How many uploads one migration may have under way."""

    importing: ImportSettings = ImportSettings()
    """What the import may use."""
