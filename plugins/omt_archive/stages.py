"""The four stages of the archive, each reading anew whenever it is asked for its items."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from anyio import CapacityLimiter

from omt_archive.documents.comparison import NotComparableError
from omt_archive.documents.differences import DocumentDifferences
from omt_archive.documents.inventory import STAGE as DOCUMENTS_STAGE
from omt_archive.documents.inventory import DocumentInventory
from omt_archive.documents.roots import ArchiveRoots
from omt_archive.findings import PLUGIN, REASONS
from omt_archive.lacking_trees import AttachmentCount, DocumentCount
from omt_archive.names import on_site
from omt_archive.overlaps import overlaps
from omt_archive.service.attachment_differences import AttachmentBasis, AttachmentComparison, note_basis, noted_basis
from omt_archive.service.attachments import STAGE as ATTACHMENTS_STAGE
from omt_archive.service.attachments import AttachmentInventory
from omt_archive.service.files import STAGE as SERVICE_STAGE
from omt_archive.service.files import service_files
from omt_archive.service.folders import ServiceLayout, read_service_layout
from omt_archive.settings import ArchiveSettings
from omt_archive.statements import ATTACHMENTS, DOCUMENT_IDS, DOCUMENTS, DOCUMENTS_BY_ID, IDS_AT_ONCE, LOGINS, TEMPLATES
from omt_archive.template_files import STAGE as TEMPLATES_STAGE
from omt_archive.template_files import is_template_folder, template_folder, template_rows, templates
from omt_core.api import (
    Baseline,
    Differences,
    Finding,
    FolderAwayError,
    Installation,
    Item,
    NearReader,
    Row,
    SourceDatabase,
    UploadStage,
    folder_away,
    sentence,
)
from omt_crm.paths import as_opened, fold
from omt_folders.batches import Told, in_batches
from omt_folders.disk import Disk
from omt_folders.seen_folders import SeenFolders

T = TypeVar("T")

THREADS: Final = 4
"""One for each stage, since they run side by side (W75)."""

_IDS_READ_AT_ONCE: Final = 50_000


class ArchiveStages:
    """The inventory of one installation, `exact` where it is compared with what was confirmed.

    `near` are asked for the listings of folders first. `roots` and what is counted are those of the last reading, once
    it is done.
    """

    def __init__(
        self,
        installation: Installation,
        database: SourceDatabase,
        settings: ArchiveSettings,
        seen: SeenFolders | None = None,
        *,
        exact: bool = False,
        near: Sequence[NearReader] = (),
    ) -> None:
        self._exact = exact
        self._near = near
        self._installation = installation
        self._seen = seen or SeenFolders()
        self._disks: dict[str, Disk] = {}
        self._database = database
        self._settings = settings
        self._limiter = CapacityLimiter(THREADS)
        self.roots: ArchiveRoots | None = None
        self.documents_counted = DocumentCount()
        self.renamed: Mapping[tuple[str, str], int] = {}
        self.attachments_counted = AttachmentCount()

    def all(self) -> Sequence[UploadStage]:
        """Return the stages with the titles and in the order of W73."""
        stage = self._stage
        return (
            stage(TEMPLATES_STAGE, sentence("Templates"), 30, self.templates, takes_new=True),
            replace(
                stage(DOCUMENTS_STAGE, sentence("Documents"), 40, self.documents), differences=self.document_differences
            ),
            stage(SERVICE_STAGE, sentence("Customer Service"), 50, self.customer_service, takes_new=True),
            replace(
                stage(ATTACHMENTS_STAGE, sentence("Attachments"), 60, self.attachments),
                differences=self.attachment_differences,
            ),
        )

    def _stage(
        self,
        name: str,
        title: str,
        order: int,
        items: Callable[[], AsyncIterator[Sequence[Item]]],
        *,
        takes_new: bool = False,
    ) -> UploadStage:
        return UploadStage(
            name=name, title=title, order=order, plugin=PLUGIN, items=items, takes_new=takes_new,
            away=partial(self._away, name), whole=partial(self._is_whole, name),
        )  # fmt: skip

    async def templates(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the items of the stage Templates."""
        rows: Sequence[Row] = ()
        if self._database.table("DocTmpl") is not None:
            rows = await self._database.rows(TEMPLATES)
        items = await self._in_thread(lambda: self._list_templates(rows))
        async for batch in in_batches(items, size=self._settings.batch_items, limiter=self._limiter):
            yield batch
        await self._in_thread(partial(self._see_roots, TEMPLATES_STAGE))

    async def documents(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the items of the stage Documents."""
        logins = await self._logins()
        roots, inventory = await self._in_thread(partial(self._document_inventory, logins))
        async for batch in joined(
            self._database.batches(DOCUMENTS),
            inventory.feed,
            inventory.finish,
            size=self._settings.batch_items,
            limiter=self._limiter,
        ):
            yield batch
        await self._in_thread(partial(roots.tell, self._seen))
        self.roots, self.documents_counted, self.renamed = roots, inventory.count, inventory.renamed

    async def document_differences(self, baseline: Baseline) -> Differences | None:
        """Return what is not as it was confirmed; None when that is so much that all documents are to be told."""
        try:
            logins = await self._logins()
            roots, _ = await self._in_thread(partial(self._document_inventory, logins))
            found = DocumentDifferences(baseline, roots, limit=self._settings.differences)
            await self._compare_and_see(found)
            await self._in_thread(found.settle)
            rows = [row for ids in _portions(found.wanted) for row in await self._database.rows(DOCUMENTS_BY_ID, ids)]
            return await self._in_thread(partial(found.items, rows, self._inventory_of))
        except NotComparableError:
            return None

    async def _compare_and_see(self, found: DocumentDifferences) -> None:
        """Read the ids of all documents while the disk is compared."""
        raised: Exception | None = None

        async def compare() -> None:
            nonlocal raised
            try:
                await self._in_thread(found.compare)
            except Exception as error:  # noqa: BLE001 - raised again outside of the group, which would wrap it
                raised = error

        ids = self._database.batches(DOCUMENT_IDS, size=_IDS_READ_AT_ONCE)
        async with anyio.create_task_group() as group:
            group.start_soon(compare)
            try:
                async for rows in ids:
                    if raised is not None:
                        break  # and no cancellation, which would interrupt the database
                    await self._in_thread(partial(found.see, rows))
            except Exception as error:  # noqa: BLE001 - the same
                raised = error
                group.cancel_scope.cancel()
            finally:
                if isinstance(ids, AsyncGenerator):
                    await ids.aclose()  # others may read the database then
        if raised is not None:
            raise raised

    async def customer_service(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the items of the stage Customer Service."""
        layout = await read_service_layout(self._installation, self._database)
        items = await self._in_thread(lambda: self._list_service_files(layout))
        async for batch in in_batches(items, size=self._settings.batch_items, limiter=self._limiter):
            yield batch
        await self._in_thread(partial(self._see_roots, SERVICE_STAGE))

    async def attachments(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the items of the stage Attachments."""
        layout = await read_service_layout(self._installation, self._database)
        inventory = await self._in_thread(lambda: self._attachment_inventory(layout))
        basis = AttachmentBasis(layout, self._disks[ATTACHMENTS_STAGE], self._settings.trusted_folders)

        def feed(rows: Sequence[Row]) -> Iterator[Told]:
            basis.see(rows)
            return inventory.feed(rows)

        async for batch in joined(
            self._attachment_rows(), feed, inventory.finish, size=self._settings.batch_items, limiter=self._limiter
        ):
            yield batch
        self.attachments_counted = inventory.count
        await self._in_thread(partial(self._see_roots, ATTACHMENTS_STAGE))
        if self._exact:
            await self._in_thread(partial(note_basis, self._seen.workspace, basis.digest))

    async def attachment_differences(self, baseline: Baseline) -> Differences | None:
        """Return that nothing differs where all attachments are as they were imported; else None."""
        layout = await read_service_layout(self._installation, self._database)
        disk = await self._in_thread(lambda: self._open(ATTACHMENTS_STAGE, layout.all_attachment_folders()))
        basis = AttachmentBasis(layout, disk, self._settings.trusted_folders)
        async for rows in self._attachment_rows():
            await self._in_thread(partial(basis.see, rows))
        if basis.digest != await self._in_thread(partial(noted_basis, self._seen.workspace)):
            return None
        compared = AttachmentComparison(baseline, layout, disk, limit=self._settings.differences)
        return Differences(()) if await self._in_thread(partial(compared.is_as_confirmed, basis.ids)) else None

    async def overlaps(self, workspace: Path | None) -> Sequence[Finding]:
        """Return what there is to say of folders that stand for two things."""
        layout = await read_service_layout(self._installation, self._database)
        return await self._in_thread(partial(overlaps, self._installation, layout, workspace))

    def _attachment_rows(self) -> AsyncIterator[Sequence[Row]]:
        return self._database.batches(ATTACHMENTS) if self._database.table("attachment") is not None else _nothing()

    def forget(self, folder: Path) -> None:
        """Take a folder that was waited for in vain for gone."""
        self._seen.forget(folder)

    async def emptied(self) -> Sequence[FolderAwayError]:
        """Return the folders that held files when they were last read and do no more; `empty` are whole roots."""
        roots = await self._all_roots()
        why = sentence("it is empty now")
        return await self._in_thread(
            lambda: [
                folder_away(folder, self._shown(folder), why, empty=folder == root)
                for root in roots
                for folder in self._seen.emptied(root)
            ]
        )

    async def forget_deleted(self, deleted: Sequence[str]) -> None:
        """Take these of the emptied folders for gone with all that was in them."""
        if deleted:
            roots = await self._all_roots()
            await self._in_thread(lambda: self._seen.forget_deleted(roots, deleted, self._shown))

    async def _all_roots(self) -> Sequence[Path]:
        layout = await read_service_layout(self._installation, self._database)
        single = (self._template_folder(), layout.templates, layout.texts)
        roots = (*self._installation.archives, *single, *layout.all_attachment_folders())
        return tuple(dict.fromkeys(root for root in roots if root is not None))

    def _template_folder(self) -> Path | None:
        installation = self._installation
        folder = template_folder(installation)
        if folder is not None:
            return folder
        # The archive that it lay in may be away, and with it the name of the folder.
        known = self._seen.below(installation.archives[0]) if installation.archives else ()
        return next((root for root in known if is_template_folder(root.name)), None)

    def _list_templates(self, rows: Sequence[Row]) -> Iterator[Item]:
        folder = self._template_folder()
        disk = self._open(TEMPLATES_STAGE, [] if folder is None else [folder])
        return templates(folder, template_rows(rows), disk=disk, machine=self._installation.root)

    async def _logins(self) -> frozenset[str]:
        """Return the folded logins of all users, where the settings lead any to another's folder."""
        rows = await self._database.rows(LOGINS) if self._settings.owners else ()
        return frozenset(fold(as_opened(str(name))) for (name,) in rows if name is not None)

    def _document_inventory(self, logins: frozenset[str]) -> tuple[ArchiveRoots, DocumentInventory]:
        installation = self._installation
        roots = ArchiveRoots(
            installation.archives,
            template_folder(installation),
            self._settings.trusted_folders,
            seen=self._seen,
            shown=self._shown,
            moved=self._settings.owners,
            logins=logins,
            near=self._near,
            exact=self._exact,
        )
        self._disks[DOCUMENTS_STAGE] = roots.disk
        return roots, self._inventory_of(roots)

    def _inventory_of(self, roots: ArchiveRoots) -> DocumentInventory:
        now = datetime.now(UTC).replace(tzinfo=None)
        return DocumentInventory(roots, settings=self._settings, machine=self._installation.root, now=now)

    def _list_service_files(self, layout: ServiceLayout) -> Iterator[Item]:
        folders = [folder for folder in (layout.templates, layout.texts) if folder is not None]
        disk = self._open(SERVICE_STAGE, folders)
        return service_files(layout, disk=disk, machine=self._installation.root)

    def _attachment_inventory(self, layout: ServiceLayout) -> AttachmentInventory:
        disk = self._open(ATTACHMENTS_STAGE, layout.all_attachment_folders())
        return AttachmentInventory(layout, disk, machine=self._installation.root)

    def _open(self, stage: str, roots: Iterable[Path]) -> Disk:
        there = self._seen.open(roots, self._shown).there
        held = self._seen.contents(there)
        disk = self._disks[stage] = Disk(
            there,
            self._settings.trusted_folders,
            reasons=REASONS,
            shown=self._shown,
            held=held,
            exact=self._exact,
            near=self._near,
        )
        return disk

    def _see_roots(self, stage: str) -> None:
        disk = self._disks[stage]
        for root in disk.filled_roots():
            self._seen.see(root, map(Path, disk.filled), whole=not disk.unlisted)

    def _away(self, stage: str, path: Path) -> FolderAwayError | None:
        disk = self._disks.get(stage)
        return None if disk is None else disk.away(path)

    def _is_whole(self, stage: str) -> bool:
        disk = self._disks.get(stage)
        return disk is not None and not disk.unlisted

    def _shown(self, path: Path) -> str:
        return on_site(path, self._installation.root)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids in portions of one size, the last filled up with its own last one."""
    for begin in range(0, len(ids), IDS_AT_ONCE):
        portion = list(ids[begin : begin + IDS_AT_ONCE])
        yield portion + portion[-1:] * (IDS_AT_ONCE - len(portion))


async def _nothing() -> AsyncIterator[Sequence[Row]]:
    return
    yield ()


async def joined(
    rows: AsyncIterator[Sequence[Row]],
    feed: Callable[[Sequence[Row]], Iterator[Told]],
    finish: Callable[[], Iterator[Told]],
    *,
    size: int,
    limiter: CapacityLimiter,
) -> AsyncIterator[Sequence[Item]]:
    """Yield the items of an inventory that is fed with rows and asked for the rest once there are no more."""
    try:
        async for some in rows:
            async for batch in in_batches(feed(some), size=size, limiter=limiter):
                yield batch
    finally:
        if isinstance(rows, AsyncGenerator):
            await rows.aclose()  # others may read the database then, whatever ended the inventory
    async for batch in in_batches(finish(), size=size, limiter=limiter):
        yield batch
