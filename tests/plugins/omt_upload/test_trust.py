"""By what a confirmed file counts as unchanged: its stamp, its time of change, or its content."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api.items import Item
from omt_upload import inventory
from omt_upload.transfer import transfer
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import SETTINGS, digest_of, folder_items, stage_of, transfer_call, write_files
from tests.plugins.omt_upload.test_transfer import journal_of

pytestmark = pytest.mark.anyio

BEFORE, AFTER = b"as it was before", b"and how it is now"[:16]


def items_of(folder: Path, *, with_change_time: bool) -> list[Item]:
    """Items as the archive tells them, on a system that tells the time of change or on one that does not."""
    return [
        replace(item, ctime_ns=item.path.stat().st_ctime_ns if with_change_time and item.path is not None else 0)
        for item in folder_items("documents", folder)
    ]


async def moved(  # noqa: PLR0917 - what a run is made of
    tmp_path: Path, tenant: MemoryTenant, items: list[Item], commit: bool, trust: str, baseline: bool
) -> None:
    async with journal_of(tmp_path, baseline=baseline) as journal:
        call = transfer_call(
            journal, MemoryMigration(tenant), tmp_path, stage_of("documents", items), commit=commit,
            baseline_only=baseline,
        )  # fmt: skip
        await transfer(call, SETTINGS.model_copy(update={"trust": trust}))


@pytest.mark.parametrize(
    ("trust", "with_change_time", "copied_ahead", "baseline", "noticed"),
    [
        ("auto", True, True, False, True),
        ("auto", False, True, False, True),
        ("auto", False, False, True, False),
        ("auto", True, False, True, True),
        ("size-and-time", True, True, False, True),
        ("size-and-time", False, True, False, False),
        ("content", False, True, False, True),
        ("content", False, False, True, True),
    ],
)
async def test_other_content_with_the_size_and_time_of_before(  # noqa: PLR0917 - the table's columns
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trust: str, with_change_time: bool, copied_ahead: bool,
    baseline: bool, noticed: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(inventory, "SYSTEM_HAS_CHANGE_TIME", with_change_time)
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"a.doc": BEFORE, "b.doc": b"always the same"})
    await moved(
        tmp_path, tenant, items_of(folder, with_change_time=with_change_time), not copied_ahead, trust, baseline=False
    )
    stamp = (folder / "a.doc").stat()
    (folder / "a.doc").write_bytes(AFTER)
    os.utime(folder / "a.doc", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    await moved(tmp_path, tenant, items_of(folder, with_change_time=with_change_time), True, trust, baseline)
    assert (digest_of(AFTER) in tenant.manifest("documents")) is noticed
    assert tenant.landings[digest_of(b"always the same")] == 1


async def test_what_was_compared_once_is_not_read_again_in_the_run_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "SYSTEM_HAS_CHANGE_TIME", False)
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"a.doc": BEFORE})
    items = items_of(folder, with_change_time=False)
    await moved(tmp_path, tenant, items, False, "auto", baseline=False)
    await moved(tmp_path, tenant, items, True, "auto", baseline=False)
    (folder / "a.doc").unlink()
    await moved(tmp_path, tenant, items, True, "auto", baseline=False)
    assert digest_of(BEFORE) in tenant.manifest("documents")
