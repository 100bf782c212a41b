"""The checks that the vendor's guide asks for before a migration, each a rule of its own in `rules/`."""

from __future__ import annotations

from omt_checks.plugin import ChecksPlugin

__all__ = ["ChecksPlugin"]
