"""Checks are pure: their report counts as far as it is still about what is decided, and only in its own session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.calls import RecoveryPlan
from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode, Notifications, RecoveryChoice, Waiver
from omt_core.api.errors import FindingsError, InputError
from omt_core.api.events import CheckAsked, FindingRaised
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.engine.checks import (
    ALL_CHECKS,
    DOCUMENTS,
    INSTALLATION,
    MIGRATION,
    PLANS,
    USER_NAMES,
    ask_again,
    check,
    check_now,
    refuse_errors,
    refuse_unchecked,
    standing_errors,
    take_report,
    unanswered,
    waived_errors,
)
from omt_core.engine.findings import WAIVER_OF_TEST, FindingLog
from omt_core.engine.steps import Waive
from omt_core.plugin_host import EventHub
from omt_core.testing.samples import sample_user
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio

BAD_PLAN = FindingCode(
    code="bad-plan", severity=Severity.ERROR, plugin="rules", meaning="A plan is bad.", remedy="Choose another."
)

LEFT_BEHIND = FindingCode(code="half-gone", severity=Severity.ERROR, plugin="rules", meaning="Half.", remedy="Look.")


class Others(Plugin):
    """Has nothing against any plan."""

    @override
    @hookimpl
    async def validate_plans(self, call: calls.ValidatePlans) -> Sequence[Finding]:
        return ()


class Rules(Plugin):
    """Finds each plan bad that is called so, and fails where a user name is."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (BAD_PLAN,)

    @override
    @hookimpl
    async def validate_plans(self, call: calls.ValidatePlans) -> Sequence[Finding]:
        bad = tuple(login for login, plan in call.plans.items() if plan == "bad")
        return (BAD_PLAN.finding("It is bad.", bad),) if bad else ()

    @override
    @hookimpl
    async def validate_user_names(self, call: calls.ValidateUserNames) -> Sequence[Finding]:
        if "bad" in call.user_names.values():
            raise ZeroDivisionError
        return ()


