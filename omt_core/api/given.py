"""What a person gives: paths and secrets, which mean another thing in a file, in a form and in the journal.

A file names a secret by reference, never by value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from omt_core.api.errors import SECRET_NOT_FOUND
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import sentence
from omt_core.api.text import decode_text

HOW: Final = sentence(
    "a secret is named, { env = ... }, { file = ... } or { keyring = ... }, and never written down here"
)


class SecretReference(BaseModel):
    """Where a secret is: exactly one of an environment variable, a file, or `service/name` in the system's keyring."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, min_length=1, description="Name of an environment variable.")
    file: Path | None = Field(
        default=None, description="A file that holds nothing else; relative to the file that names it."
    )
    keyring: str | None = Field(
        default=None, pattern=r"^[^/]+/.+$", description="`service/name` of an entry in the keyring of the system."
    )

    @model_validator(mode="before")
    @classmethod
    def _no_secret_itself(cls, given: object) -> object:
        if isinstance(given, str):
            raise ValueError(HOW)  # noqa: TRY004 - what the library makes a problem of this key from
        return given

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(value is not None for value in (self.env, self.file, self.keyring)) != 1:
            raise ValueError(sentence("give exactly one of env, file and keyring"))
        return self

    def resolve(
        self, key: str, *, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> SecretStr:
        """Fetch the secret that `key` refers to, and keep it out of all logs. Blocking.

        In settings a file's path is whole already; `folder` is where a relative one starts elsewhere. Raises
        `InputError` `secret-not-found`. It says `key` and not what stands there, which may be the secret itself.
        """
        why: str
        if self.env is not None:
            value = (os.environ if environment is None else environment).get(self.env)
            why = sentence("{key} names an environment variable that is not set, or empty.", key=key)
        elif self.file is not None:
            value, why = _in_file((folder or Path()) / self.file, key)
        else:
            import keyring  # noqa: PLC0415 - it looks for its backends, 30 ms: only who keeps a secret there
            import keyring.errors  # noqa: PLC0415 - the same

            service, _, name = (self.keyring or "").partition("/")
            why = sentence("{key} names an entry of the system's keyring that is not there.", key=key)
            try:
                value = keyring.get_password(service, name)
            except keyring.errors.KeyringError as error:
                value, why = (
                    None,
                    sentence(
                        "{key} names an entry of the system's keyring, which failed ({error}).",
                        key=key,
                        error=type(error).__name__,
                    ),
                )
        if not value:
            raise SECRET_NOT_FOUND.error(why)
        SECRETS.add(value)
        return SecretStr(value)


def _in_file(path: Path, key: str) -> tuple[str | None, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, sentence("{key} names a file that cannot be read ({reason}).", key=key, reason=error.strerror)
    # One line feed at the end is the editor's, everything else is the secret's.
    text = decode_text(content, sentence("The file that {key} names", key=key)).removesuffix("\n").removesuffix("\r")
    return text, sentence("{key} names a file that is empty.", key=key)


GIVEN: Final = ConfigDict(extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)
"""How models of given values are checked."""

_CONTROL: Final = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where values come from, as the context of their validation; without one they are taken as they are."""

    folder: Path | None = None
    """The folder of a file, where relative paths in it start."""

    is_form: bool = False
    """Whether they are of a form: paths are whole ones there, and a secret is the secret itself."""


def without_empty(given: object, info: ValidationInfo) -> object:
    """Take what is empty for not given, as forms send it; place a database that is a file."""
    if not isinstance(given, Mapping):
        return given  # made by Python's own call
    values: dict[str, Any] = {key: value for key, value in given.items() if value not in ("", [""])}
    origin = info.context
    database = values.get("database")
    if values.get("dbms") == "sqlite" and isinstance(database, str) and isinstance(origin, Origin) and origin.folder:
        values["database"] = str(origin.folder / database)
    return values


def _placed(path: Path, info: ValidationInfo) -> Path:
    origin = info.context
    if not isinstance(origin, Origin):
        return path
    if _CONTROL.search(str(path)):
        raise ValueError(
            sentence("holds a control character; in double quotes a backslash begins an escape: use single quotes")
        )
    if origin.folder is not None:
        return origin.folder / path
    if origin.is_form and not path.is_absolute():
        raise ValueError(sentence("it is not a whole path"))
    return path


def _secret(given: object, info: ValidationInfo) -> object:
    origin = info.context
    if not isinstance(origin, Origin) or given is None or isinstance(given, SecretStr):
        return given
    if origin.is_form:
        if isinstance(given, str):
            SECRETS.add(given)
        return given
    try:
        SecretReference.model_validate(given)
    except ValidationError:
        raise ValueError(HOW) from None
    return None


GivenPath = Annotated[Path, AfterValidator(_placed)]
"""A path: absolute in the end, wherever it was given."""

GivenSecret = Annotated[SecretStr | None, BeforeValidator(_secret, json_schema_input_type=SecretReference | None)]
"""A secret: a form has it, a file says where it is, and who needs it fetches it from there."""
