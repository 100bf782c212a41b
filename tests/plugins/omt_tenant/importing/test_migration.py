from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import anyio
import duckdb
import pyarrow as pa
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.online import UserAssignment
from omt_protocol.receipt import check_manifest
from omt_tenant.importing import (
    ImportSettings,
    VerificationFailedError,
    decisions,
    files,
    import_migration,
    receipt,
)
from omt_tenant.importing.tables import TableImporter

HH = UserAssignment(login="HH", associate_id=1, plan="SalesPREM", user_name="h.h@example.com")


class Cut(BaseException):
    """The power is cut here."""


def state_of(tenant):
    """What is the same after any history: all but the time of completion and the names of files."""
    header = tenant.receipt().header.model_dump()
    del header["completed_at"]
    tables = {name: tenant.query(f'SELECT * FROM "{name}" ORDER BY 1') for name in ("associate", "email")}
    return header, tables, tenant.query("SELECT * FROM omt.users"), tenant.current.manifest.read_bytes()


def test_an_import_ends_with_a_database_a_manifest_and_a_receipt_that_fits_them(tenant):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(HH,))
    imported = tenant.run()
    header = tenant.receipt().header
    assert list(check_manifest(header, imported.manifest)) == []
    assert (header.tenant, header.migration, header.kind, header.snapshot) == (
        "Cust12345",
        "m-1",
        MigrationKind.TEST,
        "snapshot-1",
    )
    assert header.files.model_dump() == {"verified": 2, "bytes": 11, "left_behind": 1}
    assert [(table.table, table.rows) for table in header.tables] == [("ASSOCIATE", 3), ("Email", 4)]
    assert header.plugins == {"archive": "1.0", "database": "1.0"}
    assert header.waivers == ("no-email",)
    assert header.omitted == ("credentials.secret",)
    assert tenant.query('SELECT count(*) FROM "Email"') == [(4,)]
    keys = [(line["stage"], line["key"]) for line in map(json.loads, imported.manifest.read_bytes().splitlines())]
    assert keys == sorted(keys)
    assert tenant.told[-1].state == "done"


def test_progress_rises_and_never_passes_its_total(tenant):
    tenant.put_crm()
    tenant.run()
    for state in ("verifying", "importing"):
        done = [step.done for step in tenant.told if step.state == state]
        assert done == sorted(done)
        assert done[-1] == next(step.total for step in tenant.told if step.state == state)


def test_the_same_import_again_returns_what_is_current(tenant):
    tenant.put_crm()
    first = tenant.run()
    before = first.receipt.read_bytes()
    assert tenant.run() == first
    assert first.receipt.read_bytes() == before
    assert len(set(tenant.swaps)) == 1


def test_a_kill_at_any_progress_and_a_new_call_end_in_the_same_state(tenant, tmp_path):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(HH,))
    child = Path(__file__).with_name("crash_child.py")
    folder = tmp_path / "tenant"
    tenant.pickle(tmp_path / "migration.pickle")
    # In the manifests, in the first table, in the second, before the decisions, and after the swap; parts that an
    # earlier attempt stored are not told of again.
    for when in (2, 5, 5, 5, 5):
        result = subprocess.run([sys.executable, child, folder, str(when)], check=False, capture_output=True)
        assert result.returncode == -signal.SIGKILL, result.stderr.decode()
    tenant.run()
    undisturbed = type(tenant)(tmp_path / "undisturbed", request=tenant.request)
    undisturbed.put_crm()
    undisturbed.run()
    assert state_of(tenant) == state_of(undisturbed)


