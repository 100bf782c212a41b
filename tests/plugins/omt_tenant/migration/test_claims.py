"""Whose migration it is, what may be chosen, and who may work on it."""

from __future__ import annotations

import pytest

from omt_tenant.migration.acceptance import accept_migration
from omt_tenant.settings import TenantSettings

pytestmark = pytest.mark.anyio


async def complete(client, make_line):
    assert (await client.commit("database", make_line("database", "p/1", None))).status == 204
    assert (await client.complete()).status == 202
    assert (await client.finished())["state"] == "done"


async def test_a_new_tenant_waits_for_its_first_migration(connect):
    async with connect() as client:
        tenant = await client.tenant()
        assert (tenant["state"], tenant["migration"]) == ("MigrationPending", None)
        assert (await client.open(recovery="missing")).code == "choice-not-possible"


async def test_an_unfinished_migration_is_resumed_by_opening_it_again(connect):
    async with connect() as client:
        first = (await client.open()).json
        old = dict(client.headers)
        again = (await client.open()).json
        assert first["id"] == again["id"]
        assert first["claim"] != again["claim"]
        answer = await client.call("POST", f"/v1/migrations/{first['id']}/missing", {"contents": []}, headers=old)
        assert answer.code == "migration-claimed"


async def test_another_licence_is_refused_even_between_runs(connect):
    async with connect() as client:
        await client.open()
        assert (await client.open(owner="P")).code == "identity-changed"
        assert (await client.open(serial="2")).code == "identity-changed"
    async with connect() as client:
        assert (await client.open(serial="2")).code == "identity-changed"


async def test_another_client_waits_until_the_claim_lapses(connect, clock):
    async with connect(clocks=clock.clocks, settings=TenantSettings(claim_seconds=60, token_seconds=1e6)) as client:
        await client.open()
        clock.now += 59
        assert await client.missing() == []
        clock.now += 59
        refused = await client.open(client="two")
        assert (refused.status, refused.code) == (409, "migration-claimed")
        assert refused.headers["Retry-After"] == "2"
        clock.now += 1
        assert (await client.open(client="two")).status == 200


async def test_a_claim_that_was_given_back_is_free_at_once(connect):
    async with connect() as client:
        await client.open()
        assert (await client.call("DELETE", f"/v1/migrations/{client.migration}/claim")).status == 204
        assert (await client.open(client="two")).status == 200


async def test_a_claim_outlives_a_restart_of_the_tenant(connect):
    async with connect() as client:
        await client.open()
        headers, migration = client.headers, client.migration
    async with connect() as client:
        assert (await client.open(client="two")).code == "migration-claimed"
        client.headers, client.migration = headers, migration
        assert await client.missing() == []


async def test_the_kind_of_an_unfinished_migration_may_change_but_its_stages_begin_anew(connect, make_line):
    async with connect() as client:
        await client.open("test")
        assert (await client.commit("database", make_line("database", "p/1", None))).status == 204
        assert (await client.open("live")).status == 200
        assert (await client.complete()).code == "stage-missing"


async def test_a_completed_test_leaves_maintenance_and_offers_both_choices(connect, make_line):
    async with connect() as client:
        await client.open("test")
        await complete(client, make_line)
        tenant = await client.tenant()
        assert (tenant["state"], tenant["migration"]["kind"]) == ("OfflineMaintenance", "test")
        assert tenant["migration"]["completed"]
        assert (await client.open("test")).code == "choice-not-possible"
        assert (await client.open("live", "missing")).code == "choice-not-possible"
        assert (await client.open("test", "missing")).status == 200
        assert (await client.open("live", "overwrite-test")).status == 200


async def test_a_test_goes_live_by_overwriting_and_keeps_its_state_until_then(connect, make_line):
    """W97 to W99: MigrationPending, OfflineMaintenance after a test, Running after a live migration."""
    async with connect() as client:
        assert (await client.tenant())["state"] == "MigrationPending"
        await client.open("test")
        await complete(client, make_line)
        await client.open("live", "overwrite-test")
        tenant = await client.tenant()
        assert (tenant["state"], tenant["migration"]["kind"]) == ("OfflineMaintenance", "test")
        await complete(client, make_line)
        assert (await client.tenant())["state"] == "Running"
        assert (await client.open("live", "overwrite-test")).code == "choice-not-possible"
        assert (await client.open("test", "overwrite-test")).code == "choice-not-possible"
        assert (await client.open("live", "missing")).status == 200


async def test_an_abandoned_overwrite_leaves_nothing_to_a_recovery_of_missing_files(connect, make_line, importer):
    async with connect(importer=importer) as client:
        await client.open("test")
        await complete(client, make_line)
        await client.open("test", "overwrite-test")
        await client.commit("documents", make_line("documents", "1", None), snapshot="s2")
        await client.open("test", "missing")
        await client.complete()
        assert (await client.finished())["state"] == "done"
        assert [stage.stage for stage in importer.calls[-1].stages] == ["database"]


async def test_after_acceptance_every_run_is_refused(connect, make_line, tmp_path):
    async with connect() as client:
        await client.open("live")
        await complete(client, make_line)
        assert accept_migration(tmp_path / "tenant") == client.migration  # beside the serving process
        assert (await client.tenant())["migration"]["accepted"]
        for recovery in (None, "missing", "overwrite-test"):
            assert (await client.open("live", recovery)).code == "migration-accepted"
        assert (await client.complete()).code == "migration-accepted"
