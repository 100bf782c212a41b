"""Secrets as the answers file may name them: by reference, never by value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import keyring
import keyring.errors
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from omt_core.api.errors import InputError
from omt_core.api.redaction import SECRETS


class SecretReference(BaseModel):
    """Where a secret is: exactly one of an environment variable, a file, or `service/name` in the system's keyring."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    env: str | None = Field(default=None, min_length=1)
    """Name of an environment variable."""

    file: Path | None = None
    """A file that holds nothing else; relative to the answers file."""

    keyring: str | None = Field(default=None, pattern=r"^[^/]+/.+$")
    """`service/name` of an entry in the keyring of the system."""

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(value is not None for value in (self.env, self.file, self.keyring)) != 1:
            raise ValueError("give exactly one of env, file and keyring")
        return self

    def resolve(self, folder: Path, environment: Mapping[str, str] = os.environ) -> SecretStr:
        """Fetch the secret; a relative file is looked for in `folder`. Raises `InputError` `secret-not-found`."""
        if self.env is not None:
            value = environment.get(self.env)
            place = f"the environment variable {self.env}"
        elif self.file is not None:
            path = folder / self.file
            place = f"the file {path}"
            try:
                # One line feed at the end is the editor's, everything else is the secret's.
                value = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
            except (OSError, UnicodeDecodeError):
                value = None
        else:
            service, _, name = (self.keyring or "").partition("/")
            place = f"the keyring entry {self.keyring}"
            try:
                value = keyring.get_password(service, name)
            except keyring.errors.KeyringError:
                value = None
        if not value:
            raise InputError(
                "secret-not-found",
                f"The answers name a secret in {place}, but there is none.",
                "Put the secret there, or name another place in the answers file.",
            )
        SECRETS.add(value)
        return SecretStr(value)
