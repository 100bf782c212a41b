"""The reference tenant at the end of the line: its store on disk, served over loopback for each run and then stopped.

A tool that dies is met by a tenant that has just started again, and knows what was durable only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from typing_extensions import override

from omt_core.api.calls import ConnectOnline
from omt_core.api.decisions import MigrationKind
from omt_core.api.installation import Licence
from omt_core.api.online import OnlineMigration
from omt_online.client import ClientSettings, connect
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.embedded import serve_tenant
from omt_tenant.scrubbing.index import open_index
from omt_tenant.scrubbing.stored_files import StoredCounts, scrub_stored, scrub_strays
from omt_tenant.settings import TenantSettings
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.uploads import Upload
from omt_tenant.tenant import Store
from tests.plugins.omt_upload.moving import Watcher
from tests.property.receiver import LONGEST_BODY, Receiver

LIMITS = TenantSettings(bundle_bytes=1 << 13, member_bytes=2_000, chunk_bytes=LONGEST_BODY, digests_per_request=7)


class TenantReceiver(Receiver):
    """The tenant that lies in `folder`, as the tool in `workspace` reaches it."""

    mishaps = ("another",)
    troubles = ("die before it", "die after it", "stop", "cancel", "fail", "lose the answer", "cut the line")

    def __init__(self, folder: Path, workspace: Path) -> None:
        super().__init__()
        self._folder = folder
        self._workspace = workspace
        self._sizes: Mapping[str, int] = {}

    @asynccontextmanager
    @override
    async def open(self) -> AsyncIterator[OnlineMigration]:
        async with serve_tenant(self._folder, settings=LIMITS) as tenant:
            settings = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0)
            target = await connect(settings, ConnectOnline(run=Watcher(self._workspace)))
            try:
                yield await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
            finally:
                await target.aclose()
        self._read_everything()

    def _read_everything(self) -> None:
        layout = TenantLayout(self._folder)
        with open_index(layout) as index:
            self.faults += map(str, scrub_stored(layout, index, StoredCounts()))
            self.faults += map(str, scrub_strays(layout, index))
            self._sizes = {content.digest: content.size for pack in index.packs() for content in pack.contents}

    @property
    @override
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    @property
    @override
    def unfinished_bytes(self) -> int:
        return 0

    @override
    def reached(self, url: str) -> int | None:
        upload = self._find(url)
        return upload.offset if upload is not None and upload.state == "open" else None

    @override
    def finished(self, url: str) -> bool:
        upload = self._find(url)
        return upload is not None and upload.state == "landed"

    def _find(self, url: str) -> Upload | None:
        with closing(Store.open(self._folder, settings=LIMITS)) as store:
            try:
                return store.uploads.find(url.rpartition("/")[2])
            except ProtocolError:
                return None

    @override
    def wasted_bytes(self, known: Sequence[str]) -> int:
        return 0  # counted at the tenant in memory, where it is known what was taken

    @override
    def expire(self) -> None:
        raise NotImplementedError

    @override
    def lose(self, digest: str) -> None:
        raise NotImplementedError

    @override
    def refused(self, url: str) -> None:
        """Need not know: what is gone is not found any more."""
