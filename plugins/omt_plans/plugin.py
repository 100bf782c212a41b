"""The plugin of user plans."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import Finding, FindingCode, Plugin, Proposal, hookimpl
from omt_core.api.calls import ProposePlans, ValidatePlans
from omt_plans.findings import CODES
from omt_plans.proposal import propose_plans
from omt_plans.validation import validate_plans


class PlansPlugin(Plugin):
    """Proposes plans by name and refuses assignments that the tenant could not carry out."""

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @hookimpl
    @override
    async def propose_plans(self, call: ProposePlans) -> Sequence[Proposal]:
        return propose_plans(call.users, call.catalogue, call.default, call.assigned)

    @hookimpl
    @override
    async def validate_plans(self, call: ValidatePlans) -> Sequence[Finding]:
        return validate_plans(call.users, call.plans, call.catalogue)
