"""Everything that can be wrong on site: each finding held against what was planted, none missed and none invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from omt_simulator import PLANTS
from tests.e2e.omt import Ended, Site, build, run, say, serving

FOUND = {
    "blank-name": "document-name-blank",
    "email-on-other-card": "addresses-removed-online",
    "hostile-name": "document-name-hostile",
    "invalid-email": "user-email-invalid",
    "duplicate-email": "user-email-duplicate",
    "missing-associate": "document-without-owner",
    "missing-file": "document-file-missing",
    "model-table-missing": "model-table-missing",
    "no-admin-plan": "no-administrator-with-plan",
    "no-appointment": "document-without-appointment",
    "no-email": "user-without-email",
    "on-travel": "user-on-travel",
    "orphan": "file-without-document",
    "other-provider": "document-stored-elsewhere",
    "satellite": "satellite-active",
    "sentry-addon": "sentry-addon-registered",
    "unreadable": "file-unreadable",
    "wrong-period": "document-file-misplaced",
    "zero-bytes": "document-empty",
}
"""The code by which a plant is found. The subjects are those of the truth, all and no others."""

ELSEWHERE = {"wrong-case", "licence-change", "over-plan", "partner-module"}
"""Plants that are no finding of `check`: moved like any file; an error of the next run (test_refusals); plan-full; and
who has a partner's module has the plan that they have without it."""

ALWAYS = {"archive-files-ignored", "left-on-site"}
"""Told about every installation, as information: it has a log and personal files, and secrets that stay."""

WITHOUT_TENANT = {"plans-not-checked", "user-names-not-checked-online"}

