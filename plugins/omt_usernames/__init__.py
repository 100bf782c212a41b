"""User names: a unique e-mail address for each user with a plan (crm.md W59-W68)."""

from __future__ import annotations

from omt_usernames.plugin import UserNamesPlugin
from omt_usernames.settings import UserNamesSettings

__all__ = ["UserNamesPlugin", "UserNamesSettings"]
