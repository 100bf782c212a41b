"""The disk of the workspace or of the log is full: a clear word, nothing lost, and with room the same command ends."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like, assert_journal_says_no_more_than_is_true
from tests.faults.processes import ServedTenant, run, start
from tests.faults.sites import FaultySite
from tests.faults.small_disk import small_disk

ROOM = 64 << 20
SMALLEST, LARGEST = 4 << 10, 1_300 << 10
"""Bytes in which not even a journal can begin, and in which all but the last files of a run have room."""

SIZES = [SMALLEST, *random.Random(2).sample(range(SMALLEST, LARGEST, 4 << 10), 5), LARGEST]


@pytest.mark.parametrize("size", SIZES)
def test_a_full_workspace_stops_the_run_until_there_is_room(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, size: int
) -> None:
    with small_disk(tmp_path / "disk", size) as disk:
        workspace = disk.folder / "work"
        command, settings = site.migrate(workspace), site.settings(tenant)
        full = run(*command, folder=tmp_path, extra=settings)
        assert (full.code, full.result["error"]["code"]) == (2, "workspace-not-writable")
        assert "Make room" in full.result["error"]["remedy"]
        assert full.result["receipt"] is None
        assert_journal_says_no_more_than_is_true(workspace, tenant)
        disk.resize(ROOM)
        ended = run(*command, folder=tmp_path, extra=settings)
        assert_ended_like(calm.end, ended, workspace, tenant)
        if full.result["sent"]["files"]:
            assert ended.result["sent"]["files"] < len(calm.end.files)


def test_a_full_workspace_in_a_live_migration_says_that_the_site_is_frozen(
    tmp_path: Path, site: FaultySite, tenant: ServedTenant
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site.site.directory, copy)
    with small_disk(tmp_path / "disk", 400 << 10) as disk:
        words = ("--workspace", disk.folder / "work")
        command = ("migrate", "--answers", copy / site.live.name, *words)
        full = run(*command, folder=tmp_path, extra=site.settings(tenant))
        assert (full.code, full.result["error"]["code"]) == (2, "workspace-not-writable")
        assert "still frozen" in full.result["error"]["message"]
        assert "omt thaw" in full.result["error"]["remedy"]
        disk.resize(ROOM)
        assert run("thaw", *words, folder=tmp_path).code == 0
        assert run(*command, folder=tmp_path, extra=site.settings(tenant)).code == 0


def test_a_full_disk_of_the_log_disturbs_nobody(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "log", 8 << 10) as disk:
        settings = site.settings(tenant, TMPDIR=str(disk.folder))
        running = start("--log-level", "debug", *site.migrate(tmp_path / "work"), folder=tmp_path, extra=settings)
        ended = running.ended()
        assert ended.errors == ""
        assert (disk.folder / "SoMigration" / "omt.log").exists()
        assert_ended_like(calm.end, ended, tmp_path / "work", tenant)
