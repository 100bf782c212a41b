"""A large file is sent as an upload of its own, unless the transfer is to stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.journal import ItemDigest
from omt_core.journal import Journal
from omt_upload.line.large_file import send_large_file
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import context_for
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    SETTINGS,
    Stop,
    digest_of,
    folder_items,
    stage_of,
    transfer_call,
    write_files,
)

pytestmark = pytest.mark.anyio

CONTENT = b"large" * 20_000


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_file_that_was_hashed_before_is_not_begun_any_more_after_a_stop(tmp_path: Path, stopped: bool) -> None:
    write_files(tmp_path / "archive", {"a": CONTENT})
    (item,) = folder_items("documents", tmp_path / "archive")
    tenant, stop = MemoryTenant(), Stop()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.items.record_inventory([item])
        read = ItemDigest(id=("documents", "a"), digest=digest_of(CONTENT), size=item.size, mtime_ns=item.mtime_ns)
        await journal.items.record_digests([read])
        (record,) = await journal.items.pending(stage="documents", limit=1)
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", [item]), stop=stop)
        if stopped:
            stop.set()
        await send_large_file(StageTransfer(context_for(call, SETTINGS), call.stages[0]), record)
    assert len(tenant.uploads) == (0 if stopped else 1)
