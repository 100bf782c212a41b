"""Another machine that batches are sent from, in the same process, and files that go in pieces."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

from typing_extensions import override

from omt_core.api import (
    ItemRecord,
    OnlineMigration,
    RateLimiter,
    StopSignal,
    folder_away,
)
from omt_core.journal import Journal
from omt_upload.lanes.away_lane import AwayLane
from omt_upload.lanes.batch_sender import AwayFolder, Batch, BatchResult, BatchSender
from omt_upload.lanes.lane import HereLane, Lane
from omt_upload.settings import UploadSettings
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer import transfer
from omt_upload.transfer_context import TransferContext
from tests.plugins.omt_upload.moving import (
    SETTINGS,
    Stop,
    Unlimited,
    Watcher,
    folder_items,
    stage_of,
    transfer_call,
)

IN_PIECES = UploadSettings(shortest_request=16_384, longest_request=65_536, compress="never")
LARGE = 160_000
ONE_LARGE = {"large.bin": bytes(range(256)) * (LARGE // 256)}
SMALL_ONES = {f"{number}.txt": bytes([number]) * 9_000 for number in range(3)}


class OtherMachine(AwayLane):
    """Sends in the same process, of a copy of what is handed over, and answers a copy."""

    def __init__(
        self,
        context: TransferContext,
        sender: BatchSender,
        *,
        home: Path,
        there: Path | None = None,
    ) -> None:
        super().__init__(context, slots=2)
        self.sender = sender
        self.home = home
        self.away = there or home
        self.roots = (str(self.away),)
        self.batches: list[Batch] = []
        self.lost_folders: list[Path] = []

    @override
    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        if work.stage.removes_sources and not self.sees_spool:
            return False
        return record.path is not None and record.path.is_relative_to(self.home)

    @override
    def there(self, record: ItemRecord) -> ItemRecord:
        assert record.path is not None
        return record._replace(location=str(self.away / record.path.relative_to(self.home)))

    @override
    async def sent(self, batch: Batch) -> BatchResult:
        self.batches.append(batch)
        assert batch.stage in repr(batch)
        assert not any(record.name in repr(batch) for record in batch.records)
        result = await self.sender.send(pickle.loads(pickle.dumps(batch)))
        copy: BatchResult = pickle.loads(pickle.dumps(result))
        return copy

    @override
    async def lost(self, work: StageTransfer, lost: AwayFolder) -> None:
        self.lost_folders.append(Path(lost.folder))
        raise folder_away(Path(lost.folder), lost.folder, lost.why)


def sender_of(migration: OnlineMigration, workspace: Path, settings: UploadSettings = SETTINGS) -> BatchSender:
    return BatchSender(
        settings, migration=migration, rate=Unlimited(), stop=Stop(), run=Watcher(workspace), workspace=workspace
    )


class Elsewhere:
    """A transfer with one other machine."""

    def __init__(self, home: Path, *, there: Path | None = None, settings: UploadSettings = SETTINGS) -> None:
        self.home, self.there, self.settings = home, there, settings
        self.machine: OtherMachine | None = None

    async def run(
        self,
        journal: Journal,
        migration: OnlineMigration,
        workspace: Path,
        stages: Sequence[str] = ("documents",),
        *,
        folders: Callable[[str], Path] | None = None,
        stop: StopSignal | None = None,
        rate: RateLimiter | None = None,
    ) -> None:
        stop = stop or Stop()
        find = folders or (lambda _: self.home)
        sender = BatchSender(
            self.settings,
            migration=migration,
            rate=rate or Unlimited(),
            stop=stop,
            run=Watcher(workspace),
            workspace=workspace,
        )

        def lanes(context: TransferContext) -> Sequence[Lane]:
            self.machine = OtherMachine(context, sender, home=self.home, there=self.there)
            return (self.machine, HereLane(context))

        try:
            told = [stage_of(name, folder_items(name, find(name))) for name in stages]
            await transfer(transfer_call(journal, migration, workspace, *told, stop=stop), self.settings, lanes)
        finally:
            sender.close()
