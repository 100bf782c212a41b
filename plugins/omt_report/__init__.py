"""The report of a migration: what was moved, what was left behind and why, and what comes next."""

from __future__ import annotations

from omt_report.plugin import ReportPlugin
from omt_report.settings import ReportSettings

__all__ = ["ReportPlugin", "ReportSettings"]