DOCUMENTS = {
    "blank_name": 3, "hostile_name": 12, "missing_associate": 2, "missing_file": 3, "no_appointment": 2, "orphan": 3,
    "other_provider": 2, "unreadable": 2, "wrong_case": 4, "wrong_period": 2, "zero_bytes": 2,
}  # fmt: skip
USERS = {
    "duplicate_email": 1,
    "email_on_other_card": 2,
    "invalid_email": 6,
    "no_email": 2,
    "on_travel": 2,
    "partner_module": 2,
}
STATES = {"model_table_missing": 2, "satellite": 2, "sentry_addon": 2}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation in which all is wrong that can be wrong at the same time."""
    return build(tmp_path_factory.mktemp("everything"), users=20, **DOCUMENTS, **USERS, **STATES)


def planted(site: Site) -> dict[str, set[str]]:
    """What `check` has to find: the subjects of each code."""
    plants: Mapping[str, Any] = site.truth["plants"]
    unlicensed = {"user-without-licence": unplanned(site)} if unplanned(site) else {}
    return {FOUND[slug]: subjects(site, slug) for slug in plants if slug in FOUND} | unlicensed


def unplanned(site: Site) -> set[str]:
    """All users without a plan on site; who has a partner's module of a plan's name is one of them."""
    return {user["login"] for user in site.truth["users"] if not user["plan"] and not user["retired"]}


def subjects(site: Site, slug: str) -> set[str]:
    """All subjects of a plant."""
    return {subject for item in site.truth["plants"][slug]["items"] for subject in item["subjects"]}


def found(ended: Ended) -> dict[str, set[str]]:
    """What was found, but for what is told about every installation."""
    return {code: ended.subjects(code) for code in ended.codes() - ALWAYS}


def test_the_tests_know_every_plant() -> None:
    assert {*FOUND, *ELSEWHERE} == set(PLANTS)
    assert {slug.replace("_", "-") for slug in (*DOCUMENTS, *USERS, *STATES)} >= set(PLANTS) - {
        "no-admin-plan", "licence-change", "over-plan",
    }  # fmt: skip


def test_a_clean_installation_has_no_error_and_no_warning(tmp_path: Path) -> None:
    site = build(tmp_path)
    alone = run("check", "--answers", site.answers, folder=tmp_path)
    assert (alone.code, alone.codes()) == (0, ALWAYS | WITHOUT_TENANT)
    with serving(tmp_path, words=site.plans) as tenant:
        checked = run("check", "--answers", site.answer(tenant), folder=tmp_path)
        assert (checked.code, checked.codes()) == (0, ALWAYS)
        assert {finding["severity"] for finding in checked.result["findings"]} == {"info"}


def test_each_plant_is_found_without_a_tenant_and_nothing_else(everything: Site) -> None:
    checked = run("check", "--answers", everything.answers, folder=everything.folder)
    assert checked.code == 1
    # Nobody has a user name before there is a tenant, so nobody else's address can equal one.
    expected = planted(everything)
    del expected["addresses-removed-online"]
    assert found(checked) == {**expected, **{code: set() for code in WITHOUT_TENANT}}


def test_each_plant_is_found_with_a_tenant_and_nothing_else(everything: Site) -> None:
    with serving(everything.folder, words=everything.plans) as tenant:
        answers = everything.answer(tenant)
        checked = run("check", "--answers", answers, folder=everything.folder)
        assert checked.code == 1
        with_plan = {user["login"] for user in everything.truth["users"] if user["plan"]}
        expected = {
            **planted(everything),
            "user-name-duplicate": subjects(everything, "duplicate-email"),
            "user-name-missing": (subjects(everything, "invalid-email") | subjects(everything, "no-email")) & with_plan,
        }
        assert unplanned(everything) & subjects(everything, "partner-module")
        expected["user-without-plan"] = unplanned(everything)
        assert found(checked) == expected

        workspace = everything.folder / "refused"
        refused = run("migrate", "--answers", answers, "--workspace", workspace, folder=everything.folder)
        assert (refused.code, refused.result["error"]["code"]) == (1, "findings-stand")
        assert refused.result["sent"] == {"files": 0, "bytes": 0}


def test_a_person_reads_each_finding_with_what_to_do(everything: Site) -> None:
    code, seen = say("check", "--answers", everything.answers, folder=everything.folder)
    assert code == 1
    assert "Traceback" not in seen
    told = [line.split()[1] for line in seen.splitlines() if line.startswith(("error ", "warning ", "info "))]
    assert set(told) >= set(planted(everything)) - {"addresses-removed-online"}
    severities = [line.split()[0] for line in seen.splitlines() if line.startswith(("error ", "warning ", "info "))]
    assert severities[-1] == "error"  # what it comes to, at last
    assert severities[:-1] == sorted(severities[:-1], key=["error", "warning", "info"].index)
    assert "\x01" not in seen


def test_users_without_plans_and_plans_without_seats_are_found(tmp_path: Path) -> None:
    site = build(tmp_path, users=16, documents=20, over_plan=2, no_admin_plan=1)
    (plan, *_) = site.truth["plants"]["over-plan"]["items"]
    with serving(tmp_path, words=site.plans) as tenant:
        checked = run("check", "--answers", site.answer(tenant), folder=tmp_path)
        assert checked.code == 1
        assert checked.subjects("no-administrator-with-plan") == subjects(site, "no-admin-plan")
        waiting = checked.subjects("plan-full") - {plan["plan"]}
        assert waiting < set(plan["logins"])
        assert len(waiting) == plan["used"] - plan["total"]
        assert checked.subjects("user-without-licence") == subjects(site, "no-admin-plan")
        assert checked.codes() - ALWAYS == {
            "no-administrator-with-plan", "plan-full", "user-without-licence", "user-without-plan",
        }  # fmt: skip

        # Who insists on more users than there are seats is refused, by the names of all of them.
        insisting = site.answer(tenant, name="insisting.toml")
        assign = ", ".join(f'"{login}" = "{plan["plan"]}"' for login in plan["logins"])
        text = insisting.read_text(encoding="utf-8")
        insisting.write_text(text.replace("[plans]", f"[plans]\nassign = {{ {assign} }}"), encoding="utf-8")
        refused = run("check", "--answers", insisting, folder=tmp_path)
        assert refused.subjects("plan-overbooked") == {plan["plan"], *plan["logins"]}
