"""What somebody changes on site between the checks and the snapshot is judged before anything of it goes online."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.e2e.omt import Ended, Site, Tenant, build, run, serving

NO_ADMINISTRATOR = "UPDATE userrolelink SET role_id = 4"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation of eight users."""
    return build(tmp_path)


@pytest.fixture
def tenant(tmp_path: Path, site: Site) -> Iterator[Tenant]:
    """A tenant with plans for all of them."""
    with serving(tmp_path, words=site.plans) as served:
        yield served


def crm(site: Site) -> Path:
    """The CRM's database."""
    return site.directory / "machine/C/SuperOffice/Data/crm.sqlite"


def migrate(
    site: Site, tenant: Tenant, change: str, *, plugin: str = "Intrudes", test: bool = False, workspace: str = "work"
) -> Ended:
    """Migrate, and have the database changed by these statements once all checks are answered."""
    return run(
        "migrate", "--answers", site.answer(tenant, test_migration=test), "--workspace", site.folder / workspace,
        "--plugin", f"tests.e2e.partner:{plugin}",
        folder=site.folder,
        extra={**PATHS, "OMT_TEST_CRM": str(crm(site)), "OMT_TEST_CHANGE": change},
    )  # fmt: skip


def frozen_lines(site: Site) -> int:
    """How many of what a freeze writes stand on site."""
    with closing(sqlite3.connect(crm(site))) as database:
        (events,) = database.execute("SELECT count(*) FROM systemevent WHERE eventkey = 'kSENoLogin'").fetchone()
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    return int(events) + config.read_text("latin-1").splitlines().count("frozen")


def users_online(tenant: Tenant) -> Mapping[str, tuple[str | None, str | None]]:
    """Plan and user name of each user that the tenant has, by login."""
    (file,) = (tenant.directory / "databases").glob("*.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute("SELECT login, plan, user_name FROM omt.users").fetchall()
    return {login: (plan, name) for login, plan, name in rows}


def test_users_who_changed_and_block_nothing_go_on_with_what_is_true_now(site: Site, tenant: Tenant) -> None:
    changed = migrate(
        site,
        tenant,
        """
        UPDATE associate SET name = 'GX' WHERE name = 'GS';
        UPDATE associate SET deleted = 1 WHERE name = 'LL';
        UPDATE associate SET deleted = 0 WHERE name = 'KW';
        UPDATE email SET email_address = 'new@nordlys.example.com' WHERE person_id = 6 AND rank = 1;
        """,
    )
    assert changed.code == 0, changed.errors
    assert changed.subjects("users-changed") == {"CE", "GX", "KW", "LL"}
    (told,) = [one["message"] for one in changed.result["findings"] if one["code"] == "users-changed"]
    assert "GS (now GX)" in told
    plans = {user["login"]: user["plan"] for user in site.truth["users"]}
    online = users_online(tenant)
    assert not online.keys() & {"GS", "LL"}
    assert online["GX"][0] == plans["GS"]
    assert online["KW"] == (None, None)
    assert online["CE"] == (plans["CE"], "new@nordlys.example.com")
    assert run("verify", changed.result["receipt"], "--tenant", tenant.url, folder=site.folder).code == 0


@pytest.mark.parametrize("test", [False, True], ids=["live", "test"])
def test_what_the_rules_refuse_stops_the_run_before_anything_is_sent_and_lets_users_in_again(
    site: Site, tenant: Tenant, test: bool
) -> None:
    before = crm(site).read_bytes()
    refused = migrate(site, tenant, NO_ADMINISTRATOR, test=test)
    assert (refused.code, refused.result["error"]["code"]) == (1, "changed-since-checked"), refused.errors
    assert "HH" in refused.result["error"]["message"]
    assert (refused.result["sent"]["bytes"], refused.result["receipt"]) == (0, None)
    assert "no-administrator-with-plan" in refused.codes()
    assert frozen_lines(site) == 0
    crm(site).write_bytes(before)
    done = migrate(site, tenant, "", test=test)
    assert done.code == 0, done.errors
    assert "users-changed" not in done.codes()


def test_rules_of_partners_and_of_the_installation_are_asked_again(site: Site, tenant: Tenant) -> None:
    before = crm(site).read_bytes()
    stranger = "UPDATE person SET lastname = 'Stranger' WHERE person_id = 5"
    refused = migrate(site, tenant, stranger, plugin="IntrudesAndWatches")
    assert refused.result["error"]["code"] == "changed-since-checked"
    assert refused.subjects("partner-says-no") == {"nisa"}
    crm(site).write_bytes(before)
    sentry = "UPDATE userpreference SET prefsection = 'SentryAddonNames' WHERE userpreference_id = 1"
    refused = migrate(site, tenant, sentry)
    assert refused.result["error"]["code"] == "changed-since-checked", refused.errors
    assert "sentry-addon-registered" in refused.codes()


def test_an_address_that_is_somebody_elses_by_now_is_refused_and_told_with_both_names(
    site: Site, tenant: Tenant
) -> None:
    refused = migrate(
        site,
        tenant,
        "DELETE FROM email WHERE person_id = 6;"
        "UPDATE email SET person_id = 6, email_address = 'hanne.hansen.1@nordlys.example.com'"
        " WHERE email_id = (SELECT max(email_id) FROM email)",
    )
    assert refused.result["error"]["code"] == "changed-since-checked", refused.errors
    assert refused.subjects("user-name-duplicate") == {"CE", "HH"}


def test_a_licence_that_is_anothers_by_now_is_refused_as_at_the_start(site: Site, tenant: Tenant) -> None:
    refused = migrate(site, tenant, "UPDATE company SET serialNo = '9999999999'")
    assert (refused.code, refused.result["error"]["code"]) == (3, "licence-identity-changed")
    assert (refused.result["sent"]["bytes"], frozen_lines(site)) == (0, 0)


def test_an_overwritten_test_and_a_run_that_goes_on_are_held_against_their_own_snapshot(
    site: Site, tenant: Tenant
) -> None:
    """A user left between the test and the live migration, and another while that one waited."""
    assert migrate(site, tenant, "", test=True).code == 0
    with closing(sqlite3.connect(crm(site))) as database, database:
        database.execute("UPDATE associate SET deleted = 1 WHERE name = 'LL'")
    answers = site.answer(tenant, recover="overwrite-test")
    live = run("migrate", "--answers", answers, "--workspace", site.folder / "work", folder=site.folder)
    assert live.code == 0, live.errors
    assert live.subjects("decisions-unused") == {"LL"}


PATHS = {"PYTHONPATH": str(Path(__file__).parents[2])}
