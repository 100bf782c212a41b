"""Secrets as the settings may name them: by reference, never by value."""

from __future__ import annotations

import os
from pathlib import Path

import keyring
import keyring.errors
from omt_core.api import SECRETS, InputError
from pydantic import BaseModel, ConfigDict, Field, model_validator


class SecretReference(BaseModel):
    """Where a secret is: exactly one of an environment variable, a file, or `service/name` in the system's keyring."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, min_length=1, description="Name of an environment variable.")
    file: Path | None = Field(default=None, description="A file that holds nothing else.")
    keyring: str | None = Field(default=None, pattern=r"^[^/]+/.+$", description="`service/name` in the keyring.")

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(value is not None for value in (self.env, self.file, self.keyring)) != 1:
            raise ValueError("give exactly one of env, file and keyring")
        return self

    def resolve(self, setting: str) -> str:
        """Fetch the secret that this setting names, and keep it out of all logs. Blocking.

        Raises `InputError` `secret-not-found`.
        """
        place, value = self._look()
        if not value:
            raise InputError(
                "secret-not-found",
                f"object_store.{setting} names a secret in {place}, but there is none.",
                "Put the secret there, or name another place.",
            )
        SECRETS.add(value)
        return value

    def _look(self) -> tuple[str, str | None]:
        if self.env is not None:
            return f"the environment variable {self.env}", os.environ.get(self.env)
        if self.file is not None:
            try:
                return f"the file {self.file}", self.file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                return f"the file {self.file}", None
        service, _, name = (self.keyring or "").partition("/")
        try:
            return f"the keyring entry {self.keyring}", keyring.get_password(service, name)
        except keyring.errors.KeyringError:
            return f"the keyring entry {self.keyring}", None
