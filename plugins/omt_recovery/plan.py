"""The table of cases: what the journal and the tenant know decides between a first upload and recovery."""

from __future__ import annotations

from omt_core.api import (
    Licence,
    MigrationKind,
    MigrationMode,
    RecoveryChoice,
    TenantState,
    TenantStatus,
    sentence,
)
from omt_core.api.calls import EarlierRun, RecoveryPlan
from omt_protocol.errors import MIGRATION_ACCEPTED
from omt_recovery.errors import TENANT_IN_USE
from omt_recovery.identity import demand_same_identity


def plan_recovery(earlier: EarlierRun | None, status: TenantStatus, licence: Licence | None) -> RecoveryPlan:
    """Decide the mode and its choices.

    The tenant's word counts, since it has the data: what it has completed is recovered, what it has not is uploaded,
    whatever the journal says. The journal alone decides nothing but whether it is whole:

    ========================  =========================  ====================================================
    tenant                    journal                    plan
    ========================  =========================  ====================================================
    accepted                  any                        refused, `migration-accepted` (W37, W90)
    running, no migration     any                        refused, `tenant-in-use`: it has users already (W97)
    no migration              any                        initial; the tenant was reset if the journal differs
    not completed             any                        initial: resumed
    live, completed           completed                  recovery: missing files (W85)
    live, completed           none, or not completed     the same, with the journal rebuilt
    test, completed           completed                  recovery: missing files, or overwrite (W85, W87)
    test, completed           none, or not completed     the same, with the journal rebuilt
    ========================  =========================  ====================================================

    Before the database is open there is no `licence`, and the plan is provisional; with one, an identity other than
    the journal's or the tenant's raises `InstallationError` `licence-identity-changed` (W71).
    """
    known = status.migration
    if known is not None and known.accepted:
        raise MIGRATION_ACCEPTED.error(
            sentence(
                "The migration to tenant {tenant} is finished: its live result was accepted and its users work"
                " there. Nothing can be uploaded to it any more.",
                tenant=status.tenant,
            ),
            remedy=sentence("Add further documents in CRM Online itself. A new migration needs another tenant."),
        )
    if licence is not None:
        demand_same_identity(licence, earlier, known)
    if known is None and status.state is TenantState.RUNNING:
        raise TENANT_IN_USE.error(
            sentence(
                "Tenant {tenant} is running and knows of no migration: an upload would replace what its users do.",
                tenant=status.tenant,
            )
        )
    if known is None or not known.completed:
        return RecoveryPlan(mode=MigrationMode.INITIAL)
    test_only = (RecoveryChoice.OVERWRITE_TEST,) if known.kind is MigrationKind.TEST else ()
    choices = (RecoveryChoice.MISSING, *test_only)
    return RecoveryPlan(
        mode=MigrationMode.RECOVERY, choices=choices, rebuild_journal=earlier is None or not earlier.completed
    )


def explain(plan: RecoveryPlan, earlier: EarlierRun | None, status: TenantStatus) -> str | None:
    """Return a line for the person where journal and tenant do not know the same, or None where they do."""
    if plan.mode is MigrationMode.INITIAL and earlier is not None and earlier.completed:
        return sentence(
            "The journal knows of a completed migration, but tenant {tenant} does not: it was reset. Everything is "
            "uploaded again.",
            tenant=status.tenant,
        )
    if plan.rebuild_journal:
        return sentence(
            "This workspace knows nothing of the migration that tenant {tenant} has completed: the journal is rebuilt "
            "from what the tenant holds."
            if earlier is None
            else "The journal of this workspace knows nothing of the migration that tenant {tenant} has completed: the "
            "journal is rebuilt from what the tenant holds.",
            tenant=status.tenant,
        )
    return None
