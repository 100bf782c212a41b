from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.calls import EarlierRun, RecoveryPlan
from omt_core.api.decisions import MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.errors import InstallationError, OmtError, OnlineRefusedError
from omt_core.api.installation import Licence
from omt_core.api.online import EarlierMigration, TenantState, TenantStatus
from omt_recovery.plan import explain, plan_recovery

LICENCE = Licence(owner="Nordlys AS", serial="1234567890", version="8.5")
INITIAL = RecoveryPlan(mode=MigrationMode.INITIAL)
MISSING = (RecoveryChoice.MISSING,)
BOTH = (RecoveryChoice.MISSING, RecoveryChoice.OVERWRITE_TEST)
STATE_AFTER = {MigrationKind.LIVE: TenantState.RUNNING, MigrationKind.TEST: TenantState.OFFLINE_MAINTENANCE}


def journal(
    kind: MigrationKind = MigrationKind.LIVE, *, completed: bool = True, owner: str = LICENCE.owner
) -> EarlierRun:
    return EarlierRun(kind=kind, completed=completed, owner=owner, serial=LICENCE.serial)


def tenant(
    kind: MigrationKind | None = None, *, completed: bool = True, accepted: bool = False, serial: str = LICENCE.serial
) -> TenantStatus:
    migration = kind and EarlierMigration(
        id="m", kind=kind, owner=LICENCE.owner, serial=serial, completed=completed, accepted=accepted
    )
    state = STATE_AFTER[kind] if kind and completed else TenantState.MIGRATION_PENDING
    return TenantStatus(tenant="Cust12345", state=state, public_key="00", migration=migration)


def recovery(choices: tuple[RecoveryChoice, ...], *, rebuild: bool = False) -> RecoveryPlan:
    return RecoveryPlan(mode=MigrationMode.RECOVERY, choices=choices, rebuild_journal=rebuild)


NOBODY, UNFINISHED, TESTED, MIGRATED = (
    None,
    journal(completed=False),
    journal(MigrationKind.TEST),
    journal(MigrationKind.LIVE),
)


@pytest.mark.parametrize(
    ("earlier", "status", "plan"),
    [
        (NOBODY, tenant(), INITIAL),
        (UNFINISHED, tenant(), INITIAL),
        (TESTED, tenant(), INITIAL),
        (MIGRATED, tenant(), INITIAL),
        (NOBODY, tenant(MigrationKind.LIVE, completed=False), INITIAL),
        (UNFINISHED, tenant(MigrationKind.LIVE, completed=False), INITIAL),
        (UNFINISHED, tenant(MigrationKind.TEST, completed=False), INITIAL),
        (MIGRATED, tenant(MigrationKind.LIVE, completed=False), INITIAL),
        (MIGRATED, tenant(MigrationKind.LIVE), recovery(MISSING)),
        (TESTED, tenant(MigrationKind.LIVE), recovery(MISSING)),
        (UNFINISHED, tenant(MigrationKind.LIVE), recovery(MISSING, rebuild=True)),
        (NOBODY, tenant(MigrationKind.LIVE), recovery(MISSING, rebuild=True)),
        (TESTED, tenant(MigrationKind.TEST), recovery(BOTH)),
        (MIGRATED, tenant(MigrationKind.TEST), recovery(BOTH)),
        (UNFINISHED, tenant(MigrationKind.TEST), recovery(BOTH, rebuild=True)),
        (NOBODY, tenant(MigrationKind.TEST), recovery(BOTH, rebuild=True)),
    ],
)
def test_every_case_has_its_plan(earlier: EarlierRun | None, status: TenantStatus, plan: RecoveryPlan) -> None:
    """W7, W91: the tool chooses the mode by itself, from the journal and from what the tenant says."""
    assert plan_recovery(earlier, status, LICENCE) == plan
    assert plan_recovery(earlier, status, None) == plan


@pytest.mark.parametrize("earlier", [NOBODY, UNFINISHED, TESTED, MIGRATED])
@pytest.mark.parametrize("licence", [None, LICENCE])
def test_an_accepted_migration_is_refused(earlier: EarlierRun | None, licence: Licence | None) -> None:
    with pytest.raises(OnlineRefusedError) as refused:
        plan_recovery(earlier, tenant(MigrationKind.LIVE, accepted=True), licence)
    assert (refused.value.code, refused.value.exit_code) == ("migration-accepted", 4)


