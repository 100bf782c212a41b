"""What lies in a tenant's folder while nobody serves it: for tests that judge what a transfer has brought there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.scrubbing.counts import StoredCounts
from omt_tenant.scrubbing.index import open_index
from omt_tenant.scrubbing.stored_files import scrub_stored, scrub_strays
from omt_tenant.settings import TenantSettings
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.uploads import Upload
from omt_tenant.tenant import Store


@dataclass(frozen=True, slots=True)
class TenantHoldings:
    """The contents and uploads of a tenant's folder."""

    folder: Path
    settings: TenantSettings

    def sizes(self) -> Mapping[str, int]:
        """Return the sizes of all contents that are there whole, by digest."""
        with open_index(TenantLayout(self.folder)) as index:
            return {content.digest: content.size for pack in index.packs() for content in pack.contents}

    def faults(self) -> Sequence[str]:
        """Return what a scrub says of the stored files."""
        layout = TenantLayout(self.folder)
        with open_index(layout) as index:
            return [*map(str, scrub_stored(layout, index, StoredCounts())), *map(str, scrub_strays(layout, index))]

    def reached(self, url: str) -> int | None:
        """Return how far an upload is that can go on; None for any other."""
        upload = self._find(url)
        return upload.offset if upload is not None and upload.state == "open" else None

    def finished(self, url: str) -> bool:
        """Tell whether an upload has become whole."""
        upload = self._find(url)
        return upload is not None and upload.state == "landed"

    def _find(self, url: str) -> Upload | None:
        with closing(Store.open(self.folder, settings=self.settings)) as store:
            try:
                return store.uploads.find(url.rpartition("/")[2])
            except ProtocolError:
                return None
