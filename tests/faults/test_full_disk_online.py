"""The disk of the tenant is full: 507, exit 4 and a clear remedy; with room the same command ends, and no restart."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like, assert_journal_says_no_more_than_is_true
from tests.faults.processes import run, served_tenant
from tests.faults.sites import TENANT, FaultySite
from tests.faults.small_disk import small_disk

ROOM = 128 << 20
SIZES = random.Random(3).sample(range(500 << 10, 7_000 << 10, 4 << 10), 6)
"""Sizes of the disk: from hardly more than an empty tenant to almost all that is uploaded."""

IMPORTING = [8_500 << 10, 12_000 << 10]
"""Sizes that have room for all contents but not for the database that is made of them."""


@pytest.mark.parametrize("size", [*SIZES, *IMPORTING])
def test_a_full_tenant_stops_the_run_until_there_is_room(
    calm: Calm, site: FaultySite, tmp_path: Path, size: int
) -> None:
    workspace = tmp_path / "work"
    with (
        small_disk(tmp_path / "disk", size) as disk,
        served_tenant(tmp_path, words=site.site.plans, settings=TENANT, name="disk/tenant") as tenant,
    ):
        command, settings = site.migrate(workspace), site.settings(tenant)
        full = run(*command, folder=tmp_path, extra=settings)
        assert (full.code, full.result["error"]["code"]) == (4, "storage-full"), full.result["error"]
        assert "room" in full.result["error"]["remedy"]
        assert full.result["receipt"] is None
        assert_journal_says_no_more_than_is_true(workspace, tenant)
        disk.resize(ROOM)
        ended = run(*command, folder=tmp_path, extra=settings)
        assert_ended_like(calm.end, ended, workspace, tenant)
        if full.result["sent"]["files"]:
            assert ended.result["sent"]["files"] < len(calm.end.files)
