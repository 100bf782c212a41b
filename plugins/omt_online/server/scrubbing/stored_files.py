"""Packs and single contents against the index, both ways, and every byte against its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from omt_online.receipt import Mismatch
from omt_online.server.bundle import bundle_digest, verify_bundle
from omt_online.server.layout import TenantLayout
from omt_online.server.protocol_error import ProtocolError
from omt_online.server.scrubbing.index import IndexedContent, IndexedPack, TenantIndex

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NO_LIMIT = 1 << 62
_PIECE = 1 << 20


@dataclass(slots=True)
class StoredCounts:
    """What was read."""

    packs: int = 0
    contents: int = 0
    bytes: int = 0


def scrub_stored(layout: TenantLayout, index: TenantIndex, counts: StoredCounts) -> Iterator[Mismatch]:
    """Read every pack and content that the index knows."""
    for pack in index.packs():
        if pack.digest is None:
            for content in pack.contents:
                counts.contents += 1
                counts.bytes += content.size
                yield from _check_file(layout.content(content.digest), content.digest, content.size, "contents")
        else:
            yield from _scrub_pack(layout.pack(pack.digest), pack.digest, pack, index, counts)


def scrub_strays(layout: TenantLayout, index: TenantIndex) -> Iterator[Mismatch]:
    """Yield files that the index does not know; for a tenant at rest, since one that serves may be landing a file."""
    for folder, suffix, knows in (
        (layout.packs, ".tar", index.knows_pack),
        (layout.contents, "", index.knows_file),
    ):
        yield from _strays(folder, suffix, knows)


def _strays(folder: Path, suffix: str, knows: Callable[[str], bool]) -> Iterator[Mismatch]:
    for path in sorted(folder.rglob("*")):
        digest = path.name.removesuffix(suffix)
        expected = path == folder / digest[:2] / f"{digest}{suffix}"
        if path.is_file() and not (expected and _DIGEST.fullmatch(digest) and knows(digest)):
            yield _mismatch(path.relative_to(folder.parent).as_posix(), "index", "does not know this file")


def _scrub_pack(
    path: Path, digest: str, pack: IndexedPack, index: TenantIndex, counts: StoredCounts
) -> Iterator[Mismatch]:
    counts.packs += 1
    counts.bytes += pack.size
    contents = list(pack.contents)
    counts.contents += len(contents)
    try:
        length = path.stat().st_size
        members = verify_bundle(path, member_bytes=_NO_LIMIT)
    except OSError as error:
        yield _mismatch(f"packs/{digest}", "file", f"cannot be read: {error.strerror}")
        return
    except ProtocolError as error:
        yield _mismatch(f"packs/{digest}", "file", error.message)
        yield from _differing_members(path, digest, contents)
        return
    if length != pack.size:
        yield _mismatch(f"packs/{digest}", "size", f"is {length}, not {pack.size}")
    if (found := bundle_digest(members)) != digest:
        yield _mismatch(f"packs/{digest}", "digest", f"is {found}")
    held = {(member.digest.hex(), member.size, member.offset) for member in members}
    for content in contents:
        if (content.digest, content.size, content.offset) not in held:
            yield _mismatch(f"packs/{digest}", "index", f"places {content.digest} where it does not lie")
    for unknown in index.unknown((member.digest.hex(), member.size) for member in members):
        yield _mismatch(f"packs/{digest}", "index", f"does not know the member {unknown}")


def _differing_members(path: Path, digest: str, contents: list[IndexedContent]) -> Iterator[Mismatch]:
    """Name the contents that are lost with a damaged pack; often all but one are still whole."""
    with path.open("rb") as file:
        for content in contents:
            file.seek(content.offset)
            found, rest = hashlib.sha256(), content.size
            while rest and (piece := file.read(min(rest, _PIECE))):
                found.update(piece)
                rest -= len(piece)
            if rest or found.hexdigest() != content.digest:
                yield _mismatch(f"packs/{digest}", "members", f"{content.digest} is damaged")


def _check_file(path: Path, digest: str, size: int, kind: str) -> Iterator[Mismatch]:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            length = file.tell()
    except OSError as error:
        yield _mismatch(f"{kind}/{digest}", "file", f"cannot be read: {error.strerror}")
        return
    if length != size:
        yield _mismatch(f"{kind}/{digest}", "size", f"is {length}, not {size}")
    if found != digest:
        yield _mismatch(f"{kind}/{digest}", "digest", f"is {found}")


def _mismatch(key: str, field: str, message: str) -> Mismatch:
    return Mismatch(where="store", key=key, field=field, message=message)
