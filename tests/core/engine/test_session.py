"""Outward a session is a snapshot, and its decisions are in the journal at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from omt_core.api.calls import RecoveryPlan
from omt_core.api.decisions import Contact, Decisions, MigrationKind, MigrationMode, RecoveryChoice, Waiver
from omt_core.api.errors import InputError
from omt_core.api.findings import Finding, Severity
from omt_core.api.online import EarlierMigration, TenantState, TenantStatus
from omt_core.engine.completion import completion_request
from omt_core.testing.samples import sample_user
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio


def tenant_with(kind: MigrationKind) -> TenantStatus:
    """A tenant in which a migration of this kind is completed."""
    migration = EarlierMigration(id="m", kind=kind, owner="o", serial="1", completed=True, accepted=False)
    return TenantStatus(tenant="Cust1", state=TenantState.RUNNING, public_key="", migration=migration)


CONTACT = Contact(email="a@example.com", phone="1", language="en")


async def test_a_snapshot_stays_what_it_was_and_the_next_one_has_a_higher_revision(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session:
        before = session.now
        await session.assign(plans={"HH": "ten-sales"}, user_names={})
        session.review([sample_user("HH")], None)
        session.log.file(
            "test", [Finding(code="odd", severity=Severity.INFO, plugin="p", subjects=(), message="m", remedy="r")]
        )
        assert (before.decisions.plans, before.users, before.findings) == ({}, (), ())
        assert session.now.revision == before.revision + 3
        assert session.now is session.now
        assert await session.journal.notes.decisions() == session.now.decisions


async def test_a_contact_without_a_language_has_that_of_the_machine_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nameless = Contact(email="a@example.com")
    async with session_in(tmp_path) as session:
        for locale, given in (("de_AT.UTF-8", nameless), ("sv_SE.UTF-8", nameless)):
            monkeypatch.setenv("LC_ALL", locale)
            await session.confirm(contact=given, kind=MigrationKind.TEST, agreement_accepted=True)
            decided = await session.journal.notes.decisions()
            assert decided is not None
            assert decided.contact == Contact(email="a@example.com", language="de")
            assert completion_request(session).language == "de"
        await session.confirm(contact=CONTACT, kind=MigrationKind.TEST, agreement_accepted=True)
        assert completion_request(session).language == "en"


async def test_what_was_waived_for_a_test_is_asked_for_again_when_it_becomes_live(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session:
        await session.confirm(contact=CONTACT, kind=MigrationKind.TEST, agreement_accepted=True)
        await session.waive(
            [Waiver(names="a", kind=MigrationKind.TEST), Waiver(names="b", reason="We know.", kind=MigrationKind.LIVE)]
        )
        assert [one.names for one in session.now.waived] == ["a", "b"]
        await session.confirm(contact=CONTACT, kind=MigrationKind.LIVE, agreement_accepted=True)
        assert [one.names for one in session.now.waived] == ["b"]
        assert completion_request(session).waivers == ("b: We know.",)


def test_waivers_of_a_journal_that_had_no_reasons_still_count() -> None:
    """Journals of 0.3.1."""
    old = TypeAdapter(Decisions).validate_json('{"kind": "live", "waivers": ["a", "plugin:b"]}')
    assert old.waived(MigrationKind.LIVE) == (Waiver(names="a"), Waiver(names="plugin:b"))


def test_waivers_of_a_journal_that_had_no_reasons_were_given_for_the_kind_that_it_has() -> None:
    """Journals of 0.3.1."""
    old = TypeAdapter(Decisions).validate_json('{"kind": "test", "waivers": ["a"]}')
    assert old.waived(MigrationKind.TEST) == (Waiver(names="a", kind=MigrationKind.TEST),)
    assert old.waived(MigrationKind.LIVE) == ()


async def test_waivers_that_came_in_before_a_test_was_chosen_are_those_of_a_test(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session:
        await session.waive([Waiver(names="a"), Waiver(names="b", confirmed=True)])
        await session.confirm(contact=CONTACT, kind=MigrationKind.TEST, agreement_accepted=True)
        assert [one.names for one in session.now.waived] == ["a", "b"]
        await session.confirm(contact=CONTACT, kind=MigrationKind.LIVE, agreement_accepted=True)
        assert [one.names for one in session.now.waived] == ["b"]


@pytest.mark.parametrize("online", MigrationKind)
@pytest.mark.parametrize("named", [None, *MigrationKind])
async def test_missing_files_are_added_to_no_migration_of_another_kind_than_was_named(
    tmp_path: Path, online: MigrationKind, named: MigrationKind | None
) -> None:
    plan = RecoveryPlan(mode=MigrationMode.RECOVERY, choices=tuple(RecoveryChoice))
    async with session_in(tmp_path, plan=plan, status=tenant_with(online)) as session:
        if named in {None, online}:
            await session.choose_recovery(RecoveryChoice.MISSING, named_kind=named)
            assert session.now.kind is online
        else:
            with pytest.raises(InputError) as refused:
                await session.choose_recovery(RecoveryChoice.MISSING, named_kind=named)
            assert refused.value.code == "recovery-of-other-kind"
            assert ("--recover overwrite-test" in refused.value.remedy) == (online is MigrationKind.TEST)
            assert session.now.decisions == Decisions()
        await session.choose_recovery(RecoveryChoice.OVERWRITE_TEST, named_kind=named)
