"""What a start does first: make files and index agree again after a crash.

The index is never ahead of the files, since it is written last. Files may be ahead of the index: what landed whole is
taken in after verifying it and making it durable, everything else is removed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from omt_core.api.files import make_sure, remove
from omt_protocol.bundle.reader import bundle_digest, verify_bundle
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.store.contents import record_file, record_pack
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.state_database import StateDatabase

_log = logging.getLogger("omt.tenant")


def reconcile(layout: TenantLayout, state: StateDatabase, *, member_bytes: int) -> None:
    """Bring a store that may have been killed at any moment into order; blocks, and must run alone."""
    with state.read() as connection:
        packs = {digest.hex() for (digest,) in connection.execute("SELECT digest FROM packs")}
        singles = {digest.hex() for (digest,) in connection.execute("SELECT digest FROM contents WHERE pack IS NULL")}
    for path in _files_below(layout.packs):
        if path.stem not in packs:
            _take_pack_in(path, state, member_bytes)
    for path in _files_below(layout.contents):
        if path.name not in singles:
            _take_file_in(path, state)
    _trim_uploads(layout, state)
    for copy in layout.manifests.iterdir():
        remove(copy)


def _files_below(folder: Path) -> Iterator[Path]:
    for part in sorted(folder.iterdir()):
        yield from sorted(part.iterdir())


def _take_pack_in(path: Path, state: StateDatabase, member_bytes: int) -> None:
    digest, size = path.stem, path.stat().st_size
    try:
        members = verify_bundle(path, member_bytes=member_bytes)
    except ProtocolError:
        members = []
    if not members or bundle_digest(members) != digest:
        _log.warning("Removing a pack that did not land whole: %s", path.name)
        remove(path)
        return
    make_sure(path)

    def change(connection: sqlite3.Connection) -> None:
        record_pack(connection, bytes.fromhex(digest), size, members)
        _mark_landed(connection, ("bundle", "zstd-bundle"), digest)

    state.write(change)


def _take_file_in(path: Path, state: StateDatabase) -> None:
    digest, size = path.name, path.stat().st_size
    if _sha256(path) != digest:
        _log.warning("Removing a content that did not land whole: %s", path.name)
        remove(path)
        return
    make_sure(path)

    def change(connection: sqlite3.Connection) -> None:
        record_file(connection, bytes.fromhex(digest), size)
        _mark_landed(connection, ("file", "file"), digest)

    state.write(change)


def _mark_landed(connection: sqlite3.Connection, kinds: tuple[str, str], digest: str) -> None:
    connection.execute(
        "UPDATE uploads SET state = 'landed', offset = length WHERE kind IN (?, ?) AND digest = ? AND state = 'open'",
        (*kinds, bytes.fromhex(digest)),
    )


def _trim_uploads(layout: TenantLayout, state: StateDatabase) -> None:
    with state.read() as connection:
        offsets = dict(connection.execute("SELECT uid, offset FROM uploads WHERE state = 'open'").fetchall())
    lost = []
    for uid, offset in offsets.items():
        path = layout.upload(uid)
        size = path.stat().st_size if path.exists() else -1
        if size < offset:
            lost.append((uid,))
        elif size > offset:
            os.truncate(path, offset)
    if lost:
        state.write(lambda connection: connection.executemany("UPDATE uploads SET state = 'gone' WHERE uid = ?", lost))
    for path in layout.uploads.iterdir():
        if path.name not in offsets or (path.name,) in lost:
            remove(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
