"""The section `[ldap_login]` of the settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from omt_core.api import PluginSettings
from pydantic import Field, field_validator, model_validator

USER: Final = "{user}"
"""Stands for the name that was typed, in what is sent to the directory."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LdapLoginSettings(PluginSettings):
    """All settings have a default, since a plugin is installed before it is set up."""

    url: str = Field(
        default="",
        description="The directory: `ldaps://HOST`, or `ldap://HOST`, where the line is encrypted by StartTLS.",
    )
    start_tls: bool = Field(
        default=True,
        description="Encrypt an `ldap://` line before all else. Only a directory on this machine may do without.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) of the authority behind the directory's own; by default those of the machine.",
    )
    timeout_seconds: int = Field(default=10, gt=0, description="How long the directory may take for each answer.")
    base_dn: str = Field(default="", description="Below which entry users are, such as `ou=people,dc=example,dc=com`.")
    bind_pattern: str = Field(
        default="",
        description="What the directory knows a user by: `uid={user},ou=people,dc=example,dc=com`, or in Active "
        "Directory `{user}@example.com`. Without it the entry is looked for by nobody, which many directories refuse.",
    )
    user_filter: str = Field(
        default="(uid={user})",
        description="Which entry is the user's, as an LDAP filter; in Active Directory `(sAMAccountName={user})`.",
    )
    required_filter: str = Field(
        default="",
        description="What else must be true of the entry, such as `(memberOf=cn=crm,ou=groups,dc=example,dc=com)`.",
    )
    login_attribute: str = Field(
        default="", description="The attribute that holds the user's login in the CRM; by default it is the name typed."
    )

    @field_validator("url")
    @classmethod
    def _address(cls, given: str) -> str:
        parts = urlsplit(given)
        if given and (parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path.strip("/")):
            raise ValueError("write it like ldaps://directory.example.com")
        return given

    @field_validator("user_filter", "required_filter")
    @classmethod
    def _filter(cls, given: str) -> str:
        if given and not (given.startswith("(") and given.endswith(")")):
            raise ValueError("a filter stands in parentheses")
        return given

    @model_validator(mode="after")
    def _whole(self) -> LdapLoginSettings:
        if self.url and not self.base_dn:
            raise ValueError("base_dn is needed too")
        if USER not in self.user_filter or (self.bind_pattern and USER not in self.bind_pattern):
            raise ValueError(f"user_filter and bind_pattern hold {USER}, where the name goes")
        if not self.start_tls and not self.encrypted and urlsplit(self.url).hostname not in _LOOPBACK:
            raise ValueError("a password goes to another machine over an encrypted line only: leave start_tls on")
        return self

    @property
    def encrypted(self) -> bool:
        """Whether the line is encrypted from its first byte."""
        return urlsplit(self.url).scheme == "ldaps"
