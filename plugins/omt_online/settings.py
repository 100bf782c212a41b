"""How to reach a tenant."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from omt_core.api import PluginSettings


class ClientSettings(PluginSettings):
    """The section `online`. Times are seconds.

    `url` and `token_file` come from the answers file as well. `proxy` is `environment` (what the variables or the
    operating system say), `none`, or a proxy's address. `ca_file` names certificates in PEM that are trusted beside
    those of the system. `answer_timeout` is how long the line may stand still; `retry_total` how long the tool goes on
    trying before it gives up; `parallel_uploads` may only be less than what the tenant allows.
    """

    url: str | None = None
    """The tenant's address; usually given in the answers file."""

    token_file: Path | None = None
    """The file with the migration secret; usually given in the answers file."""

    proxy: str = "environment"
    """`environment` (what variables or operating system say), `none`, or a proxy's address."""

    ca_file: Path | None = None
    """Certificates (PEM) that are trusted beside those of the system."""

    connect_timeout: float = Field(default=20.0, gt=0)
    """Seconds to wait for a connection."""

    answer_timeout: float = Field(default=120.0, gt=0)
    """Seconds that the line may stand still."""

    retry_total: float = Field(default=600.0, ge=0)
    """Seconds to go on trying before giving up."""

    retry_longest_wait: float = Field(default=30.0, gt=0)
    """Longest pause between two tries, in seconds."""

    completion_poll_longest: float = Field(default=5.0, gt=0)
    """Longest pause between two questions how far the tenant is with its import, in seconds."""

    parallel_uploads: int | None = Field(default=None, ge=1)
    """How many uploads at once; may only be less than what the tenant allows."""
