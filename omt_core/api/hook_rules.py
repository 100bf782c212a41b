"""How each hook is called: who answers it, whether it may stop a run, and whether its time is limited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from omt_core.api.roles import Role


class Policy(StrEnum):
    """What happens when a plugin fails in a hook."""

    FATAL = "fatal"
    """The run stops, and the error names the plugin."""
    ISOLATED = "isolated"
    """The run goes on, with a finding that names the plugin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRule:
    """The rule of a hook. Without a `role` every plugin is asked. `timed`: `core.hook_timeout` applies."""

    policy: Policy = Policy.ISOLATED
    role: Role | None = None
    timed: bool = True


_UNTIMED: Final = HookRule(timed=False)

HOOK_RULES: Final[Mapping[str, HookRule]] = {
    "add_commands": HookRule(policy=Policy.FATAL),
    "add_finding_codes": HookRule(policy=Policy.FATAL),
    "discover_installations": HookRule(),
    "open_source_database": HookRule(policy=Policy.FATAL, role=Role.DATABASE),
    "read_licence": HookRule(policy=Policy.FATAL, role=Role.DATABASE),
    "authenticate": HookRule(policy=Policy.FATAL, role=Role.AUTHENTICATION),
    "read_users": HookRule(policy=Policy.FATAL, role=Role.DATABASE),
    "read_photo": HookRule(policy=Policy.FATAL, role=Role.DATABASE),
    "propose_plans": HookRule(),
    "propose_user_names": HookRule(),
    "list_removed_addresses": HookRule(policy=Policy.FATAL, timed=False),
    "validate_installation": HookRule(),
    "validate_users": HookRule(),
    "validate_plans": HookRule(),
    "validate_user_names": HookRule(),
    "validate_documents": _UNTIMED,
    "validate_migration": HookRule(),
    "connect_online": HookRule(policy=Policy.FATAL, role=Role.ONLINE),
    "plan_recovery": HookRule(policy=Policy.FATAL, role=Role.RECOVERY),
    "contribute_upload_stages": HookRule(policy=Policy.FATAL),
    "transfer": HookRule(policy=Policy.FATAL, role=Role.TRANSFER, timed=False),
    "estimate_transfer": HookRule(policy=Policy.FATAL, role=Role.TRANSFER, timed=False),
    "freeze": HookRule(policy=Policy.FATAL, timed=False),
    "thaw": _UNTIMED,
    "before_phase": HookRule(),
    "after_phase": HookRule(),
    "observe": HookRule(),
    "add_report_sections": HookRule(),
    "render_report": HookRule(policy=Policy.FATAL, role=Role.REPORT, timed=False),
}
