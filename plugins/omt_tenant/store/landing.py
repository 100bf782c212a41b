"""The last step of an upload: the whole is verified, put into its place, and from then on known."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from omt_core.api.files import PRIVATE_FILE, move_into_place, remove, replace
from omt_protocol.bundle.frame import out_of_a_frame
from omt_protocol.bundle.reader import BundleReader, bundle_digest
from omt_protocol.protocol_error import CHECKSUM_MISMATCH, ProtocolError
from omt_tenant.settings import TenantSettings
from omt_tenant.store.contents import ContentStore, record_file, record_pack
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.lost_files import LostFiles
from omt_tenant.store.uploads import Unseen, Upload, UploadStore, Verifier


class Landing:
    """Lands uploads. The order is what makes it safe at any crash: data durable, then name, then index, then answer.

    A crash between name and index leaves a file that the index does not know: `reconciliation` takes it in at the
    next start.
    """

    def __init__(
        self,
        layout: TenantLayout,
        contents: ContentStore,
        uploads: UploadStore,
        settings: TenantSettings,
        lost: LostFiles,
    ) -> None:
        self._layout = layout
        self._lost = lost
        self._contents = contents
        self._uploads = uploads
        self._settings = settings

    def land(self, upload: Upload, verifier: Verifier) -> Upload:
        """Land an upload whose bytes are all durable, and all of which the verifier has seen. Blocks.

        Raises ProtocolError `content-mismatch` or `bundle-malformed`; the upload is gone then.
        """
        try:
            if isinstance(verifier, Unseen):
                return self._land_frame(upload)
            if isinstance(verifier, BundleReader):
                return self._land_bundle(upload, self._layout.upload(upload.uid), verifier)
            _require(upload.digest, verifier.hexdigest())
            return self._land_file(upload)
        except ProtocolError:
            self._uploads.give_up(upload)
            raise

    def _land_file(self, upload: Upload) -> Upload:
        source, digest = self._layout.upload(upload.uid), bytes.fromhex(upload.digest)
        if upload.digest in self._contents.sizes([upload.digest]):
            landed = self._uploads.record(upload, upload.length, also=lambda _: None)
            remove(source)
            return landed
        landed = self._place(
            upload,
            source,
            self._layout.content(upload.digest),
            lambda connection: record_file(connection, digest, upload.length),
        )
        self._lost.content_landed(digest)
        return landed

    def _land_frame(self, upload: Upload) -> Upload:
        """Land the bundle that lies in a frame. What a crash leaves of it the next start removes."""
        frame, unpacked = self._layout.upload(upload.uid), self._layout.unpacked(upload.uid)
        reader = BundleReader(member_bytes=self._settings.member_bytes)
        try:
            unpacked.touch(mode=PRIVATE_FILE)
            with frame.open("rb") as packed, unpacked.open("wb") as file:
                for piece in out_of_a_frame(packed, self._settings.bundle_bytes):
                    reader.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            landed = self._land_bundle(upload, unpacked, reader)
        finally:
            remove(unpacked)
        remove(frame)
        return landed

    def _land_bundle(self, upload: Upload, source: Path, reader: BundleReader) -> Upload:
        members, digest = reader.members(), bytes.fromhex(upload.digest)
        _require(upload.digest, bundle_digest(members))
        size = source.stat().st_size
        if self._contents.has_pack(upload.digest):  # the same members at the same places
            landed = self._uploads.record(upload, upload.length, also=lambda _: None)
            remove(source)
            return landed
        landed = self._place(
            upload,
            source,
            self._layout.pack(upload.digest),
            lambda connection: record_pack(connection, digest, size, members, self._lost),
        )
        self._lost.pack_landed(digest, (member.digest for member in members))
        return landed

    def _place(self, upload: Upload, source: Path, target: Path, index: Callable[[sqlite3.Connection], None]) -> Upload:
        move_into_place(source, target)
        try:
            return self._uploads.record(upload, upload.length, also=index)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                # Nothing was noted. The upload gets its bytes back, so that its last chunk can be sent again. After any
                # other error the index may hold them all the same, and they stay where it says.
                replace(target, source)
            raise


def _require(announced: str, arrived: str) -> None:
    if announced != arrived:
        raise ProtocolError(
            CHECKSUM_MISMATCH,
            "content-mismatch",
            "What arrived is not what was announced; nothing of it was kept.",
            "Read the file again and send it in a new upload.",
            fields={"digests": [announced]},
        )
