"""Roles: hooks that exactly one plugin answers, and which plugin that is."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What exactly one plugin does."""

    DATABASE = "database"
    AUTHENTICATION = "authentication"
    ONLINE = "online"
    RECOVERY = "recovery"
    TRANSFER = "transfer"
    REPORT = "report"


class RoleSettings(BaseModel):
    """The plugin that holds each role: section `core.roles` of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    database: str = "database"
    """Opens the source database, reads licence, users and photos."""

    authentication: str = "auth"
    """Logs the migrator on."""

    online: str = "online"
    """Connects to the online side."""

    recovery: str = "recovery"
    """Decides between a first upload and recovery."""

    transfer: str = "upload"
    """Moves all items, and estimates how long that takes."""

    report: str = "report"
    """Writes the report."""

    def holder(self, role: Role) -> str:
        """Return the name of the plugin that holds a role."""
        return str(getattr(self, role.value))
