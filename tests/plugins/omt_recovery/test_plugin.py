from __future__ import annotations

from pathlib import Path

import anyio

from omt_core.api.calls import PlanRecovery
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.events import Event, Notice
from omt_core.api.installation import Licence
from omt_core.api.online import EarlierMigration, TenantState, TenantStatus
from omt_core.api.plugin import PluginSettings
from omt_recovery import RecoveryPlugin

LICENCE = Licence(owner="Nordlys AS", serial="1", version="8.5")
COMPLETED = TenantStatus(
    tenant="Cust1",
    state=TenantState.RUNNING,
    public_key="00",
    migration=EarlierMigration(
        id="m", kind=MigrationKind.LIVE, owner="Nordlys AS", serial="1", completed=True, accepted=False
    ),
)


class Surroundings:
    workspace: Path | None = None

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


def test_the_plan_comes_through_the_hook_and_a_difference_is_told_once() -> None:
    run = Surroundings()
    for licence in (None, LICENCE):
        call = PlanRecovery(earlier=None, status=COMPLETED, licence=licence, run=run)
        assert anyio.run(RecoveryPlugin(PluginSettings()).plan_recovery, call).mode is MigrationMode.RECOVERY
    (event,) = run.events
    assert isinstance(event, Notice)
    assert "rebuilt" in event.message
