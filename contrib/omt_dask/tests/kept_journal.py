"""A journal in memory: what a transfer needs of one, and what a test asks it for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from omt_core.api import (
    Baseline,
    Item,
    ItemDigest,
    ItemId,
    ItemRecord,
    ItemState,
    Outcome,
    SettledItem,
    StageTotals,
    TransferItems,
    TransferJournal,
    TransferUploads,
    UploadRecord,
)
from typing_extensions import override

OPEN = (ItemState.PENDING, ItemState.STARTED)


class KeptItems(TransferItems):
    """Items by stage and key."""

    def __init__(self) -> None:
        self.known: dict[ItemId, ItemRecord] = {}
        self.sent = 0

    @override
    async def record_inventory(
        self, items: Sequence[Item], *, baseline_only: bool = False, by_content: bool = False
    ) -> Sequence[Item]:
        for item in items:
            self.known.setdefault((item.stage, item.key), _record(item))
        return ()

    @override
    async def finish_inventory(self, stage: str, *, gone: Sequence[str] | None = None) -> Sequence[ItemRecord]:
        return ()

    @override
    def baseline(self, stage: str) -> Baseline:
        raise NotImplementedError

    @override
    async def reset_stage(self, stage: str) -> None:
        raise NotImplementedError

    @override
    async def is_imported(self, stage: str) -> bool:
        return False

    @override
    async def invalidate_import(self, stage: str) -> None:
        return

    @override
    async def pending(self, *, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
        found = (one for id_, one in sorted(self.known.items()) if id_[0] == stage and id_[1] > after)
        return [one for one in found if one.state in OPEN][:limit]

    @override
    async def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        for one in digests:
            self.known[one.id] = self.known[one.id]._replace(digest=one.digest)

    @override
    async def record_outcomes(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        self.sent += sent
        for one in outcomes:
            before = self.known[one.id]
            size = before.size if one.size is None else one.size
            self.known[one.id] = before._replace(
                state=one.state, digest=one.digest, size=size, reason=one.reason, detail=one.detail
            )

    @override
    async def totals(self, *, stage: str | None = None) -> Mapping[str, StageTotals]:
        stages = {id_[0] for id_ in self.known if stage in {None, id_[0]}}
        return {
            name: StageTotals(
                stage=name,
                items=sum(id_[0] == name for id_ in self.known),
                confirmed_items=sum(
                    id_[0] == name and one.state is ItemState.CONFIRMED for id_, one in self.known.items()
                ),
            )
            for name in stages
        }

    @override
    async def records(
        self, *, stage: str | None = None, states: Sequence[ItemState] = ()
    ) -> AsyncIterator[Sequence[ItemRecord]]:
        yield [
            one
            for id_, one in sorted(self.known.items())
            if stage in {None, id_[0]} and (not states or one.state in states)
        ]

    @override
    async def settled(self, stage: str) -> AsyncIterator[Sequence[SettledItem]]:
        yield [
            SettledItem(one.stage, one.key, one.name, one.size, one.state, one.reason, one.digest, one.part)
            for id_, one in sorted(self.known.items())
            if id_[0] == stage and one.state not in OPEN
        ]


class KeptUploads(TransferUploads):
    """Uploads by address."""

    def __init__(self, items: KeptItems) -> None:
        self._items = items
        self.open: dict[str, UploadRecord] = {}

    @override
    async def create(self, upload: UploadRecord, *, sent: int = 0) -> None:
        self.open[upload.url] = upload
        self._items.sent += sent

    @override
    async def advance(self, url: str, offset: int, *, sent: int = 0) -> None:
        self.open[url] = replace(self.open[url], offset=offset)
        self._items.sent += sent

    @override
    async def finish(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        self.open.pop(url, None)
        await self._items.record_outcomes(outcomes, sent=sent)

    @override
    async def unfinished(self) -> Sequence[UploadRecord]:
        return tuple(self.open.values())


class KeptJournal(TransferJournal):
    """Outlives the transfers of one test."""

    def __init__(self) -> None:
        self._items = KeptItems()
        self._uploads = KeptUploads(self._items)

    @property
    @override
    def items(self) -> KeptItems:
        return self._items

    @property
    @override
    def uploads(self) -> KeptUploads:
        return self._uploads

    def states(self) -> dict[str, ItemState]:
        """Return how far each item is, by its key."""
        return {key: one.state for (_, key), one in self._items.known.items()}


def items_below(stage: str, folder: Path) -> list[Item]:
    """Return the items of all files below a folder; its name stands before each of their keys."""
    return [
        Item(
            stage=stage,
            key=f"{folder.name}/{path.relative_to(folder).as_posix()}",
            name=f"{folder.name}/{path.relative_to(folder).as_posix()}",
            path=path,
            size=path.stat().st_size,
            mtime_ns=path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def _record(item: Item) -> ItemRecord:
    return ItemRecord(
        stage=item.stage,
        key=item.key,
        name=item.name,
        location=str(item.path),
        size=item.size,
        mtime_ns=item.mtime_ns,
        state=ItemState.PENDING,
        reason="",
        detail="",
        digest=None,
        attempt=0,
        plugin="tests",
        part=None,
    )
