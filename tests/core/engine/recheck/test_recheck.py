"""What the checks judged is held against the snapshot, before anything is sent, by all rules but those of files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode, RecoveryChoice, Waiver
from omt_core.api.errors import ErrorCode, InstallationError, OmtError, SnapshotLostError
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.installation import Licence
from omt_core.api.online import TenantState, TenantStatus
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.api.users import OtherAddress, Proposal, User
from omt_core.engine import checks
from omt_core.engine.checklist import Assignments, ChangePlans, Review
from omt_core.engine.completion import completion_request
from omt_core.engine.recheck.recheck import RefusedInSnapshotError, forget_told, recheck
from omt_core.engine.session import MigrationSession
from omt_core.testing.samples import SAMPLE_LICENCE, sample_user
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio

REFUSED = FindingCode(
    code="refused", severity=Severity.ERROR, plugin="database", meaning="A rule refuses.", remedy="Mend."
)
SAID = FindingCode(code="said", severity=Severity.INFO, plugin="database", meaning="A rule says.", remedy="Read.")
OTHER_LICENCE = ErrorCode(code="other-licence", kind=InstallationError, meaning="It is another.", remedy="Stop.")
STATUS = TenantStatus(tenant="Cust1", state=TenantState.MIGRATION_PENDING, public_key="")


class Site(Plugin):
    """An installation that a test changes, and rules that look at it."""

    users: ClassVar[tuple[User, ...]] = ()
    licence: ClassVar[Licence] = SAMPLE_LICENCE
    refuse: ClassVar[Callable[[Sequence[User]], bool]] = staticmethod(lambda _: False)
    asked: ClassVar[list[str]] = []
    lost: ClassVar[bool] = False
    says_in_snapshot: ClassVar[bool] = False

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return REFUSED, SAID

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (OTHER_LICENCE,)

    @override
    @hookimpl
    async def read_users(self, call: calls.ReadUsers) -> Sequence[User]:
        return Site.users

    @override
    @hookimpl
    async def read_licence(self, call: calls.ReadLicence) -> Licence:
        if Site.lost and "users" in Site.asked:
            raise SnapshotLostError("snapshot-lost", "The view is lost.", "Read it anew.")
        return Site.licence

    @override
    @hookimpl
    async def propose_user_names(self, call: calls.ProposeUserNames) -> Sequence[Proposal]:
        return [Proposal(login=user.login, value=user.emails[0], reason="") for user in call.users if user.emails]

    @override
    @hookimpl
    async def list_removed_addresses(self, call: calls.ListRemovedAddresses) -> Sequence[OtherAddress]:
        return [
            OtherAddress(email_id=number, person_id=0, full_name="", address=name)
            for number, name in enumerate(sorted(call.user_names.values()))
        ]

    @override
    @hookimpl
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        Site.asked.append("installation in snapshot" if call.in_snapshot else "installation")
        says = Site.says_in_snapshot or not call.in_snapshot
        return (SAID.finding("All rows were looked at."),) if says else ()

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        Site.asked.append("users")
        return (REFUSED.finding("It is refused.", ("HH",)),) if Site.refuse(call.users) else ()

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        Site.asked.append("migration in snapshot" if call.in_snapshot else "migration")
        return ()

    @override
    @hookimpl
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        Site.asked.append("documents")
        return ()


class Recovery(Plugin):
    """Takes no other licence."""

    @override
    @hookimpl
    async def plan_recovery(self, call: calls.PlanRecovery) -> calls.RecoveryPlan:
        if call.earlier is not None and call.earlier.serial != call.licence.serial:
            raise OTHER_LICENCE.error()
        return calls.RecoveryPlan(mode=MigrationMode.INITIAL)


@pytest.fixture(autouse=True)
def _as_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    users = (sample_user("HH"), sample_user("NN"))
    for name, value in {"users": users, "licence": SAMPLE_LICENCE, "refuse": lambda _: False, "asked": []}.items():
        monkeypatch.setattr(Site, name, staticmethod(value) if name == "refuse" else value)


@asynccontextmanager
async def checked(folder: Path, decisions: Decisions | None = None) -> AsyncIterator[MigrationSession]:
    """A session whose checks are answered, in which HH and NN have plans, and their addresses as user names."""
    async with session_in(
        folder, database=Site, recovery=Recovery, status=STATUS, decisions=decisions or Decisions()
    ) as session:
        await Review(assigned=Assignments(plans={"HH": "sales", "NN": "service"})).perform(session)
        Site.asked.clear()
        yield session


async def refused(session: MigrationSession, *, precopy: bool = False) -> OmtError:
    with pytest.raises(RefusedInSnapshotError) as caught:
        await recheck(session, precopy=precopy)
    return caught.value.error


def codes(session: MigrationSession) -> list[str]:
    return [finding.code for finding in session.now.findings]


async def test_where_nothing_changed_nothing_is_told_and_everything_stands(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        before = session.now
        await recheck(session, precopy=False)
        assert session.now.decisions == before.decisions
        assert session.now.findings == before.findings
        assert checks.unanswered(session.now, checks.ALL_CHECKS) == ()
        assert Site.asked == ["migration in snapshot", "users", "installation in snapshot"]


async def test_what_is_told_online_is_about_the_users_of_the_snapshot(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        moved = replace(sample_user("HH"), login="HX", emails=("new@example.com",))
        Site.users = (moved, sample_user("OO"))
        await recheck(session, precopy=False)
        request = completion_request(session)
        assert {user.login: (user.associate_id, user.plan, user.user_name) for user in request.users} == {
            "HX": (moved.id, "sales", "new@example.com"),
            "OO": (sample_user("OO").id, None, None),
        }
        assert [row.address for row in request.removed_addresses] == ["new@example.com"]
        (told,) = [finding for finding in session.now.findings if finding.code == "users-changed"]
        assert told.subjects == ("HX", "NN", "OO")
        assert "Their user name follows the address: HX (now new@example.com)." in told.message
        assert (await session.journal.notes.decisions()).plans == {"HX": "sales"}
        assert checks.unanswered(session.now, checks.ALL_CHECKS) == ()


async def test_a_rule_that_refuses_stops_with_names_and_decisions_stay(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        Site.users, Site.refuse = (replace(sample_user("HH"), administrator=False),), staticmethod(lambda _: True)
        decided = session.now.decisions
        error = await refused(session)
        assert (error.code, int(error.exit_code)) == ("changed-since-checked", 1)
        assert "It is refused. No users any more, so that nothing is assigned: NN." in error.message
        assert "No administrators any more: HH." in error.message
        assert session.now.decisions == await session.journal.notes.decisions() == decided
        assert {"refused", "users-changed"} <= set(codes(session))
        assert checks.unanswered(session.now, [checks.PLANS]) == (checks.PLANS,)

        # The page of plans shows the users of now: what is decided on it is about them, and no more about who left.
        await ChangePlans(changes={"HH": "service"}).perform(session)
        assert session.now.decisions.plans == {"HH": "service"}


async def test_what_is_waived_stops_nothing_in_the_snapshot_either(tmp_path: Path) -> None:
    waivers = (Waiver(names="refused", reason="We know."),)
    async with checked(tmp_path, Decisions(waivers=waivers)) as session:
        Site.refuse = staticmethod(lambda _: True)
        await recheck(session, precopy=False)
        assert "refused" in codes(session)


async def test_rules_that_fail_since_the_view_was_lost_refuse_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with checked(tmp_path) as session:
        Site.refuse = staticmethod(lambda _: True)
        monkeypatch.setattr(Site, "lost", True)
        with pytest.raises(SnapshotLostError):
            await recheck(session, precopy=False)
        assert "refused" not in codes(session)


async def test_who_changed_stays_told_where_the_snapshot_is_lost_and_another_one_taken(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        Site.users = (sample_user("HH"),)
        await recheck(session, precopy=False)
        Site.users = (sample_user("HH"), sample_user("OO"))
        await recheck(session, precopy=False)
        told = [finding.subjects for finding in session.now.findings if finding.code == "users-changed"]
        assert told == [("NN",), ("OO",)]
        forget_told(session)
        await recheck(session, precopy=False)
        assert "users-changed" not in codes(session)


async def test_what_only_the_checks_looked_at_stays_told(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        await recheck(session, precopy=False)
        assert "said" in codes(session)


async def test_what_another_plugin_left_out_stays_where_one_says_the_same_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Site, "says_in_snapshot", True)
    async with checked(tmp_path) as session:
        session.log.add(checks.INSTALLATION, [replace(SAID.finding("Told by a partner."), plugin="partner")])
        await recheck(session, precopy=False)
        assert {one.plugin for one in session.now.findings if one.code == "said"} == {"database", "partner"}


@pytest.mark.parametrize("precopy", [False, True])
async def test_another_licence_is_refused_in_the_words_of_the_start(tmp_path: Path, precopy: bool) -> None:
    async with checked(tmp_path) as session:
        Site.licence = replace(SAMPLE_LICENCE, serial="2")
        assert (await refused(session, precopy=precopy)).code == "other-licence"
        assert Site.asked == []


async def test_an_upgrade_meanwhile_is_told(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        Site.licence = replace(SAMPLE_LICENCE, version="SuperOffice 10.1")
        await recheck(session, precopy=False)
        assert "version-changed" in codes(session)


async def test_files_that_are_sent_ahead_hang_on_no_user(tmp_path: Path) -> None:
    async with checked(tmp_path) as session:
        Site.users, Site.refuse = (), staticmethod(lambda _: True)
        await recheck(session, precopy=True)
        assert Site.asked == []


async def test_where_missing_files_alone_are_sent_the_installation_is_asked_about_and_no_user(tmp_path: Path) -> None:
    plan = calls.RecoveryPlan(mode=MigrationMode.RECOVERY, choices=tuple(RecoveryChoice))
    decided = Decisions(kind=MigrationKind.LIVE, recovery=RecoveryChoice.MISSING, plans={"HH": "sales"})
    async with session_in(
        tmp_path, database=Site, recovery=Recovery, status=STATUS, plan=plan, decisions=decided
    ) as session:
        Site.users = ()
        await recheck(session, precopy=False)
        assert Site.asked == ["installation in snapshot"]
        assert session.now.decisions == decided


async def test_ten_thousand_users_of_whom_each_was_renamed(tmp_path: Path) -> None:
    many = range(1, 10_001)
    Site.users = tuple(sample_user(f"U{number}", id=number, person_id=number) for number in many)
    async with session_in(tmp_path, database=Site, recovery=Recovery, status=STATUS) as session:
        await Review(assigned=Assignments(plans={user.login: "sales" for user in Site.users})).perform(session)
        Site.users = tuple(replace(user, login=f"V{user.id}") for user in Site.users)
        await recheck(session, precopy=False)
        assert session.now.decisions.plans == {f"V{number}": "sales" for number in many}
        assert session.now.decisions.user_names["V9"] == "u9@example.com"


async def test_what_an_earlier_run_decided_about_who_has_left_is_let_go_and_told(tmp_path: Path) -> None:
    """It would be refused as the plan of a login that nobody has, in every run from then on."""
    earlier = Decisions(plans={"HH": "sales", "LL": "sales"}, user_names={"LL": "ll@example.com"})
    async with session_in(tmp_path, database=Site, decisions=earlier) as session:
        await Review(assigned=Assignments(plans={"XX": "sales"})).perform(session)
        assert session.now.decisions.plans == {"HH": "sales", "XX": "sales"}
        # In the wizard one goes back, and opens it once more.
        await Review(assigned=Assignments(plans={"XX": "sales"})).perform(session)
        (told,) = [finding for finding in session.now.findings if finding.code == "decisions-unused"]
        assert told.subjects == ("LL",)
