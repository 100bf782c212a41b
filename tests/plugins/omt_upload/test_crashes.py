"""Any sequence of crashes, each at any call, then an undisturbed run: the same end state, and nothing sent twice."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from omt_core.api.decisions import MigrationMode
from omt_core.journal import Journal
from omt_protocol.bundle.writer import USTAR
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import folder_items, stage_of, transfer_call, write_files

SMALL_PIECES = UploadSettings(
    parallel_uploads=2,
    readers=2,
    bundle_bytes=1 << 16,
    bundle_members=4,
    seconds_per_request=1e-9,
    shortest_request=900,
)
FILES = {
    **{f"{number:02}.txt": bytes([number]) * (number * 37) for number in range(12)},
    "again.txt": bytes([5]) * (5 * 37),
    "large.bin": bytes(range(256)) * 20,
    "large again.bin": bytes(range(256)) * 20,
    "member.bin": bytes(range(255, -1, -1)) * 7,
}


class CrashError(Exception):
    """The process is gone."""


class Fuse:
    """Burns down with every call, before or after its effect, and lets nothing through any more once it is out."""

    def __init__(self, calls: int, *, after_effect: bool) -> None:
        self.left = calls
        self.after_effect = after_effect

    def guard(self, target: Any) -> Any:
        return _Guarded(target, self)


class _Guarded:
    def __init__(self, target: Any, fuse: Fuse) -> None:
        self._target = target
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value) or name == "records":
            return value
        fuse = self._fuse

        async def call(*args: Any, **kwargs: Any) -> Any:
            fuse.left -= 1
            if fuse.left < 0 or (fuse.left == 0 and not fuse.after_effect):
                raise CrashError
            with anyio.CancelScope(shield=True):
                result = await value(*args, **kwargs)
            if fuse.left <= 0:
                raise CrashError
            return result

        return call


async def run_with(crashes: Sequence[tuple[int, bool]]) -> MemoryTenant:
    tenant = MemoryTenant()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder / "archive", FILES)
        for fuse in [*(Fuse(calls, after_effect=after) for calls, after in crashes), Fuse(10**9, after_effect=True)]:
            async with Journal.open(folder / "journal.sqlite") as journal:
                await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
                migration = MemoryMigration(tenant, chunk_bytes=1_500, bundle_bytes=1 << 13, member_bytes=2_000)
                call = transfer_call(
                    fuse.guard(journal),
                    fuse.guard(migration),
                    folder,
                    stage_of("documents", folder_items("documents", folder / "archive")),
                    stage_of("templates", folder_items("templates", folder / "archive")[:5]),
                )
                try:
                    await transfer(call, SMALL_PIECES)
                except CrashError:
                    continue
        async with Journal.open(folder / "journal.sqlite") as journal:
            assert await journal.uploads.unfinished() == []
            totals = await journal.items.totals()
            assert all(stage.confirmed_items == stage.items for stage in totals.values())
    return tenant


@pytest.fixture(scope="module")
def undisturbed() -> MemoryTenant:
    return anyio.run(run_with, [])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crashes=st.lists(st.tuples(st.integers(1, 90), st.booleans()), max_size=4))
@example(crashes=[(calls, True) for calls in range(1, 60, 7)])
@example(crashes=[(calls, False) for calls in range(60, 1, -7)])
def test_any_crashes_and_a_last_run_end_like_a_run_without_crashes(
    undisturbed: MemoryTenant, crashes: list[tuple[int, bool]]
) -> None:
    tenant = anyio.run(run_with, crashes)
    assert {stage: manifest.digest for stage, manifest in tenant.committed.items()} == {
        stage: manifest.digest for stage, manifest in undisturbed.committed.items()
    }
    assert tenant.contents == undisturbed.contents
    # What the tenant had confirmed is never sent again, whatever the journal missed of it.
    assert set(tenant.landings.values()) == {1}
    # A crash costs at most one body per worker: what was durable online is not sent twice. How many bundles there are
    # depends on how fast the line was found to be, and each has an end of its own.
    ends = len(USTAR.end) * max(0, len(tenant.bundles) - len(undisturbed.bundles))
    assert sum(tenant.bodies) <= sum(undisturbed.bodies) + ends + len(crashes) * 6 * 1_500
