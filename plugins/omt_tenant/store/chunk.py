"""One chunk of an upload: written as it comes, believed only when its checksum holds and it is durable."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import FileIO

from omt_protocol.bundle.reader import BundleReader
from omt_protocol.protocol_error import CHECKSUM_MISMATCH, ProtocolError, too_large
from omt_tenant.store.checksum import ExpectedChecksum
from omt_tenant.store.landing import Landing
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.uploads import Unseen, Upload, UploadStore

_PIECES_AT_ONCE = 1_000
"""So many pieces the system takes in one call, and a few more."""


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

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append pieces. Raises ProtocolError `too-large`, or OSError when the disk is full."""
        size = sum(map(len, pieces))
        self._room -= size
        if self._room < 0:
            raise too_large("The body goes beyond the upload's length or the size of a chunk.")
        _append(self._file, pieces)
        self._end += size
        for piece in pieces:
            self._verifier.update(piece)
            if self._checksum is not None:
                self._checksum.update(piece)

    @property
    def closed(self) -> bool:
        """Tell whether nothing is left to close."""
        return self._file.closed

    def finish(self, pieces: Sequence[bytes] = ()) -> Upload:
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


def _append(file: FileIO, pieces: Sequence[bytes]) -> None:
    """Write pieces in as few calls as the system takes: each lets go of Python's lock, and has to wait for it then."""
    for begin in range(0, len(pieces), _PIECES_AT_ONCE):
        part = pieces[begin : begin + _PIECES_AT_ONCE]
        written = 0 if sys.platform == "win32" else os.writev(file.fileno(), part)  # Windows has no writev
        for piece in part:
            if written < len(piece):
                rest = memoryview(piece)[written:]
                while rest:
                    rest = rest[file.write(rest) :]
            written = max(0, written - len(piece))
