"""How to reach a tenant."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from omt_core.api.plugin import PluginSettings


class ClientSettings(PluginSettings):
    """The client's part of the section `online`. Times are seconds.

    `url` and `token_file` come from the answers file as well. `proxy` is `environment` (what the variables or the
    operating system say), `none`, or a proxy's address. `ca_file` names certificates in PEM that are trusted beside
    those of the system. `answer_timeout` is how long the line may stand still; `retry_total` how long the tool goes on
    trying before it gives up; `parallel_uploads` may only be less than what the tenant allows.
    """

    url: str | None = None
    token_file: Path | None = None
    proxy: str = "environment"
    ca_file: Path | None = None
    connect_timeout: float = Field(default=20.0, gt=0)
    answer_timeout: float = Field(default=120.0, gt=0)
    retry_total: float = Field(default=600.0, ge=0)
    retry_longest_wait: float = Field(default=30.0, gt=0)
    completion_poll_longest: float = Field(default=5.0, gt=0)
    parallel_uploads: int | None = Field(default=None, ge=1)
