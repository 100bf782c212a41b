"""Logs the migrator on as a local administrator of the on-site CRM."""

from __future__ import annotations

from omt_auth.plugin import AuthPlugin
from omt_auth.settings import AuthSettings

__all__ = ["AuthPlugin", "AuthSettings"]
