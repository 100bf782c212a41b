"""Secrets as the answers file may name them: by reference, never by value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import keyring
import keyring.errors
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from omt_core.api.errors import InputError
from omt_core.api.redaction import SECRETS
from omt_core.api.text_file import decode_text

HOW: Final = "a secret is named, { env = ... }, { file = ... } or { keyring = ... }, and never written down here"


class SecretReference(BaseModel):
    """Where a secret is: exactly one of an environment variable, a file, or `service/name` in the system's keyring."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    env: str | None = Field(default=None, min_length=1)
    """Name of an environment variable."""

    file: Path | None = None
    """A file that holds nothing else; relative to the answers file."""

    keyring: str | None = Field(default=None, pattern=r"^[^/]+/.+$")
    """`service/name` of an entry in the keyring of the system."""

    @model_validator(mode="before")
    @classmethod
    def _no_secret_itself(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError(HOW)  # noqa: TRY004 - what the library makes a problem of this key from
        return given

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(value is not None for value in (self.env, self.file, self.keyring)) != 1:
            raise ValueError("give exactly one of env, file and keyring")
        return self

    def resolve(self, folder: Path, key: str, environment: Mapping[str, str] = os.environ) -> SecretStr:
        """Fetch the secret that `key` of the answers refers to; a relative file is looked for in `folder`.

        Raises `InputError` `secret-not-found`. It says `key` and not what stands there, which may be the secret itself.
        """
        if self.env is not None:
            value = environment.get(self.env)
            why = "names an environment variable that is not set, or empty"
        elif self.file is not None:
            value, why = _in_file(folder / self.file, key)
        else:
            service, _, name = (self.keyring or "").partition("/")
            why = "names an entry of the system's keyring that is not there"
            try:
                value = keyring.get_password(service, name)
            except keyring.errors.KeyringError as error:
                value, why = None, f"names an entry of the system's keyring, which failed ({type(error).__name__})"
        if not value:
            raise InputError(
                "secret-not-found",
                f"{key} {why}.",
                "Put the secret there, or name another place in the answers file.",
            )
        SECRETS.add(value)
        return SecretStr(value)


def _in_file(path: Path, key: str) -> tuple[str | None, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, f"names a file that cannot be read ({error.strerror})"
    # One line feed at the end is the editor's, everything else is the secret's.
    text = decode_text(content, f"The file that {key} names").removesuffix("\n").removesuffix("\r")
    return text, "names a file that is empty"
