"""A stage's manifest: written from the journal, sent like any other content, and made the truth about the stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Final
from urllib.parse import quote

import anyio.to_thread

from omt_core.api import (
    WORKSPACE_NOT_WRITABLE,
    ContentRef,
    ItemState,
    OnlineRefusedError,
    Outcome,
    SettledItem,
    StageManifest,
    UploadRequest,
    sentence,
)
from omt_protocol.errors import COMPLETION_RUNNING, CONTENTS_MISSING
from omt_upload.errors import ITEM_NOT_SETTLED
from omt_upload.files.contents import read_part
from omt_upload.line.delivery import Delivery, deliver
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_LEFT_BEHIND: Final = frozenset({ItemState.MISSING, ItemState.FAILED, ItemState.SKIPPED})


async def commit_stage(work: StageTransfer) -> bool:
    """Commit a stage. What was committed before is so again: another run may have begun online since, and dropped it.

    A recovery leaves a stage alone that is as the online side imported it and still holds it.

    Returns False when contents that were confirmed once were not there online any more: they are pending again, unless
    another stage has sent them meanwhile.
    """
    context, stage = work.context, work.stage.name
    name = f"committed/{stage}"
    before = await context.call.notes.recall(name)
    if (
        context.call.baseline_only
        and await context.journal.items.is_imported(stage)
        and await _is_held(context, before)
    ):
        return True
    await context.journal.items.invalidate_import(stage)
    manifest = await _write(context, stage)
    committed = f"{context.migration.id} {manifest.snapshot} {manifest.digest} {manifest.size}"
    try:
        if await context.lacking([ContentRef(digest=manifest.digest, size=manifest.size)]):
            await _send(context, manifest)
        await context.migration.commit(manifest)
    except OnlineRefusedError as error:
        if error.code == CONTENTS_MISSING.code:
            await doubt(context, stage)
            return False
        if error.code == COMPLETION_RUNNING.code and before == committed:
            return True  # it is part of what is being imported at this moment
        raise
    await context.call.notes.remember(name, committed)
    return True


async def _is_held(context: TransferContext, committed: str | None) -> bool:
    """Tell whether the online side has the manifest that was committed: it forgets one whose contents it has lost."""
    if committed is None:
        return False
    digest, size = committed.split()[-2:]
    return not await context.lacking([ContentRef(digest=digest, size=int(size))])


async def doubt(context: TransferContext, stage: str | None = None) -> int:
    """Ask the online side for everything that the journal holds for confirmed; what it lacks becomes pending.

    Returns how many items that were.
    """
    doubted = 0
    async for batch in context.journal.items.records(stage=stage, states=(ItemState.CONFIRMED,)):
        contents = [ContentRef(digest=record.digest, size=record.size) for record in batch if record.digest is not None]
        lacking = await context.lacking(contents)
        again = [record for record in batch if record.digest in lacking]
        await context.journal.items.record_outcomes(
            [Outcome(id=(record.stage, record.key), state=ItemState.PENDING) for record in again]
        )
        doubted += len(again)
    return doubted


async def _write(context: TransferContext, stage: str) -> StageManifest:
    path = context.call.workspace / "manifests" / f"{quote(stage, safe='')}.jsonl"
    try:
        await anyio.to_thread.run_sync(_make_empty, path)
        digest, size, items = await _write_lines(path, context.journal.items.settled(stage))
    except OSError as error:
        raise WORKSPACE_NOT_WRITABLE.error(
            sentence("The manifest {path} cannot be written: {reason}.", path=path, reason=error.strerror)
        ) from error
    return StageManifest(stage=stage, path=path, digest=digest, size=size, items=items, snapshot=context.call.snapshot)


async def _write_lines(path: Path, batches: AsyncIterator[Sequence[SettledItem]]) -> tuple[str, int, int]:
    """Write all lines; returns the manifest's sha256, size and number of items."""
    sha256 = hashlib.sha256()
    size = items = 0

    def write(batch: Sequence[SettledItem]) -> int:
        text = b"".join(map(manifest_line, batch))
        sha256.update(text)
        # Opened for each batch: no handle is left open when the transfer is cancelled between two of them.
        with path.open("ab") as file:
            return file.write(text)

    async for batch in batches:
        size += await anyio.to_thread.run_sync(write, batch)
        items += len(batch)
    return sha256.hexdigest(), size, items


def _make_empty(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(b"")


def manifest_line(item: SettledItem) -> bytes:
    """Write an item as a line of docs/reference/receipt.md, line feed included."""
    if item.state is ItemState.CONFIRMED:
        digest, reason = item.digest, ""
    elif item.state in _LEFT_BEHIND and item.reason:
        digest, reason = None, item.reason
    else:
        raise ITEM_NOT_SETTLED.error(
            sentence(
                "An item of the stage {stage} is {state} at the end, without a reason.",
                stage=item.stage,
                state=item.state.value,
            )
        )
    told = "null" if digest is None else quoted(digest)
    text = (
        f'{{"stage":{quoted(item.stage)},"key":{quoted(item.key)},"name":{quoted(item.name)}'
        f',"size":{item.size},"digest":{told}'
    )
    if reason:
        text += f',"reason":{quoted(reason)}'
    if item.part is not None:
        part = item.part
        described = {
            "table": part.table,
            "number": part.number,
            "rows": part.rows,
            "fingerprint": part.fingerprint,
            "last": part.last,
            "omitted_columns": list(part.omitted_columns),
        }
        text += f',"part":{_JSON.encode(described)}'
    text += "}"
    try:
        return text.encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        # A name on a disk may hold surrogates: two that make a pair are one character, a lone one is its escape.
        paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return paired.encode("utf-8", "backslashreplace") + b"\n"


async def _send(context: TransferContext, manifest: StageManifest) -> None:
    """Send a manifest as a content; a stop does not hold it up, since the stage is whole."""
    content = ContentRef(digest=manifest.digest, size=manifest.size)
    request = UploadRequest(kind="file", digest=manifest.digest, size=manifest.size, members=(content,))
    async with context.readers.room(min(context.line.longest_body, manifest.size)) as room:

        async def read(offset: int, length: int) -> memoryview:
            part = room[:length]
            await anyio.to_thread.run_sync(read_part, str(manifest.path), part, offset, None)
            return part

        delivery = Delivery(request=request, read=read, members=tuple, outcomes=(), passed=lambda _: None, finish=True)
        await deliver(context, delivery)
