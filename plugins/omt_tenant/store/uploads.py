"""Uploads in progress: created, appended to chunk by durable chunk, landed when whole, given up, or expired."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from omt_core.api.files import PRIVATE_FILE, remove, sync_folder
from omt_protocol.bundle.reader import BundleReader
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.state_database import StateDatabase

UploadKind = Literal["file", "bundle", "zstd-bundle"]


class Unseen:
    """Stands for what goes over the bytes of a bundle in one frame: they are looked at when it is unpacked."""

    def update(self, piece: bytes, /) -> None:
        """Take the next bytes."""

    def copy(self) -> Unseen:
        """Return one that goes on from here by itself."""
        return self


Verifier: TypeAlias = "hashlib._Hash | BundleReader | Unseen"  # noqa: SLF001 - a hasher has no public name
"""What goes over the bytes of an upload as they come: one sha256 of a file, one of each member of a bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload as the tenant knows it. `offset` bytes of `length` are durable; `digest` is the sha256 of all, as hex.

    `metadata` is the header as it came, `expires` a time in seconds since 1970.
    """

    uid: str
    kind: UploadKind
    digest: str
    length: int
    offset: int
    metadata: str
    expires: float
    state: Literal["open", "landed", "gone"] = "open"


class UploadStore:
    """The uploads of one tenant. All methods block; an upload may be in one thread's hand at a time only."""

    def __init__(
        self,
        layout: TenantLayout,
        state: StateDatabase,
        *,
        member_bytes: int,
        lifetime: float,
        clock: Callable[[], float],
    ) -> None:
        self._member_bytes = member_bytes
        self._layout = layout
        self._state = state
        self._lifetime = lifetime
        self._clock = clock
        self._progress: dict[str, tuple[int, Verifier]] = {}

    def announce(self, kind: UploadKind, digest: str, length: int, metadata: str) -> Upload:
        """Make an upload with an empty file. It is not durable until `record` says so."""
        uid = secrets.token_hex(16)
        self._layout.upload(uid).touch(mode=PRIVATE_FILE, exist_ok=False)
        return Upload(
            uid=uid, kind=kind, digest=digest, length=length, offset=0, metadata=metadata, expires=self._expiry()
        )

    def find(self, uid: str) -> Upload:
        """Return an upload, landed or open. Raises ProtocolError `upload-unknown`: 404, or 410 when it is no more."""
        with self._state.read() as connection:
            row = connection.execute(
                "SELECT uid, kind, digest, length, offset, metadata, expires, state FROM uploads WHERE uid = ?", (uid,)
            ).fetchone()
        if row is None:
            raise _unknown(404, "There is no such upload.")
        upload = Upload(
            uid=row[0], kind=row[1], digest=row[2].hex(), length=row[3], offset=row[4], metadata=row[5],
            expires=row[6], state=row[7],
        )  # fmt: skip
        if upload.state == "gone":
            raise _unknown(410, "The upload was given up.")
        if upload.expires <= self._clock():
            self.give_up(upload)
            raise _unknown(410, "The upload has expired.")
        if upload.state == "open" and not self._layout.upload(uid).exists():
            self.give_up(upload)
            raise _unknown(410, "The bytes of the upload are gone.")
        return upload

    def record(
        self, upload: Upload, offset: int, *, also: Callable[[sqlite3.Connection], None] | None = None
    ) -> Upload:
        """Journal how far an upload is, together with what lands; durable on return."""
        landed = offset == upload.length and also is not None
        now = replace(upload, offset=offset, expires=self._expiry(), state="landed" if landed else "open")

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO uploads (uid, kind, digest, length, offset, metadata, expires, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (now.uid, now.kind, bytes.fromhex(now.digest), now.length, now.offset, now.metadata, now.expires,
                 now.state),
            )  # fmt: skip
            if also is not None:
                also(connection)

        if upload.offset == 0 and not landed:
            sync_folder(self._layout.uploads)  # its first journalled offset: the file's name must last as well
        self._state.write(change)
        return now

    def give_up(self, upload: Upload) -> None:
        """Forget an open upload's bytes; a landed one only loses its address.

        The bytes go first: on a full disk they may be the room that noting it takes, and without them it is unknown.
        """
        self._progress.pop(upload.uid, None)
        remove(self._layout.upload(upload.uid))
        self._state.write(
            lambda connection: connection.execute("UPDATE uploads SET state = 'gone' WHERE uid = ?", (upload.uid,))
        )

    def sweep(self) -> None:
        """Remove what has expired."""
        now = self._clock()
        with self._state.read() as connection:
            expired = [uid for (uid,) in connection.execute("SELECT uid FROM uploads WHERE expires <= ?", (now,))]
        if not expired:
            return
        self._state.write(lambda connection: connection.execute("DELETE FROM uploads WHERE expires <= ?", (now,)))
        for uid in expired:
            self._progress.pop(uid, None)
            remove(self._layout.upload(uid))

    def verifier(self, upload: Upload) -> Verifier:
        """Return what has seen the durable bytes of an upload; they are read again from the file after a restart."""
        if not upload.offset:
            return self._new_verifier(upload.kind)
        offset, verifier = self._progress.get(upload.uid, (0, None))
        if verifier is None or offset != upload.offset:
            verifier = self._new_verifier(upload.kind)
            if not isinstance(verifier, Unseen):
                with self._layout.upload(upload.uid).open("rb") as file:
                    _feed(verifier, file.read, upload.offset)
        return verifier.copy()

    def keep_verifier(self, upload: Upload, verifier: Verifier) -> None:
        """Remember what has seen an upload's durable bytes, so that the next chunk goes on from it."""
        if upload.state == "open":
            self._progress[upload.uid] = (upload.offset, verifier)
        else:
            self._progress.pop(upload.uid, None)

    def _new_verifier(self, kind: UploadKind) -> Verifier:
        match kind:
            case "file":
                return hashlib.sha256()
            case "bundle":
                return BundleReader(member_bytes=self._member_bytes)
            case "zstd-bundle":
                return Unseen()

    def _expiry(self) -> float:
        return self._clock() + self._lifetime


def _feed(verifier: Verifier, read: Callable[[int], bytes], size: int) -> None:
    while size > 0 and (piece := read(min(size, 1 << 20))):
        verifier.update(piece)
        size -= len(piece)


def _unknown(status: int, message: str) -> ProtocolError:
    return ProtocolError(status, "upload-unknown", message, "Create the upload anew.")
