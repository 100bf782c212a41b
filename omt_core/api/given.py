"""Types of what a person gives: paths and secrets that mean another thing in a file, in a form and in the journal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, SecretStr, ValidationError, ValidationInfo

from omt_core.api.redaction import SECRETS
from omt_core.api.secret_reference import HOW, SecretReference

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
        raise ValueError("holds a control character; in double quotes a backslash begins an escape: use single quotes")
    if origin.folder is not None:
        return origin.folder / path
    if origin.is_form and not path.is_absolute():
        raise ValueError("it is not a whole path")
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