async def test_to_ask_changes_nothing_and_to_take_the_report_does(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as session:
        session.review([sample_user("HH")], None)
        await session.assign(plans={"HH": "bad"}, user_names={})
        before = session.now
        report = await check(session.engine, before, ALL_CHECKS)
        assert session.now is before
        assert unanswered(before, ALL_CHECKS) == ALL_CHECKS
        await take_report(session, report)
        assert unanswered(session.now, ALL_CHECKS) == ()
        assert session.now.revision > before.revision
        with pytest.raises(FindingsError, match="bad-plan"):
            refuse_errors(session)


class MovesNoTable(Plugin):
    """Finds something in rows, which counts where rows are moved."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (BAD_PLAN,)

    @override
    @hookimpl
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        return () if call.files_only else (BAD_PLAN.finding("A row is bad."),)


@pytest.mark.parametrize(("recovery", "found"), [(RecoveryChoice.MISSING, 0), (RecoveryChoice.OVERWRITE_TEST, 1)])
async def test_rules_know_whether_a_recovery_moves_tables(tmp_path: Path, recovery: RecoveryChoice, found: int) -> None:
    plan, decisions = RecoveryPlan(mode=MigrationMode.RECOVERY), Decisions(recovery=recovery)
    async with session_in(tmp_path, rules=MovesNoTable, plan=plan, decisions=decisions) as session:
        report = await check(session.engine, session.now, (INSTALLATION,))
    assert len(report.found[INSTALLATION]) == found


class LeavesBehind(Plugin):
    """Finds that files may be left behind."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (LEFT_BEHIND,)

    @override
    @hookimpl
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        return (LEFT_BEHIND.finding("Half of it is gone."),)


async def test_whoever_waives_without_a_reason_is_told_the_line_to_write(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=LeavesBehind) as session:
        await check_now(session, (DOCUMENTS,))
        await session.waive([Waiver(names="half-gone")])
        with pytest.raises(FindingsError) as caught:
            refuse_errors(session)
        assert '`waive = [{ code = "half-gone", reason = "..." }]`' in caught.value.remedy
        for names in ("half-gone", "plugin:rules"):
            with pytest.raises(InputError) as refused:
                await Waive(names=names, waived=True, reason=" ").perform(session)
            assert refused.value.code == "waiver-reason-missing"
            await Waive(names=names, waived=True, reason="They burnt.").perform(session)
            refuse_errors(session)
            await Waive(names=names, waived=False).perform(session)


UNBENDING = FindingCode(
    code="never", severity=Severity.ERROR, plugin="rules", meaning="No.", remedy="Mend it.", waivable=False
)


class Unbending(LeavesBehind):
    """Finds too what nothing can waive."""

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (LEFT_BEHIND, UNBENDING)

    @override
    @hookimpl
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        return (UNBENDING.finding("It is so."),)


async def test_a_waiver_is_offered_only_for_what_can_be_waived(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Unbending) as session:
        await check_now(session, (INSTALLATION,))
        with pytest.raises(FindingsError) as caught:
            refuse_errors(session)
        assert caught.value.remedy.startswith("Mend what is named: none of it can be waived. Nothing")
        await check_now(session, (DOCUMENTS,))
        with pytest.raises(FindingsError) as caught:
            refuse_errors(session)
        assert "or waive it by `waive`" in caught.value.remedy
        assert "never cannot be waived: the online side would refuse it." in caught.value.remedy


async def test_the_errors_that_are_waived_are_known_apart_from_those_that_stand(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Unbending) as session:
        await session.waive([Waiver(names=name, reason="They burnt.") for name in ("half-gone", "never")])
        await check_now(session, (INSTALLATION, DOCUMENTS))
        assert [one.code for one in waived_errors(session.engine, session.now)] == ["half-gone"]
        assert [one.code for one in standing_errors(session.engine, session.now)] == ["never"]


async def test_a_live_migration_says_which_waivers_are_of_the_test_and_how_to_confirm_them(
    tmp_path: Path,
) -> None:
    of_test = Waiver(names="half-gone", reason="They burnt.", kind=MigrationKind.TEST)
    async with session_in(tmp_path, rules=LeavesBehind) as session:
        await session.take_kind(MigrationKind.TEST)
        await session.waive([of_test])
        await check_now(session, (DOCUMENTS,))
        refuse_errors(session)
        assert WAIVER_OF_TEST.code not in {one.code for one in session.now.findings}
        await session.take_kind(MigrationKind.LIVE)
        await check_now(session, (DOCUMENTS,))
        (told,) = [one for one in session.now.findings if one.code == WAIVER_OF_TEST.code]
        assert (told.subjects, "half-gone: They burnt." in told.message) == (("half-gone",), True)
        with pytest.raises(FindingsError) as caught:
            refuse_errors(session)
        line = '`waive = [{ code = "half-gone", reason = "They burnt.", live = true }]`'
        assert line in caught.value.remedy
        await Waive(names="half-gone", waived=True, reason="They burnt.").perform(session)
        refuse_errors(session)
        assert WAIVER_OF_TEST.code not in {one.code for one in session.now.findings}


async def test_a_round_says_which_question_of_how_many_is_asked(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules, others=Others) as session:
        with session.engine.events.subscribe() as stream:
            await check(session.engine, session.now, (PLANS, USER_NAMES))
            await check(session.engine, session.now, (PLANS,), only="rules")
            told = [stream.receive_nowait().event for _ in range(stream.statistics().current_buffer_used)]
    asked = [(one.number, one.total, one.check, one.plugin) for one in told if isinstance(one, CheckAsked)]
    assert asked == [
        (1, 3, PLANS, "others"),
        (2, 3, PLANS, "rules"),
        (3, 3, USER_NAMES, "rules"),
        (1, 1, PLANS, "rules"),
    ]


async def test_what_was_looked_at_before_a_decision_is_not_taken_after_it(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as session:
        session.review([sample_user("HH")], None)
        await session.assign(plans={"HH": "bad"}, user_names={})
        report = await check(session.engine, session.now, ALL_CHECKS)
        await session.assign(plans={"HH": "good"}, user_names={})
        await take_report(session, report)
        assert unanswered(session.now, ALL_CHECKS) == (PLANS, USER_NAMES, MIGRATION)
        assert standing_errors(session.engine, session.now) == ()
        with pytest.raises(InputError) as caught:
            refuse_unchecked(session, ALL_CHECKS)
        assert caught.value.code == "checks-incomplete"
        refuse_unchecked(session, (INSTALLATION, DOCUMENTS))


async def test_a_decision_makes_open_only_the_checks_that_look_at_it(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as session:
        await check_now(session, ALL_CHECKS)
        await session.notify(Notifications(welcome=False))
        assert unanswered(session.now, ALL_CHECKS) == (MIGRATION,)


async def test_a_report_about_another_session_is_dropped(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as closed:
        report = await check(closed.engine, closed.now, ALL_CHECKS)
    async with session_in(tmp_path, rules=Rules) as session:
        await take_report(session, report)
        assert unanswered(session.now, ALL_CHECKS) == ALL_CHECKS


async def test_what_is_asked_again_does_not_stand_until_it_answers(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as session:
        await check_now(session, ALL_CHECKS)
        before = session.now
        now = ask_again(session, ALL_CHECKS)
        assert unanswered(now, ALL_CHECKS) == ALL_CHECKS
        await take_report(session, await check(session.engine, now, ALL_CHECKS, only="rules"))
        assert unanswered(session.now, ALL_CHECKS) == ALL_CHECKS
        await take_report(session, await check(session.engine, now, ALL_CHECKS, only="rules"), before=before)
        assert unanswered(session.now, ALL_CHECKS) == ()


async def test_a_fault_stands_under_its_check_and_goes_when_that_is_asked_again(tmp_path: Path) -> None:
    async with session_in(tmp_path, rules=Rules) as session:
        await session.assign(plans={}, user_names={"HH": "bad"})
        await check_now(session, ALL_CHECKS)
        assert [one.code for one in session.now.found[USER_NAMES]] == ["plugin-raised"]
        await check_now(session, (PLANS,))
        assert [one.code for one in standing_errors(session.engine, session.now)] == ["plugin-raised"]
        await session.assign(plans={}, user_names={})
        await check_now(session, (USER_NAMES,))
        assert standing_errors(session.engine, session.now) == ()


NAMES = st.sampled_from(["plans", "transfer", "raised"])
CODES = st.sampled_from(["a", "b", "c"])


def finding(code: str) -> Finding:
    return Finding(code=code, severity=Severity.INFO, plugin="p", subjects=(), message=code, remedy="r")


@given(st.lists(st.tuples(NAMES, st.lists(CODES, max_size=3)), max_size=12))
def test_the_log_holds_what_each_filed_last_and_tells_each_finding_once(filed: list[tuple[str, list[str]]]) -> None:
    events = EventHub()
    log = FindingLog(events)
    with events.subscribe() as stream:
        for name, codes in filed:
            log.file(name, map(finding, codes))
        events_told = [stream.receive_nowait().event for _ in range(stream.statistics().current_buffer_used)]
    told = [event.finding.code for event in events_told if isinstance(event, FindingRaised)]
    last = dict(filed)
    assert {one.code for one in log.all} == {code for codes in last.values() for code in codes}
    assert len(told) == len(set(told))
    assert set(told) == {code for _, codes in filed for code in codes}
