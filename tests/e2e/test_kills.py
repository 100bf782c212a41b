"""Processes that are really killed: whatever dies, and whenever, the next run ends as if nothing had happened."""

from __future__ import annotations

import json
import platform
import re
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.omt import Site, build, run, serving, start, wait

pytestmark = pytest.mark.posix("the tests speak POSIX signals")

SLOW = ("--limit-rate", "1M")


def confirmed(workspace: Path) -> int:
    with closing(sqlite3.connect(workspace / "journal.sqlite")) as journal:
        return int(journal.execute("SELECT count(*) FROM items WHERE state = 'confirmed'").fetchone()[0])


def manifest_of(workspace: Path) -> set[tuple[str, str, str | None]]:
    """What ended online, but for the database, whose parts follow the snapshot."""
    lines = map(json.loads, (workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    return {(line["stage"], line["key"], line["digest"]) for line in lines if line["stage"] != "database"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """An installation that test migrations never change, and how one ends that nobody disturbs."""

    site: Site
    manifest: set[tuple[str, str, str | None]]
    files: int


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    folder = tmp_path_factory.mktemp("calm")
    site = build(folder, documents=120)
    with serving(folder, words=site.plans) as tenant:
        answers = site.answer(tenant, test_migration=True)
        ended = run("migrate", "--answers", answers, "--workspace", folder / "work", folder=folder)
        assert ended.code == 0, ended.errors
        return Calm(site=site, manifest=manifest_of(folder / "work"), files=ended.result["sent"]["files"])


def kill_when(site: Site, workspace: Path, event: str, nth: int, answers: Path) -> None:
    """Start a migration and kill -9 it at the nth event of this kind."""
    process = start("migrate", "--answers", answers, "--workspace", workspace, *SLOW, folder=workspace.parent)
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen += json.loads(line)["event"] == event
        if seen == nth:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("event", "nth"), [("stage", 3), ("stage", 9), ("progress", 1), ("progress", 8)])
def test_a_killed_tool_goes_on_where_it_was(tmp_path: Path, calm: Calm, event: str, nth: int) -> None:
    site = calm.site
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant, test_migration=True)
        kill_when(site, workspace, event, nth, answers)
        before = confirmed(workspace)
        done = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert done.code == 0, done.errors
        assert manifest_of(workspace) == calm.manifest
        counted = done.result["sent"]["files"] + done.result["skipped"]["files"]
        assert counted == calm.files
        assert done.result["skipped"]["files"] <= before
        assert run("verify", done.result["receipt"], folder=tmp_path).code == 0


def test_a_killed_tenant_is_waited_for_and_believed_only_as_far_as_it_was_durable(tmp_path: Path, calm: Calm) -> None:
    site = calm.site
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        port = tenant.url.rpartition(":")[2]
        answers = site.answer(tenant, test_migration=True)
        process = start("migrate", "--answers", answers, "--workspace", workspace, *SLOW, folder=tmp_path)
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "progress":
                break
        tenant.process.send_signal(signal.SIGKILL)
        tenant.process.wait(timeout=60)
        with serving(tmp_path, words=("--port", port)):
            rest = process.stdout.read()
            assert process.wait(timeout=240) == 0, rest
            result = json.loads(rest.splitlines()[-1])
            assert result["exit_code"] == 0
            assert manifest_of(workspace) == calm.manifest
            assert run("verify", result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0
        assert run("tenant", "verify", tenant.directory, folder=tmp_path).code == 0
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()


def test_ctrl_c_ends_with_130_and_the_same_command_goes_on(tmp_path: Path, calm: Calm) -> None:
    site = calm.site
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant, test_migration=True)
        process = start("migrate", "--answers", answers, "--workspace", workspace, *SLOW, folder=tmp_path)
        assert process.stdout is not None
        first = ""
        for line in process.stdout:
            first = line
            if json.loads(line)["event"] == "progress":
                break
        process.send_signal(signal.SIGINT)
        stopped = wait(process)
        assert first
        assert (stopped.code, stopped.result["error"]["code"]) == (130, "interrupted")
        done = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert done.code == 0, done.errors
        assert manifest_of(workspace) == calm.manifest


def test_a_crash_while_frozen_is_thawed_by_another_process_on_another_day(tmp_path: Path) -> None:
    site = build(tmp_path, documents=120)
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    database = site.directory / "machine/C/SuperOffice/Data/crm.sqlite"
    original = config.read_bytes()
    workspace = tmp_path / "work"

    def events() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute("SELECT * FROM systemevent ORDER BY 1").fetchall()

    before = events()
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant)
        kill_when(site, workspace, "progress", 1, answers)
        assert config.read_bytes() != original
        assert len(events()) == len(before) + 1
        refused = run("purge", "--workspace", workspace, folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (2, "purge-frozen")
        thawed = run("thaw", "--workspace", workspace, folder=tmp_path)
        assert thawed.code == 0, thawed.errors
        assert config.read_bytes() == original
        assert events() == before
        again = run("thaw", "--workspace", workspace, folder=tmp_path)
        assert again.code == 0
        told, not_looked_at = [line["message"] for line in again.lines if line["event"] == "notice"]
        assert re.fullmatch(
            r"What this migration had frozen was thawed on 20[-0-9]{8} [0-9]{2}:[0-9]{2} [-+][0-9]{4}\.", told
        )
        assert "was not looked at" in not_looked_at
        assert "`omt thaw --answers FILE`" in not_looked_at
        done = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert done.code == 0, done.errors
        assert config.read_bytes() != original


def test_a_crash_while_frozen_is_thawed_by_another_account_that_has_no_journal(tmp_path: Path) -> None:
    site = build(tmp_path, documents=120)
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    database = site.directory / "machine/C/SuperOffice/Data/crm.sqlite"
    original = config.read_bytes()

    def events() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute("SELECT * FROM systemevent ORDER BY 1").fetchall()

    before = events()
    elsewhere = {"HOME": str(tmp_path / "other"), "XDG_DATA_HOME": str(tmp_path / "other/data")}
    with serving(tmp_path, words=site.plans) as tenant:
        answers, workspace = site.answer(tenant), tmp_path / "work"
        kill_when(site, workspace, "progress", 1, answers)
        lost = run("status", folder=tmp_path, extra=elsewhere)
        assert (lost.code, lost.result["error"]["code"]) == (2, "workspace-empty")
        assert str(tmp_path / "other") in lost.result["error"]["message"]
        thawed = run("thaw", "--answers", answers, folder=tmp_path, extra=elsewhere)
        assert thawed.code == 0, thawed.errors
        assert (config.read_bytes(), events()) == (original, before)
        told = " ".join(line["message"] for line in thawed.lines if line["event"] == "notice")
        assert f"on {platform.node()} at 20" in told
        assert str(workspace) in told
        # Whoever goes on with the migration freezes again, whatever their journal believes.
        done = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert done.code == 0, done.errors
        assert config.read_bytes() != original


def test_users_who_were_let_in_while_the_tenant_imported_are_not_lost_in_silence(tmp_path: Path) -> None:
    """Two Ctrl-C stop the tool, not the import: the tenant completes the live migration by itself."""
    site, workspace = build(tmp_path, documents=20), tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant)
        process = start("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if told["event"] == "progress" and told["stage"] == "finishing":
                break
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        stopped = wait(process)
        assert (stopped.code, stopped.result["error"]["code"]) == (130, "interrupted")
        assert "may complete it by itself" in stopped.result["error"]["message"]
        assert "omt thaw" not in stopped.result["error"]["remedy"]
        (state,) = [line for line in run("status", "--workspace", workspace, folder=tmp_path).lines
                    if line["event"] == "workspace"]  # fmt: skip
        assert (state["frozen"], state["importing"]) == (True, True)
        refused = run("thaw", "--workspace", workspace, folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (4, "thaw-while-importing")
        until = time.monotonic() + 60
        while not list((tenant.directory / "receipts").glob("*.json")) and time.monotonic() < until:
            time.sleep(0.2)
        thawed = run("thaw", "--workspace", workspace, "--answers", answers, folder=tmp_path)
        assert (thawed.code, thawed.codes()) == (0, {"thawed-while-importing"}), thawed.errors
        done = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert (done.code, done.result["error"]["code"]) == (1, "users-let-in-meanwhile")
        assert "entered-after-import" in done.codes()
        assert "knows nothing of the migration" not in " ".join(
            line["message"] for line in done.lines if line["event"] == "notice"
        )
        assert done.result["receipt"] is not None
        again = run("migrate", "--answers", answers, "--workspace", workspace, "--recover", "missing", folder=tmp_path)
        assert again.code == 0, again.errors


def test_a_tenant_that_is_gone_for_a_while_is_waited_for(tmp_path: Path, calm: Calm) -> None:
    site = calm.site
    workspace = tmp_path / "work"
    with serving(tmp_path, words=site.plans) as tenant:
        port = tenant.url.rpartition(":")[2]
        answers = site.answer(tenant, test_migration=True)
        process = start("migrate", "--answers", answers, "--workspace", workspace, *SLOW, folder=tmp_path)
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "progress":
                break
        tenant.process.terminate()
        tenant.process.wait(timeout=60)
        for line in process.stdout:
            if json.loads(line)["event"] == "notice":
                break  # the tool says that it waits
        with serving(tmp_path, words=("--port", port)):
            ended = wait(process)
            assert ended.code == 0, ended.errors
            assert ended.result["missing"] == ended.result["failed"] == 0
