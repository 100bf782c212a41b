"""The section `[object_store]` of the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from omt_core.api import PluginSettings, SecretReference
from pydantic import Field

Verify = Literal["read-back", "checksum"]


class ObjectStoreSettings(PluginSettings):
    """Every setting has a default, since a plugin is installed before it is set up. Times are seconds, sizes bytes."""

    url: str | None = Field(
        default=None,
        description="The store: `s3://bucket/prefix`, `az://container/prefix`, or `file:///folder`. Bucket, container "
        "or folder must be there already.",
    )
    endpoint: str | None = Field(
        default=None,
        description="Address of a store that is not the provider's own; plain http for this machine only.",
    )
    region: str | None = Field(default=None, description="Region of the bucket (S3).")
    account: str | None = Field(default=None, description="Name of the storage account (Azure).")
    access_key_id: SecretReference | None = Field(
        default=None, description="Where the access key's id is (S3): `{ env = ... }`, `{ file = ... }`, ..."
    )
    secret_key: SecretReference | None = Field(
        default=None, description="Where the secret access key (S3) or the account's key (Azure) is."
    )
    session_token: SecretReference | None = Field(default=None, description="Where the session token is (S3).")
    sas_token: SecretReference | None = Field(
        default=None, description="Where the shared access signature is (Azure), instead of the account's key."
    )
    ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) that are trusted beside those of the system."
    )
    proxy: str | None = Field(default=None, description="A proxy's address; default: what the environment says.")
    signing_key: Path | None = Field(
        default=None,
        description="The Ed25519 private key (PEM) of whoever vouches for the store: it signs the receipt. "
        "`omt object-store make-key FILE` makes one.",
    )
    plans: Mapping[str, int] = Field(
        default={}, description="The user plans that may be chosen, with their seats: a store knows none."
    )
    live: bool = Field(
        default=False,
        description="Whether live migrations are taken. Nobody can work in a store: only where somebody imports from "
        "it, since a live migration locks the users out on site.",
    )
    verify: Verify = Field(
        default="read-back",
        description="`read-back`: everything is read again and hashed before it is acknowledged; `checksum` (S3): the "
        "store checks each request's sha256 itself.",
    )
    chunk_bytes: int = Field(default=16 << 20, ge=64 << 10, description="Longest part of a large file.")
    bundle_bytes: int = Field(default=16 << 20, ge=64 << 10, description="Largest bundle of small files.")
    parallel_uploads: int = Field(default=4, ge=1, le=64, description="How many uploads at once.")
    claim_seconds: float = Field(
        default=120.0, gt=0, description="How long a tool that gives no sign of life keeps others out."
    )
    upload_days: float = Field(default=7.0, gt=0, description="Days until an unfinished upload is removed.")
    connect_timeout: float = Field(default=20.0, gt=0, description="Seconds to wait for a connection.")
    answer_timeout: float = Field(default=120.0, gt=0, description="Seconds that one request may take.")
    retry_total: float = Field(default=600.0, ge=0, description="Seconds to go on trying before giving up.")
    retry_longest_wait: float = Field(default=30.0, gt=0, description="Longest pause between two tries.")
