"""User plans: who gets which one online, and whether that can be (crm.md W44-W58)."""

from __future__ import annotations

from omt_plans.plugin import PlansPlugin

__all__ = ["PlansPlugin"]
