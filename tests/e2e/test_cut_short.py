"""Overwrites that were cut short, and stops before anything began: the next command knows what is online."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.omt import Site, build, run, serving, start, wait
from tests.e2e.test_kills import manifest_of
from tests.e2e.test_test_migration import on_site

pytestmark = pytest.mark.posix("the tests speak POSIX signals")


def pin(workspace: Path, **pins: str) -> None:
    """Put into the journal what a process that was killed would have left there."""
    with closing(sqlite3.connect(workspace / "journal.sqlite")) as journal, journal:
        journal.executemany("INSERT OR REPLACE INTO pins (name, value) VALUES (?, ?)", pins.items())


def pinned(workspace: Path) -> dict[str, str]:
    with closing(sqlite3.connect(workspace / "journal.sqlite")) as journal:
        return dict(journal.execute("SELECT name, value FROM pins"))


def forget_a_document(site: Site) -> None:
    """Have the CRM forget a document, as a user would who deletes it."""
    with closing(sqlite3.connect(site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        crm.execute("DELETE FROM document WHERE document_id = (SELECT max(document_id) FROM document)")


def kill_behind_the_documents(workspace: Path, answers: Path) -> None:
    """Start a migration and kill -9 it once it is through with the documents, and before it is completed."""
    process = start("migrate", "--answers", answers, "--workspace", workspace, folder=workspace.parent)
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if (event["event"], event.get("stage"), event.get("state")) == ("stage", "documents", "succeeded"):
            break
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def test_an_overwrite_that_was_killed_does_not_take_files_from_what_is_online(tmp_path: Path) -> None:
    site = build(tmp_path)
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant, test_migration=True)
        command = ("migrate", "--answers", answers, "--workspace", workspace)
        assert run(*command, folder=tmp_path).code == 0
        online = manifest_of(workspace)
        forget_a_document(site)
        again = site.answer(tenant, name="again.toml", test_migration=True, recover="overwrite-test")
        kill_behind_the_documents(workspace, again)
        assert pinned(workspace)["overwriting"] == "test"
        forget_a_document(site)
        done = run(*command, "--recover", "missing", folder=tmp_path)
        assert done.code == 0, done.errors
        assert manifest_of(workspace) >= online
        assert done.result["sent"]["files"] == 0
        assert "overwriting" not in pinned(workspace)


def test_going_live_is_finished_by_the_same_command_after_a_kill_behind_the_import(tmp_path: Path) -> None:
    site = build(tmp_path)
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        test = site.answer(tenant, name="test.toml", test_migration=True)
        assert run("migrate", "--answers", test, "--workspace", workspace, folder=tmp_path).code == 0
        live = site.answer(tenant, name="live.toml", test_migration=False, recover="overwrite-test")
        command = ("migrate", "--answers", live, "--workspace", workspace)
        assert run(*command, folder=tmp_path).code == 0
        with closing(sqlite3.connect(workspace / "journal.sqlite")) as journal:
            (known,) = journal.execute("SELECT value FROM notes WHERE owner = 'transfer' AND name = 'migration'")
        pin(workspace, completing=known[0], overwriting=known[0], **{"upload.kind": "test"})
        done = run(*command, folder=tmp_path)
        assert (done.code, done.result["kind"]) == (0, "live"), done.errors
        assert pinned(workspace)["upload.kind"] == "live"


def test_a_run_that_was_killed_while_the_tenant_imports_is_finished_by_the_same_command(tmp_path: Path) -> None:
    site = build(tmp_path)
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        command = ("migrate", "--answers", site.answer(tenant), "--workspace", workspace)
        process = start(*command, folder=tmp_path)
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if (event["event"], event.get("stage")) == ("progress", "finishing"):
                break
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert "completing" in pinned(workspace)
        done = run(*command, folder=tmp_path)
        assert (done.code, done.result["kind"], done.result["sent"]["files"]) == (0, "live", 0), done.errors
        assert done.result["tables"] > 500
        assert "completing" not in pinned(workspace)
        assert run("verify", done.result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0


def test_a_stop_before_the_upload_freezes_nothing(tmp_path: Path) -> None:
    site = build(tmp_path)
    untouched = on_site(site)
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        process = start("migrate", "--answers", site.answer(tenant), "--workspace", workspace, folder=tmp_path)
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "phase-started":
                break
        process.send_signal(signal.SIGINT)
        stopped = wait(process)
        assert (stopped.code, stopped.result["error"]["code"]) == (130, "interrupted")
        assert on_site(site) == untouched


def test_a_stop_is_heard_while_the_freeze_is_confirmed_before_the_import(tmp_path: Path) -> None:
    site = build(tmp_path)
    waiting = ("--plugin", "tests.e2e.partner:WaitsForALock")
    with serving(tmp_path, words=site.plans) as tenant:
        command = ("migrate", "--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        process = start(*command, *waiting, folder=tmp_path, extra=PATHS)
        assert process.stdout is not None
        for line in process.stdout:
            if "Waiting for a lock." in line:
                break
        process.send_signal(signal.SIGINT)
        stopped = wait(process)
        assert (stopped.code, stopped.result["error"]["code"]) == (130, "interrupted")
        assert "still frozen" in stopped.result["error"]["message"]
        assert run(*command, folder=tmp_path).code == 0


PATHS = {"PYTHONPATH": str(Path(__file__).parents[2])}
