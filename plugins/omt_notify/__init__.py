"""Tells somebody by e-mail or webhook how a migration stands: at the end, when it stops, when it needs a person."""

from __future__ import annotations

from omt_notify.plugin import NotifyPlugin

__all__ = ["NotifyPlugin"]
