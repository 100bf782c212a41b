"""What the tool does when it starts: a first upload, or recovery of an earlier one (crm.md W83-W91)."""

from __future__ import annotations

from omt_recovery.plugin import RecoveryPlugin

__all__ = ["RecoveryPlugin"]
