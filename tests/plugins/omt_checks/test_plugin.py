"""All rules together, held against what was planted."""

from __future__ import annotations

import pytest

from omt_checks import ChecksPlugin
from omt_checks.catalogue import INSTALLATION_RULES, USER_NAME_RULES, USER_RULES
from omt_checks.rule import CHECK_FAILED, Rule, run_rules
from omt_checks.settings import ChecksSettings
from omt_core.api import InstallationError
from omt_core.api.findings import Severity

pytestmark = pytest.mark.anyio


async def test_a_clean_installation_has_no_warnings_or_errors(clean_site):
    found = await clean_site.findings()
    assert [one for one in found.values() if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize(
    ("slug", "code", "severity"),
    [
        ("duplicate-email", "user-email-duplicate", Severity.WARNING),
        ("invalid-email", "user-email-invalid", Severity.WARNING),
        ("no-email", "user-without-email", Severity.WARNING),
        ("on-travel", "user-on-travel", Severity.ERROR),
        ("satellite", "satellite-active", Severity.ERROR),
        ("sentry-addon", "sentry-addon-registered", Severity.ERROR),
        ("model-table-missing", "model-table-missing", Severity.ERROR),
    ],
)
async def test_each_plant_is_found_exactly(planted_site, slug, code, severity):
    found = (await planted_site.findings())[code]
    assert list(found.subjects) == planted_site.subjects(slug)
    assert found.severity is severity


async def test_nothing_is_found_that_was_not_planted(planted_site, clean_site):
    planted = {code for code, one in (await planted_site.findings()).items() if one.severity is not Severity.INFO}
    assert planted == {
        "user-email-duplicate", "user-email-invalid", "user-without-email", "user-on-travel", "satellite-active",
        "sentry-addon-registered", "model-table-missing",
    }  # fmt: skip


def test_every_rule_has_the_name_of_its_module():
    for rule in (*INSTALLATION_RULES, *USER_RULES, *USER_NAME_RULES):
        assert rule.check.__module__ == f"omt_checks.rules.{rule.name}"


def test_no_two_rules_report_the_same_code():
    codes = [code.code for code in ChecksPlugin(ChecksSettings()).add_finding_codes()]
    assert len(codes) == len(set(codes))


async def test_a_rule_that_raises_is_a_finding_and_stops_no_other():
    async def raising(call, settings):
        raise ValueError("odd")

    async def finding(call, settings):
        return (CHECK_FAILED.finding("seen"),)

    found = await run_rules((Rule("odd", (), raising), Rule("fine", (), finding)), None, ChecksSettings())
    assert [one.message for one in found] == ["The check odd failed: ValueError: odd", "seen"]


async def test_an_error_about_the_installation_stops_the_run_and_is_no_finding_to_be_waived():
    async def gone(call, settings):
        raise InstallationError("database-gone", "The database is gone.", "Start it.")

    with pytest.raises(InstallationError, match="gone"):
        await run_rules((Rule("odd", (), gone),), None, ChecksSettings())
