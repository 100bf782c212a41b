"""Keeping users out of the on-site installation in a live migration, and letting them in again."""

from __future__ import annotations

from omt_freeze.plugin import FreezePlugin
from omt_freeze.settings import FreezeSettings

__all__ = ["FreezePlugin", "FreezeSettings"]
