"""What a transfer that nothing disturbs must end with, computed from the disk and from what was confirmed before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from omt_core.api.items import InventoryState, Item, ItemRecord, ItemState
from omt_core.api.journal import ItemId
from omt_core.api.stages import StageTotals
from omt_core.testing.property.archive import DATABASE, FILE_STAGES, Archive, digest_of

_LEFT_BEHIND = (ItemState.MISSING, ItemState.FAILED, ItemState.SKIPPED)
_ABSENT = {InventoryState.MISSING: ItemState.MISSING, InventoryState.UNREADABLE: ItemState.FAILED}


@dataclass(frozen=True, slots=True)
class End:
    """How an item ends: its digest when it is confirmed, else the reasons of which one must be given.

    What was confirmed, has been lost online and cannot be read any more ends so too, unless another file with this
    content, `stays_with`, is sent before it is missed.
    """

    state: ItemState
    size: int
    digest: str | None = None
    reasons: tuple[str, ...] = ("",)
    stays_with: str | None = None


def confirmed(digest: str, size: int) -> End:
    """Return the end of an item that is verified online."""
    return End(ItemState.CONFIRMED, size, digest)


def expected_ends(
    archive: Archive, before: Mapping[ItemId, ItemRecord], online: Collection[str], *, recovery: bool
) -> dict[ItemId, End]:
    """Say how each item of the file stages ends that shall be known afterwards."""
    ends: dict[ItemId, End] = {}
    for stage in FILE_STAGES:
        for item in archive.told(stage):
            known = before.get((stage, item.key))
            if known is None and recovery and stage == FILE_STAGES[0]:
                continue  # made after the migrated snapshot
            ends[stage, item.key] = _end_of(archive, item, known, online)
    if recovery:
        ends |= {
            one: _end_of_untold(known, online)
            for one, known in before.items()
            if one not in ends and one[0] in FILE_STAGES
        }
    return ends


def database_ends(archive: Archive) -> dict[ItemId, End]:
    """Say how the parts of the exported database end."""
    return {(DATABASE, key): confirmed(digest_of(content), len(content)) for key, content in archive.tables.items()}


def _still_confirmed(known: ItemRecord | None, online: Collection[str]) -> ItemRecord | None:
    return known if known and known.state is ItemState.CONFIRMED and known.digest in online else None


def _end_of(archive: Archive, item: Item, known: ItemRecord | None, online: Collection[str]) -> End:
    still = _still_confirmed(known, online)
    once = known.digest if known and known.state is ItemState.CONFIRMED else None
    if item.presence is not InventoryState.FOUND:
        if still and still.digest:
            return confirmed(still.digest, still.size)
        # Was it confirmed, and lost online, then it was sought before it was given up.
        sought = ("file-vanished", "file-is-folder") if once else ()
        return End(_ABSENT[item.presence], item.size, None, (item.reason, *sought), once)
    if still and still.digest and (still.size, still.mtime_ns) == (item.size, item.mtime_ns):
        return confirmed(still.digest, still.size)
    path = archive.path(item.stage, item.key)
    if path.is_file():
        content = path.read_bytes()
        return confirmed(digest_of(content), len(content))
    unchanged = known and (known.size, known.mtime_ns) == (item.size, item.mtime_ns)
    return End(ItemState.FAILED, item.size, None, ("file-is-folder",), once if unchanged else None)


def _end_of_untold(known: ItemRecord, online: Collection[str]) -> End:
    """Say how an item ends that neither database nor disk has any more, in a recovery, which forgets none."""
    still = _still_confirmed(known, online)
    if still and still.digest:
        return confirmed(still.digest, still.size)
    if known.state in _LEFT_BEHIND:
        return End(known.state, known.size, None, (known.reason,))
    return End(ItemState.MISSING, known.size, None, ("file-vanished",))


def expected_totals(ends: Mapping[ItemId, End], last: Mapping[ItemId, str]) -> dict[str, StageTotals]:
    """Count; `last` are the digests under which items were confirmed before this run."""
    return {stage: _total(stage, ends, last) for stage in {stage for stage, _ in ends}}


def _total(stage: str, ends: Mapping[ItemId, End], last: Mapping[ItemId, str]) -> StageTotals:
    mine = {one: end for one, end in ends.items() if one[0] == stage}
    done = {one: end for one, end in mine.items() if end.state is ItemState.CONFIRMED}
    skipped = [end for one, end in done.items() if last.get(one) == end.digest]
    return StageTotals(
        stage=stage,
        items=len(mine),
        bytes=sum(end.size for end in mine.values()),
        confirmed_items=len(done),
        confirmed_bytes=sum(end.size for end in done.values()),
        sent_items=len(done) - len(skipped),
        skipped_items=len(skipped),
        skipped_bytes=sum(end.size for end in skipped),
        missing=sum(end.state is ItemState.MISSING for end in mine.values()),
        failed=sum(end.state is ItemState.FAILED for end in mine.values()),
        left_out=sum(end.state is ItemState.SKIPPED for end in mine.values()),
        left_behind_bytes=sum(end.size for end in mine.values() if end.state in _LEFT_BEHIND),
    )
