"""The plugin in the role `recovery`."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import ErrorCode, Notice, OmtError, Plugin, hookimpl
from omt_core.api.calls import PlanRecovery, RecoveryPlan
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES
from omt_recovery.errors import ERROR_CODES
from omt_recovery.plan import explain, plan_recovery


class RecoveryPlugin(Plugin):
    """Decides the mode as the original tool does; ND how that one knows of an earlier run: ours asks both sides."""

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *PROTOCOL_ERROR_CODES)

    @hookimpl
    @override
    async def plan_recovery(self, call: PlanRecovery) -> RecoveryPlan:
        plan = plan_recovery(call.earlier, call.status, call.licence)
        # The provisional plan is asked for before the login; the explanation belongs to the one that counts.
        if call.licence is not None and (line := explain(plan, call.earlier, call.status)) is not None:
            call.run.emit(Notice(message=line))
        return plan
