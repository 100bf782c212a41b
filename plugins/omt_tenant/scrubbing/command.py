"""The part `tenant verify DIR`: reads everything that a tenant stores, and changes nothing.

Beside a serving tenant it judges what was stored when it began; only at rest does it also look for files that the index
does not know.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import anyio.to_thread
from filelock import FileLock, Timeout

from omt_core.api import CommandContext, byte_size, quantity, sentence
from omt_protocol.mismatch_report import MismatchReport
from omt_protocol.receipt import Mismatch
from omt_tenant.findings import STORE_MISMATCH
from omt_tenant.importing import ImportSettings
from omt_tenant.scrubbing.counts import CompletedCounts, StoredCounts
from omt_tenant.scrubbing.identity import read_identity, scrub_key
from omt_tenant.scrubbing.index import TenantIndex, open_index, reading_index
from omt_tenant.scrubbing.online import scrub_online
from omt_tenant.scrubbing.receipts import scrub_receipts
from omt_tenant.scrubbing.stored_files import scrub_copies, scrub_stored, scrub_strays
from omt_tenant.settings import TenantSettings
from omt_tenant.store.identity import TenantIdentity
from omt_tenant.store.layout import TenantLayout


async def run_verify(context: CommandContext, options: argparse.Namespace, settings: TenantSettings) -> int:
    """Scrub a tenant's folder; exit code 1 when anything differs. Raises InputError when it is not a tenant's."""
    layout = TenantLayout(cast("Path", options.directory).absolute())
    report, completed = MismatchReport(context, {"store": STORE_MISMATCH}), CompletedCounts()
    with open_index(layout) as index, _at_rest(layout) as at_rest:
        if not at_rest:
            context.print(sentence("The tenant is being served: what lands from now on is not looked at."))
        identity = await _identity(layout, report)
        await report.take(scrub_receipts(layout, identity, completed))
        before = report.total
        await report.take(reading_index(index.check()))
        if report.total == before:
            stored = await _scrub_indexed(layout, index, report, settings.importing, completed, at_rest=at_rest)
            packs, contents = quantity(stored.packs, "pack"), quantity(stored.contents, "content")
            size = byte_size(stored.bytes)
            context.print(
                sentence("Store: {packs}, {contents}, {size} read.", packs=packs, contents=contents, size=size)
            )
        receipts, tables = quantity(completed.receipts, "receipt"), quantity(completed.tables, "table")
        rows = quantity(completed.rows, "row")
        context.print(
            sentence("Completed: {receipts}, {tables} with {rows} read.", receipts=receipts, tables=tables, rows=rows)
        )
    return report.finish(sentence("Verified: everything stored is what it was."))


async def _identity(layout: TenantLayout, report: MismatchReport) -> TenantIdentity | None:
    found = await anyio.to_thread.run_sync(read_identity, layout)
    if isinstance(found, Mismatch):
        report.add(found)
        return None
    await report.take(scrub_key(layout, found))
    return found


async def _scrub_indexed(
    layout: TenantLayout,
    index: TenantIndex,
    report: MismatchReport,
    settings: ImportSettings,
    completed: CompletedCounts,
    *,
    at_rest: bool,
) -> StoredCounts:
    """Check all that is found by the index, which is whole."""
    stored = StoredCounts()
    await report.take(reading_index(scrub_stored(layout, index, stored)))
    if at_rest:
        await report.take(reading_index(scrub_strays(layout, index)))
        await report.take(scrub_copies(layout))
    await report.take(reading_index(scrub_online(index, stored.damage, settings, completed)))
    return stored


@contextmanager
def _at_rest(layout: TenantLayout) -> Iterator[bool]:
    """Hold the lock of the serving process if nobody does, so that nobody begins to serve meanwhile."""
    lock = FileLock(layout.lock, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
