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

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str = "database"
    authentication: str = "auth"
    online: str = "online"
    recovery: str = "recovery"
    transfer: str = "upload"
    report: str = "report"

    def holder(self, role: Role) -> str:
        """Return the name of the plugin that holds a role."""
        return str(getattr(self, role.value))
