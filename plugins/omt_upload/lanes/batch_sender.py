"""Sending for a transfer that another process decides: a batch comes in, what became of it goes out.

It is the same reading, asking, packing and sending as a whole transfer's. What that journals is kept for the answer,
which also an error that ends a batch early is part of: what was sent until then is not lost with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

import anyio
from typing_extensions import override

from omt_core.api import (
    Confirmations,
    FolderAwayError,
    InputError,
    InstallationError,
    Item,
    ItemDigest,
    ItemId,
    ItemRecord,
    OmtError,
    OnlineError,
    OnlineMigration,
    OnlineRefusedError,
    OnlineUnavailableError,
    Outcome,
    PluginNotes,
    RateLimiter,
    RunContext,
    StopSignal,
    TransferJournal,
    UploadRecord,
    UploadStage,
    folder_away,
)
from omt_core.api.calls import Transfer
from omt_crm.paths import lost_on_the_way
from omt_upload.lanes.lane import HereLane
from omt_upload.settings import UploadSettings
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import DeliveryJournal, context_for

_CLASSES: Final[Mapping[str, type[OmtError]]] = {
    kind.__name__: kind
    for kind in (InputError, InstallationError, OnlineError, OnlineRefusedError, OnlineUnavailableError)
}
"""Errors that are made of their words alone; any other one is told as that of these which it is one of."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Batch:
    """Items of one stage, with paths as they are where the batch is sent, and uploads that were begun of any of them.

    `roots` are the folders that the items lie below: where one of them does not answer, nothing in it is missing. All
    paths are texts, since they may be those of another operating system.
    """

    stage: str
    records: tuple[ItemRecord, ...]
    begun: tuple[UploadRecord, ...] = ()
    roots: tuple[str, ...] = ()

    @override
    def __repr__(self) -> str:
        # It may stand in the log of whatever carries it: no names and no paths.
        return f"<batch of {len(self.records)} items of {self.stage}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayFolder:
    """A folder that does not answer where the batch was sent, and why; `empty` where it holds nothing any more."""

    folder: str
    why: str
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchError:
    """The words of an error, in a form that goes from process to process; `kind` is the name of its class."""

    kind: str
    code: str
    message: str
    remedy: str

    @classmethod
    def of(cls, error: OmtError) -> BatchError:
        """Take the words of an error."""
        names = [kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _CLASSES]
        kind = names[0] if names else InstallationError.__name__
        return cls(kind=kind, code=error.code, message=str(error.message), remedy=str(error.remedy))

    def as_raised(self) -> OmtError:
        """Return the error, as what a person can do about it."""
        return _CLASSES[self.kind](self.code, self.message, self.remedy)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BatchResult:
    """What became of a batch. Items without an outcome stay as they were.

    A stop came then, or the batch was cut off, a folder is away (`lost`), or an `error` ended it. `sent` bytes of
    bodies went over the line. `begun` are uploads that are not finished, `digests` what was read of items that have no
    outcome. `batch_bytes`: how large a batch should be for that line; None while nothing has gone over it.
    """

    outcomes: Sequence[Outcome]
    sent: int = 0
    begun: tuple[UploadRecord, ...] = ()
    digests: tuple[ItemDigest, ...] = ()
    lost: AwayFolder | None = None
    error: BatchError | None = None
    batch_bytes: int | None = None

    @classmethod
    def of_nothing(cls, batch: Batch) -> BatchResult:
        """Return the result of a batch that nothing was done about: what was begun of it stays so."""
        return cls(outcomes=(), begun=batch.begun)

    @override
    def __repr__(self) -> str:
        return f"<{len(self.outcomes)} outcomes>"


class BatchSender:
    """Sends batches, several at a time, over one line. Must be made in an event loop; `close` it in the end."""

    def __init__(
        self,
        settings: UploadSettings,
        *,
        migration: OnlineMigration,
        rate: RateLimiter,
        stop: StopSignal,
        run: RunContext,
        workspace: Path,
    ) -> None:
        call = Transfer(
            stages=(),
            snapshot="",
            migration=migration,
            journal=_as_journal(_Kept()),
            notes=_NoNotes(),
            workspace=workspace,
            rate=rate,
            stop=stop,
            run=run,
        )
        self._context = context_for(call, settings)
        self._lane = HereLane(self._context)

    def close(self) -> None:
        """End what reads files."""
        self._context.readers.close()

    async def send(self, batch: Batch, scope: anyio.CancelScope | None = None) -> BatchResult:
        """Send a batch until each item has its outcome, a stop comes, a folder is away, or an error ends it.

        Where `scope` is cancelled it is cut off, whatever it is at, and its result is what it had come to.
        """
        # A journal for each batch: what one sends, and what it leaves begun, is told with no other one.
        journal = _Kept(batch.begun)
        context = replace(
            self._context,
            call=replace(self._context.call, journal=_as_journal(journal)),
            unfinished={upload.digest: upload for upload in batch.begun},
        )
        work = StageTransfer(context, _stage(batch))
        rest = list(batch.records)
        failed: OmtError | None = None
        with scope or anyio.CancelScope():
            try:
                while rest and not context.stopping and work.lost is None:
                    for some in _groups(work, rest, context.largest_member):
                        async with context.concurrency.slots:
                            await self._lane.send(work, some)
                    rest = [record for record in rest if record.key not in journal.items.settled]
            except OmtError as error:
                failed = error
        return journal.result(work.lost, failed, context.batch_bytes if context.line.known else None)


