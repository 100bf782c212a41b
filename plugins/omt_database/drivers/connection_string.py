"""ODBC connection strings: written so that no value can break out, and shown so that no secret gets out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from omt_core.api import sentence
from omt_database.errors import CONNECTION_VALUE_INVALID

_KEYWORD: Final = re.compile(r"(?:^|;)\s*([^=;{}]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)")

_SECRETS: Final = re.compile(
    r"((?:^|;|\s)(?:pwd|password|accesstoken)\s*=\s*)(\{(?:[^}]|\}\})*\}?|[^;\s]*)", re.IGNORECASE
)


def connection_string(values: Mapping[str, str]) -> str:
    """Write keywords and values; a value is quoted in braces wherever a driver could misread it."""
    return "".join(f"{keyword}={_quoted(keyword, value)};" for keyword, value in values.items())


def parse_keywords(text: str) -> dict[str, str]:
    """Return the keywords, in lower case, of a connection string, with their values as meant."""
    return {
        keyword.lower(): value[1:-1].replace("}}", "}") if value.startswith("{") else value.strip()
        for keyword, value in _KEYWORD.findall(text)
    }


def redacted(text: str, *secrets: str | None) -> str:
    """Return a text without passwords: those given, and whatever follows PWD= or the like."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _SECRETS.sub(r"\1***", text)


def _quoted(keyword: str, value: str) -> str:
    if "\0" in value:
        raise CONNECTION_VALUE_INVALID.error(
            sentence("The value of {keyword} for the database connection contains a NUL character.", keyword=keyword)
        )
    if keyword.lower() == "driver" or value.strip() != value or set(value) & set("[]{}(),;?*=!@"):
        return "{" + value.replace("}", "}}") + "}"
    return value