@pytest.mark.parametrize(
    "step",
    [
        (files.ImportFiles, "finish_database"),
        (files, "move_into_place"),
        (receipt, "move_into_place"),
        (receipt, "write_whole"),
        (TableImporter, "_append"),
        (TableImporter, "_fetch"),
        (decisions, "write_users"),
        (decisions, "_measure_changed"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_cut_around_any_step_and_a_new_call_end_in_the_same_state(tenant, tmp_path, monkeypatch, step, before):
    tenant.put_crm()
    module, name = step
    original = getattr(module, name)

    def cut(*arguments):
        if not before:
            original(*arguments)
        raise Cut

    monkeypatch.setattr(module, name, cut)
    with pytest.raises(Cut):
        tenant.run()
    assert tenant.swaps == []
    monkeypatch.undo()
    tenant.run()
    undisturbed = type(tenant)(tmp_path / "undisturbed")
    undisturbed.put_crm()
    undisturbed.run()
    assert state_of(tenant) == state_of(undisturbed)
    database = tenant.current.database
    assert {path.name for path in database.parent.iterdir()} == {database.name, f"{database.name}.sha256"}


def test_the_digest_of_the_database_lies_beside_it(tenant):
    tenant.put_crm()
    database = tenant.run().database
    digest = hashlib.sha256(database.read_bytes()).hexdigest()
    assert database.with_name(f"{database.name}.sha256").read_text() == f"{digest}  {database.name}\n"


def test_a_cut_after_the_swap_is_no_second_swap(tenant, monkeypatch):
    tenant.put_crm()

    def report(step):
        if step.state == "done":
            raise Cut

    with pytest.raises(Cut):
        tenant.run(report=report)
    receipt = tenant.current.receipt.read_bytes()
    tenant.run()
    assert len(set(tenant.swaps)) == 1
    assert tenant.current.receipt.read_bytes() == receipt


def test_a_table_that_was_finished_is_not_imported_again(tenant, monkeypatch):
    tenant.put_crm()

    def stop(step):
        if step.detail == "Importing Email":
            raise Cut

    with pytest.raises(Cut):
        tenant.run(report=stop)
    imported = []
    original = TableImporter.import_table
    monkeypatch.setattr(
        TableImporter, "import_table", lambda self, name, *rest: imported.append(name) or original(self, name, *rest)
    )
    tenant.run()
    assert imported == ["Email"]


def test_an_unfinished_database_that_cannot_be_opened_is_made_anew(tenant):
    tenant.put_crm()

    def stop(step):
        if step.detail == "Importing Email":
            raise Cut

    with pytest.raises(Cut):
        tenant.run(report=stop)
    (unfinished,) = (tenant.root / "databases").glob("*.building/crm.duckdb")
    unfinished.write_bytes(b"\0" * 20_000)
    tenant.run()
    assert tenant.query("SELECT count(*) FROM associate") == [(3,)]


def test_a_recovery_of_missing_files_leaves_the_database_as_it_is(tenant):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(HH,))
    first = tenant.run()
    before = hashlib.sha256(first.database.read_bytes()).hexdigest()
    header = tenant.receipt().header
    tenant.put_file("documents", "4712", b"found again")
    tenant.request = replace(tenant.request, users=(), omitted=())
    second = tenant.run(keep_database=True)
    assert second.database == first.database
    assert hashlib.sha256(second.database.read_bytes()).hexdigest() == before
    renewed = tenant.receipt().header
    assert renewed.files.model_dump() == {"verified": 3, "bytes": 22, "left_behind": 0}
    assert (renewed.tables, renewed.changes, renewed.changed_tables) == (
        header.tables,
        header.changes,
        header.changed_tables,
    )
    assert renewed.omitted == header.omitted
    assert list(check_manifest(renewed, second.manifest)) == []
    assert first.receipt.exists(), "the earlier receipt is history"


def test_a_recovery_of_missing_files_refuses_another_database(tenant):
    tenant.put_crm()
    first = tenant.run()
    tenant.snapshot = "snapshot-2"
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run(keep_database=True)
    assert [detail.code for detail in refused.value.details] == ["database-changed"]
    assert tenant.current == first


def test_a_recovery_before_any_import_is_refused(tenant):
    tenant.put_file("documents", "1", b"x")
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run(keep_database=True)
    assert [detail.code for detail in refused.value.details] == ["nothing-imported"]


def test_a_recovery_refuses_to_repeat_a_receipt_that_was_tampered_with(tenant):
    tenant.put_crm()
    first = tenant.run()
    first.receipt.write_bytes(first.receipt.read_bytes().replace(b'"rows":3', b'"rows":4'))
    tenant.put_file("documents", "4712", b"found again")
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run(keep_database=True)
    assert [detail.code for detail in refused.value.details] == ["receipt-damaged"]


def test_overwriting_a_test_resets_users_and_authorisations_and_removes_the_old_database(tenant):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(HH,))
    first = tenant.run()
    with duckdb.connect(str(first.database)) as connection:
        connection.execute("INSERT INTO omt.authorisations VALUES ('app', 'HH')")
    tenant.snapshot, tenant.kind = "snapshot-2", MigrationKind.LIVE
    tenant.request = replace(tenant.request, users=())
    second = tenant.run()
    assert second.database != first.database
    assert not first.database.exists()
    assert tenant.query("SELECT * FROM omt.authorisations") == []
    assert tenant.query("SELECT * FROM omt.users") == []
    assert tenant.receipt().header.kind is MigrationKind.LIVE


def test_a_refused_import_changes_nothing_that_is_online(tenant):
    tenant.put_crm()
    first = tenant.run()
    content = first.database.read_bytes(), first.receipt.read_bytes()
    tenant.snapshot = "snapshot-2"
    tenant.put_table("wrong", pa.table({"a": [1]}), fingerprint="0" * 32)
    with pytest.raises(VerificationFailedError):
        tenant.run()
    assert tenant.current == first
    assert (first.database.read_bytes(), first.receipt.read_bytes()) == content
    assert not list((tenant.root / "databases").glob("*.building"))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_the_event_loop_is_told_of_progress_and_stays_free(tenant):
    tenant.put_crm()
    told = []
    imported = await import_migration(
        tenant.migration(), tenant.surroundings(), settings=ImportSettings(), progress=told.append
    )
    assert tenant.current == imported
    assert told[-1].state == "done"


@pytest.mark.anyio
async def test_a_cancelled_import_stops_between_two_parts_and_goes_on_later(tenant):
    tenant.put_crm()
    with anyio.CancelScope() as scope:
        await import_migration(
            tenant.migration(), tenant.surroundings(), settings=ImportSettings(), progress=lambda _: scope.cancel()
        )
    assert scope.cancelled_caught
    assert tenant.current is None
    tenant.run()
    assert tenant.query("SELECT count(*) FROM associate") == [(3,)]
