"""The section `[dask]` of the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from omt_core.api import PluginSettings, sentence
from omt_online.settings import ClientSettings
from omt_upload.settings import UploadSettings
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError


class Home(PluginSettings):
    """Where archive roots are at home: workers that have the resource of this name, and what they call the roots."""

    roots: Mapping[str, str] = Field(
        description="Folders as they are called here, each with its name there: `{ 'C:\\SO_ARC' = '/srv/so_arc' }`."
    )
    spool: str | None = Field(
        default=None,
        description="What the folder `spool` of the tool's workspace is called there, where it is shared: then these "
        "workers send parts of tables too.",
    )
    online: ClientSettings | None = Field(
        default=None, description="How these workers reach the tenant, where it is otherwise than `dask.online` says."
    )


class DaskSettings(PluginSettings):
    """Every setting has a default: without a scheduler a cluster of processes is started on this machine."""

    scheduler: str | None = Field(
        default=None,
        description="The scheduler's address, `tls://host:8786`; plain `tcp://` for this machine only. None: a cluster "
        "of processes on this machine, for this run.",
    )
    ca_file: Path | None = Field(
        default=None, description="The certificates (PEM) that scheduler and workers are trusted by."
    )
    cert_file: Path | None = Field(default=None, description="The tool's own certificate (PEM) for the scheduler.")
    key_file: Path | None = Field(default=None, description="The key (PEM) of that certificate.")
    homes: Mapping[str, Home] = Field(
        default={},
        description="Which roots are sent from which workers, by the resource that those are started with "
        '(`dask worker ... --resources "oslo=4"`). What lies below no root is sent from this machine.',
    )
    local_workers: int = Field(
        default=2, ge=1, le=64, description="Processes of a cluster that is started on this machine."
    )
    worker_batches: int = Field(
        default=2, ge=1, le=64, description="How many batches one of these processes sends at once."
    )
    batches_ahead: int = Field(
        default=2, ge=1, le=16, description="Batches that are handed out for each that can be sent at once."
    )
    wait_for_workers: float = Field(
        default=60.0,
        gt=0,
        description="Seconds to wait at the start until each home has a worker, and later for what a home says of its "
        "folders, before the tool looks there itself.",
    )
    retries: int = Field(
        default=2, ge=0, description="How often what failed on a worker is sent again, wherever it can be."
    )
    upload: UploadSettings = Field(
        default=UploadSettings(), description="How each machine reads and sends: what the section `upload` has."
    )
    online: ClientSettings = Field(
        default=ClientSettings(),
        description="How workers reach the tenant: what the section `online` has. Without `url` they take the address "
        "that this machine uses; `token_file` is never read there.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> DaskSettings:
        if self.homes and self.scheduler is None:
            # A cluster that is started here has workers of this machine, and none of a home.
            words = sentence("must have scheduler beside it, which the workers of homes connect to")
            problem = PydanticCustomError("value_error", "{error}", {"error": words})
            raise ValidationError.from_exception_data("dask", [{"type": problem, "loc": ("homes",), "input": None}])
        return self
