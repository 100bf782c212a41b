"""What an operator of the reference tenant may set: lifetimes and limits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from omt_core.api import PluginSettings
from omt_tenant.importing.settings import ImportSettings

MEBIBYTE = 1 << 20


class TenantSettings(PluginSettings):
    """The section `tenant`. Times in seconds, sizes in bytes.

    ND: lifetimes and sizes of the vendor's service are not public; these are ours.
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