def test_a_running_tenant_that_knows_no_migration_is_refused() -> None:
    running = TenantStatus(tenant="Cust12345", state=TenantState.RUNNING, public_key="00")
    with pytest.raises(OnlineRefusedError) as refused:
        plan_recovery(NOBODY, running, LICENCE)
    assert refused.value.code == "tenant-in-use"


@pytest.mark.parametrize(
    ("earlier", "status"),
    [
        (journal(owner="Sydlys AS"), tenant()),
        (journal(owner="Sydlys AS", completed=False), tenant(MigrationKind.TEST, completed=False)),
        (NOBODY, tenant(MigrationKind.TEST, serial="999")),
        (MIGRATED, tenant(MigrationKind.LIVE, serial="999")),
    ],
)
def test_a_changed_licence_identity_stops_the_run(earlier: EarlierRun | None, status: TenantStatus) -> None:
    with pytest.raises(InstallationError) as stopped:
        plan_recovery(earlier, status, LICENCE)
    assert (stopped.value.code, stopped.value.exit_code) == ("licence-identity-changed", 3)


def test_the_message_says_what_changed_from_what_to_what() -> None:
    with pytest.raises(InstallationError) as stopped:
        plan_recovery(journal(owner="Sydlys AS"), tenant(), LICENCE)
    assert "the company name or the serial number has changed" in stopped.value.message
    assert "'Sydlys AS'" in stopped.value.message
    assert "'Nordlys AS'" in stopped.value.message
    assert "'1234567890'" in stopped.value.message


def test_blanks_around_an_identity_are_no_change() -> None:
    assert plan_recovery(journal(owner="Nordlys AS   "), tenant(MigrationKind.LIVE), LICENCE) == recovery(MISSING)


def test_it_is_said_when_journal_and_tenant_do_not_know_the_same() -> None:
    assert "was reset" in str(explain(INITIAL, MIGRATED, tenant()))
    assert "rebuilt" in str(explain(recovery(MISSING, rebuild=True), NOBODY, tenant(MigrationKind.LIVE)))
    assert explain(INITIAL, NOBODY, tenant()) is None
    assert explain(recovery(MISSING), MIGRATED, tenant(MigrationKind.LIVE)) is None


IDENTITIES = st.sampled_from([("Nordlys AS", "1"), ("Nordlys AS ", "1"), ("Nordlys AS", "2"), ("Sydlys AS", "1")])
JOURNALS = st.none() | st.builds(
    lambda kind, completed, identity: EarlierRun(kind=kind, completed=completed, owner=identity[0], serial=identity[1]),
    st.sampled_from(MigrationKind),
    st.booleans(),
    IDENTITIES,
)
MIGRATIONS = st.none() | st.builds(
    lambda kind, completed, accepted, identity: EarlierMigration(
        id="m", kind=kind, completed=completed, accepted=accepted, owner=identity[0], serial=identity[1]
    ),
    st.sampled_from(MigrationKind),
    st.booleans(),
    st.booleans(),
    IDENTITIES,
)
TENANTS = st.builds(
    lambda state, migration: TenantStatus(tenant="Cust1", state=state, public_key="00", migration=migration),
    st.sampled_from(TenantState),
    MIGRATIONS,
)


@given(JOURNALS, TENANTS, IDENTITIES)
def test_whatever_is_known_the_promises_hold(
    earlier: EarlierRun | None, status: TenantStatus, identity: tuple[str, str]
) -> None:
    licence = Licence(owner=identity[0], serial=identity[1], version="8.5")
    known = status.migration
    changed = any(
        (other.owner.strip(), other.serial) != (licence.owner.strip(), licence.serial)
        for other in (earlier, known)
        if other is not None
    )
    if known is not None and known.accepted:
        expected = "migration-accepted"
    elif changed:
        expected = "licence-identity-changed"
    elif known is None and status.state is TenantState.RUNNING:
        expected = "tenant-in-use"
    else:
        expected = None
    if expected is not None:
        with pytest.raises(OmtError) as stopped:
            plan_recovery(earlier, status, licence)
        assert stopped.value.code == expected
        return
    plan = plan_recovery(earlier, status, licence)
    completed = known is not None and known.completed
    assert (plan.mode is MigrationMode.RECOVERY) == completed == bool(plan.choices)
    assert plan == plan_recovery(earlier, status, None)
    if known is not None and known.kind is MigrationKind.LIVE:
        assert RecoveryChoice.OVERWRITE_TEST not in plan.choices
    assert plan.rebuild_journal <= completed
