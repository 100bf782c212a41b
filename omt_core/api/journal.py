"""The part of the journal that a transfer works with: items, uploads and their states, durable at every return.

Intent is written before a side effect, outcome after. Every method returns once its change would survive a crash of
this process; a crash of the machine may lose the last batches, which then cost a re-verification and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, overload

from typing_extensions import override

from omt_core.api.items import Item, ItemRecord, ItemState, SettledItem
from omt_core.api.stages import Baseline, StageTotals

ItemId = tuple[str, str]
"""Stage name and item key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMember:
    """A content inside an upload, and the first item that carries it: a bundle's membership is frozen when built."""

    stage: str
    key: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """An upload that was created and is not finished: where, how far, and what is in it."""

    url: str
    kind: Literal["file", "bundle", "zstd-bundle"]
    digest: str
    size: int
    offset: int
    members: tuple[BundleMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDigest:
    """What an item's content was as it was read: sha256 in hexadecimal digits, bytes, and nanoseconds since 1970."""

    id: ItemId
    digest: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an item. `sent` is False when the content was known online before, so nothing was sent for it."""

    id: ItemId
    state: ItemState
    digest: str | None = None
    size: int | None = None
    mtime_ns: int | None = None
    reason: str = ""
    detail: str = ""
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations(Sequence[Outcome]):
    """Outcomes of items of one stage that are verified online as they were read, in columns of the same length.

    There are as many as files; an outcome by itself is made for the one that is looked at. Raises ValueError for
    columns of several lengths.
    """

    stage: str
    keys: Sequence[str]
    digests: Sequence[str]
    sizes: Sequence[int]
    mtimes_ns: Sequence[int]
    sent: Sequence[bool]

    def __post_init__(self) -> None:
        if len({len(column) for column in (self.keys, self.digests, self.sizes, self.mtimes_ns, self.sent)}) > 1:
            raise ValueError("the columns of a batch of confirmations have several lengths")

    @override
    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...

    @override
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return Outcome(
            id=(self.stage, self.keys[index]),
            state=ItemState.CONFIRMED,
            digest=self.digests[index],
            size=self.sizes[index],
            mtime_ns=self.mtimes_ns[index],
            sent=self.sent[index],
        )


class TransferItems(Protocol):
    """The items of all stages. In what changes them, `sent` bytes of bodies have brought it about.

    They are added to what this run has sent, in the same transaction.
    """

    async def record_inventory(
        self, items: Sequence[Item], *, baseline_only: bool = False, by_content: bool = False
    ) -> Sequence[Item]:
        """Note what an inventory saw, one batch; all of one stage.

        An item that is confirmed and has the size and times of then stays confirmed and counts as skipped; anything
        else that was found becomes pending. With `by_content` so does what an earlier run confirmed, whatever its
        stamp, and its digest is forgotten. With `baseline_only` items that no earlier run knew are not noted but
        returned.
        """
        ...

    async def finish_inventory(self, stage: str, *, gone: Sequence[str] | None = None) -> Sequence[ItemRecord]:
        """Say that all items of a stage are told; returns at most 1,000 that an earlier run knew and this did not.

        With `gone` only differences from the baseline were told, and these keys are all that the run did not find.
        """
        ...

    def baseline(self, stage: str) -> Baseline:
        """Return what earlier runs left of a stage, as it is at this moment."""
        ...

    async def reset_stage(self, stage: str) -> None:
        """Forget all items of a stage that is produced anew (the database after its snapshot died)."""
        ...

    async def is_imported(self, stage: str) -> bool:
        """Tell whether nothing of a stage has changed since the online side imported it."""
        ...

    async def invalidate_import(self, stage: str) -> None:
        """Say that a stage is about to be told to the online side anew: it is as imported no more until then."""
        ...

    async def pending(self, *, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
        """Return pending or started items of a stage in the order of their keys, beginning behind the key `after`."""
        ...

    async def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        """Note the contents as read of items that are about to be negotiated."""
        ...

    async def record_outcomes(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        """Note what became of items, in one transaction."""
        ...

    async def totals(self, *, stage: str | None = None) -> Mapping[str, StageTotals]:
        """Count items and bytes by stage, of all stages or of one; a stage without items is left out."""
        ...

    def records(
        self, *, stage: str | None = None, states: Sequence[ItemState] = ()
    ) -> AsyncIterator[Sequence[ItemRecord]]:
        """Yield items in batches, sorted by stage and key, for reports."""
        ...

    def settled(self, stage: str) -> AsyncIterator[Sequence[SettledItem]]:
        """Yield all items of a stage in batches, sorted by key, with what a manifest says of them and no more."""
        ...


class TransferUploads(Protocol):
    """The uploads that are under way, with what is in them; `sent` as for items."""

    async def create(self, upload: UploadRecord, *, sent: int = 0) -> None:
        """Note an upload and mark its items as started."""
        ...

    async def advance(self, url: str, offset: int, *, sent: int = 0) -> None:
        """Note how far an upload is."""
        ...

    async def finish(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        """Forget an upload and note what became of its items, in one transaction."""
        ...

    async def unfinished(self) -> Sequence[UploadRecord]:
        """Return the uploads that an earlier run left unfinished."""
        ...


class TransferJournal(Protocol):
    """What `omt_upload`, or a partner's transfer, reads and writes."""

    @property
    def items(self) -> TransferItems:
        """What is to be moved, and what has become of it."""
        ...

    @property
    def uploads(self) -> TransferUploads:
        """What is under way."""
        ...