def _groups(work: StageTransfer, records: Sequence[ItemRecord], largest: int) -> list[list[ItemRecord]]:
    """Part what goes alone from what goes together, which it does again until something is refused."""
    alone = [record for record in records if record.size > largest or work.must_go_alone(record)]
    keys = {record.key for record in alone}
    together = [record for record in records if record.key not in keys]
    return [*([together] if together else []), *([record] for record in alone)]


def _stage(batch: Batch) -> UploadStage:
    roots = tuple(map(Path, batch.roots))

    def away(path: Path) -> FolderAwayError | None:
        lost = lost_on_the_way(path, roots)
        return None if lost is None else folder_away(lost.folder, str(lost.folder), lost.why, empty=lost.empty)

    return UploadStage(name=batch.stage, title=batch.stage, order=0, plugin="", items=_nothing, away=away)


async def _nothing() -> AsyncIterator[Sequence[Item]]:
    """Tell of no items: those that there are came with the batch."""
    none: tuple[Sequence[Item], ...] = ()
    for batch in none:
        yield batch


@dataclass(slots=True)
class _Items:
    """What a journal would hold of the items of one stage: outcomes as they were told, and the keys that have one."""

    told: list[Sequence[Outcome]] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    digests: dict[ItemId, ItemDigest] = field(default_factory=dict)
    sent: int = 0

    async def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        self.digests.update((digest.id, digest) for digest in digests)

    async def record_outcomes(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        if outcomes:
            self.told.append(outcomes)
            self.settled.update(keys_of(outcomes))
        self.sent += sent

    def outcomes(self) -> Sequence[Outcome]:
        """Return all of them, in columns where they were told so: there are as many as files."""
        columns = [some for some in self.told if isinstance(some, Confirmations)]
        if not columns or len(columns) < len(self.told):
            return tuple(outcome for some in self.told for outcome in some)
        return Confirmations(
            stage=columns[0].stage,
            keys=[key for some in columns for key in some.keys],
            digests=[digest for some in columns for digest in some.digests],
            sizes=[size for some in columns for size in some.sizes],
            mtimes_ns=[mtime_ns for some in columns for mtime_ns in some.mtimes_ns],
            sent=[sent for some in columns for sent in some.sent],
        )


def keys_of(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Return the keys of the items that these are of."""
    return outcomes.keys if isinstance(outcomes, Confirmations) else (outcome.id[1] for outcome in outcomes)


@dataclass(slots=True)
class _Uploads:
    """What a journal would hold of uploads."""

    items: _Items
    open: dict[str, UploadRecord] = field(default_factory=dict)

    async def create(self, upload: UploadRecord, *, sent: int = 0) -> None:
        self.open[upload.url] = upload
        self.items.sent += sent

    async def advance(self, url: str, offset: int, *, sent: int = 0) -> None:
        self.open[url] = replace(self.open[url], offset=offset)
        self.items.sent += sent

    async def finish(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        self.open.pop(url, None)
        await self.items.record_outcomes(outcomes, sent=sent)


class _Kept:
    """Stands where a transfer has its journal, and keeps what one batch writes there."""

    def __init__(self, begun: Sequence[UploadRecord] = ()) -> None:
        self.items = _Items()
        self.uploads = _Uploads(self.items, {upload.url: upload for upload in begun})

    def result(self, lost: FolderAwayError | None, failed: OmtError | None, batch_bytes: int | None) -> BatchResult:
        """Return what became of the batch."""
        items = self.items
        return BatchResult(
            outcomes=items.outcomes(),
            sent=items.sent,
            begun=tuple(self.uploads.open.values()),
            digests=tuple(digest for digest in items.digests.values() if digest.id[1] not in items.settled),
            lost=None if lost is None else AwayFolder(folder=str(lost.folder), why=lost.why, empty=lost.empty),
            error=None if failed is None else BatchError.of(failed),
            batch_bytes=batch_bytes,
        )


def _as_journal(kept: DeliveryJournal) -> TransferJournal:
    """Pass for a whole journal: sending asks for no more of it, as `TransferContext.delivery_journal` holds."""
    return cast("TransferJournal", kept)


class _NoNotes(PluginNotes):
    """A batch leaves no notes."""

    @override
    async def remember(self, name: str, value: str) -> None:
        return

    @override
    async def recall(self, name: str) -> str | None:
        return None
