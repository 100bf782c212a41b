"""What a start does first: make files and index agree again after a crash.

No crash leaves the index ahead of the files, since it is written last. Files may be ahead of the index: what landed
whole is taken in after verifying it and making it durable, everything else is removed. A disk that lost files, or a
folder that was put back without some, does leave the index ahead: each file that it names is asked for its size.
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
from omt_tenant.store.lost_files import LostFiles
from omt_tenant.store.state_database import StateDatabase

_log = logging.getLogger("omt.tenant")


def reconcile(layout: TenantLayout, state: StateDatabase, *, member_bytes: int) -> LostFiles:
    """Bring a store that may have been killed at any moment into order; blocks, and must run alone.

    Returns the files that are away, or shorter than the index says. One that is longer holds all that it should.
    """
    with state.read() as connection:
        packs = {
            digest.hex(): (size, identifier)
            for digest, size, identifier in connection.execute("SELECT digest, size, id FROM packs")
        }
        singles = {
            digest.hex(): size
            for digest, size in connection.execute("SELECT digest, size FROM contents WHERE pack IS NULL")
        }
    lost = LostFiles(
        packs={identifier: bytes.fromhex(digest) for digest, (_, identifier) in packs.items()},
        contents=set(map(bytes.fromhex, singles)),
    )
    unknown_packs, unknown_singles = list[Path](), list[Path]()
    for path, size in _files_below(layout.packs):
        least, identifier = packs.get(path.stem, (None, 0))
        if least is None:
            unknown_packs.append(path)
        elif size >= least:
            lost.packs.pop(identifier, None)
    for path, size in _files_below(layout.contents):
        least = singles.get(path.name)
        if least is None:
            unknown_singles.append(path)
        elif size >= least:
            lost.contents.discard(bytes.fromhex(path.name))
    # Only now: what is in them may be what is lost elsewhere.
    for path in unknown_packs:
        _take_pack_in(path, state, member_bytes, lost)
    for path in unknown_singles:
        _take_file_in(path, state)
    if lost:
        _log.warning(
            "%d packs and %d single contents are away or shorter than they were, and do not count as stored",
            len(lost.packs),
            len(lost.contents),
        )
    _trim_uploads(layout, state)
    for copy in layout.manifests.iterdir():
        remove(copy)
    return lost


def _files_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files below the folders in this one, each with its size."""
    for part in sorted(folder.iterdir()):
        with os.scandir(part) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                yield Path(entry.path), entry.stat().st_size


def _take_pack_in(path: Path, state: StateDatabase, member_bytes: int, lost: LostFiles) -> None:
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
        record_pack(connection, bytes.fromhex(digest), size, members, lost)
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
