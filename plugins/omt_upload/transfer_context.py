"""What all parts of one transfer share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from omt_core.api import ContentRef, ItemDigest, KnownMissing, OnlineMigration, Outcome, TransferJournal, UploadRecord
from omt_core.api.calls import Transfer
from omt_protocol.bundle.writer import CPIO, USTAR, Framing
from omt_upload.files.readers import Readers
from omt_upload.findings import FileFindings
from omt_upload.line.concurrency import Concurrency
from omt_upload.line.in_flight import ContentsInFlight
from omt_upload.line.line import Line
from omt_upload.line.packing import Packer
from omt_upload.settings import UploadSettings


class DeliveryItems(Protocol):
    """What sending notes of items."""

    async def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        """As `TransferItems` has it."""
        ...

    async def record_outcomes(self, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        """As `TransferItems` has it."""
        ...


class DeliveryUploads(Protocol):
    """What sending notes of uploads."""

    async def create(self, upload: UploadRecord, *, sent: int = 0) -> None:
        """As `TransferUploads` has it."""
        ...

    async def advance(self, url: str, offset: int, *, sent: int = 0) -> None:
        """As `TransferUploads` has it."""
        ...

    async def finish(self, url: str, outcomes: Sequence[Outcome], *, sent: int = 0) -> None:
        """As `TransferUploads` has it."""
        ...


class DeliveryJournal(Protocol):
    """All that sending needs of a journal: it writes there and asks nothing, so that it may be done elsewhere."""

    @property
    def items(self) -> DeliveryItems:
        """What becomes of items."""
        ...

    @property
    def uploads(self) -> DeliveryUploads:
        """What is under way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContext:
    """The one line that all stages send over, with everything that bounds what is under way on it.

    `unfinished` are the uploads of single files that an earlier run left, or an earlier try of this one, by digest.
    """

    call: Transfer
    settings: UploadSettings
    line: Line
    readers: Readers
    concurrency: Concurrency
    framing: Framing
    packer: Packer
    contents: ContentsInFlight = field(default_factory=ContentsInFlight)
    unfinished: dict[str, UploadRecord] = field(default_factory=dict)
    file_findings: FileFindings = field(default_factory=FileFindings)

    @property
    def journal(self) -> TransferJournal:
        """The journal of this migration."""
        return self.call.journal

    @property
    def delivery_journal(self) -> DeliveryJournal:
        """What of the journal is there also where a batch is sent for another process."""
        return self.call.journal

    @property
    def migration(self) -> OnlineMigration:
        """The open migration."""
        return self.call.migration

    @property
    def stopping(self) -> bool:
        """Whether nothing new is to be begun."""
        return self.call.stop.is_set()

    @property
    def largest_member(self) -> int:
        """The size up to which a content travels in a bundle."""
        limits = self.migration.limits
        return min(limits.member_bytes, limits.bundle_bytes - self.framing.bundle_size([0]) - self.framing.align)

    @property
    def batch_bytes(self) -> int:
        """How large a bundle should be now: one request on this line, once its speed is known, within all limits."""
        return min(self.largest_batch, self.line.body_bytes if self.line.known else self.line.longest_body)

    @property
    def largest_batch(self) -> int:
        """How large a bundle may be, in bytes, on whichever line."""
        return min(self.migration.limits.bundle_bytes, self.settings.bundle_bytes)

    async def known_online(self, contents: Collection[ContentRef]) -> frozenset[str]:
        """Return the digests that need not be sent: those that the online side has, whatever the journal holds."""
        asked = list(contents)
        if isinstance(self.migration, KnownMissing):
            missing = self.migration.known_missing(asked)
            asked = [content for content in asked if content.digest not in missing]
        lacking = await self.lacking(asked)
        return frozenset(content.digest for content in asked if content.digest not in lacking)

    async def lacking(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        """Ask the online side which of these it does not have."""
        at_once = self.migration.limits.digests_per_request
        found: set[str] = set()
        for begin in range(0, len(contents), at_once):
            found |= await self.migration.missing(contents[begin : begin + at_once])
        return frozenset(found)


def context_for(call: Transfer, settings: UploadSettings) -> TransferContext:
    """Make what all parts of a transfer share."""
    limits = call.migration.limits
    concurrency = Concurrency(settings, most=limits.parallel_uploads)
    framing = CPIO if "cpio" in limits.bundles else USTAR
    readers = Readers(settings, framing)
    return TransferContext(
        call=call,
        settings=settings,
        line=Line(call.migration, call.rate, settings, concurrency, lambda: readers.bytes_at_once),
        readers=readers,
        concurrency=concurrency,
        framing=framing,
        packer=Packer(settings, limits.bundles),
    )
