"""One chunk of an upload: written as it comes, believed only when its checksum holds and it is durable."""

from __future__ import annotations

import os
from collections.abc import Iterable

from omt_protocol.bundle.reader import BundleReader
from omt_protocol.protocol_error import CHECKSUM_MISMATCH, ProtocolError, too_large
from omt_tenant.store.checksum import ExpectedChecksum
from omt_tenant.store.landing import Landing
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.uploads import Unseen, Upload, UploadStore


class Chunk:
    """Takes the bytes of one PATCH (or of a creation). Used by one thread at a time; `close` in any case."""

    def __init__(
        self,
        upload: Upload,
        *,
        layout: TenantLayout,
        uploads: UploadStore,
        landing: Landing,
        checksum: ExpectedChecksum | None,
        limit: int,
    ) -> None:
        self._upload = upload
        self._uploads = uploads
        self._landing = landing
        self._checksum = checksum
        self._room = min(limit, upload.length - upload.offset)
        self._end = upload.offset
        self._verifier = uploads.verifier(upload)
        # Unbuffered, so that a full disk is noticed by the write that it hits.
        self._file = layout.upload(upload.uid).open("r+b", buffering=0)
        self._file.seek(upload.offset)

    def write(self, pieces: Iterable[bytes]) -> None:
        """Append pieces. Raises ProtocolError `too-large`, or OSError when the disk is full."""
        for piece in pieces:
            self._room -= len(piece)
            if self._room < 0:
                raise too_large("The body goes beyond the upload's length or the size of a chunk.")
            # As it came: joining pieces for longer writes and hashes gains nothing (docs/benchmarks.md).
            rest = memoryview(piece)
            while rest:
                rest = rest[self._file.write(rest) :]
            self._end += len(piece)
            self._verifier.update(piece)
            if self._checksum is not None:
                self._checksum.update(piece)

    @property
    def closed(self) -> bool:
        """Tell whether nothing is left to close."""
        return self._file.closed

    def finish(self, pieces: Iterable[bytes] = ()) -> Upload:
        """Append the last pieces, make the chunk durable, and land the upload if it is whole now.

        Returns how the upload stands.

        Raises ProtocolError `checksum-mismatch` (nothing of the chunk is kept) or what landing raises (nothing of the
        upload is kept).
        """
        self.write(pieces)
        so_far = None if isinstance(self._verifier, BundleReader | Unseen) else self._verifier
        if self._checksum is not None and not self._checksum.matches(so_far):
            raise ProtocolError(
                CHECKSUM_MISMATCH,
                "checksum-mismatch",
                "The chunk is not what its checksum says; nothing of it was kept.",
                "Send the chunk again.",
            )
        os.fsync(self._file.fileno())
        if self._end == self._upload.length:
            self._file.close()
            upload = self._landing.land(self._upload, self._verifier)
        else:
            upload = self._uploads.record(self._upload, self._end)
            self._file.close()
        self._uploads.keep_verifier(upload, self._verifier)
        return upload

    def close(self) -> None:
        """Drop what was not made durable; nothing to do after `finish`."""
        if self._file.closed:
            return
        try:
            self._file.truncate(self._upload.offset)
        finally:
            self._file.close()
