"""Packs and single contents against the index, both ways, and every byte against its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from omt_core.api import sentence
from omt_protocol.bundle.reader import bundle_digest, verify_bundle
from omt_protocol.protocol_error import ProtocolError
from omt_protocol.receipt import Mismatch
from omt_tenant.scrubbing.counts import StoredCounts
from omt_tenant.scrubbing.damage import Damage, store_mismatch
from omt_tenant.scrubbing.index import IndexedContent, IndexedPack, TenantIndex
from omt_tenant.store.contents import Location, open_at
from omt_tenant.store.layout import TenantLayout

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NO_LIMIT = 1 << 62
_PIECE = 1 << 20


def scrub_stored(layout: TenantLayout, index: TenantIndex, counts: StoredCounts) -> Iterator[Mismatch]:
    """Read every pack and content that the index knows; what is damaged is noted in the counts, too."""
    for pack in index.packs():
        if pack.digest is None:
            for content in pack.contents:
                counts.contents += 1
                counts.bytes += content.size
                yield from _check_file(layout.content(content.digest), content, counts.damage)
        else:
            yield from _scrub_pack(layout.pack(pack.digest), pack.digest, pack, index, counts)


def scrub_strays(layout: TenantLayout, index: TenantIndex) -> Iterator[Mismatch]:
    """Yield files that the index does not know; for a tenant at rest, since one that serves may be landing a file."""
    for folder, suffix, knows in (
        (layout.packs, ".tar", index.knows_pack),
        (layout.contents, "", index.knows_file),
    ):
        yield from _strays(folder, suffix, knows)


def scrub_copies(layout: TenantLayout) -> Iterator[Mismatch]:
    """Check the copies of manifests that an import read; for a tenant at rest, since they are made in place."""
    for path in sorted(layout.manifests.iterdir()):
        if path.name != _sha256(path)[0]:
            yield store_mismatch(f"manifests/{path.name}", "digest", sentence("is not its name"))


def _strays(folder: Path, suffix: str, knows: Callable[[str], bool]) -> Iterator[Mismatch]:
    for path in sorted(folder.rglob("*")):
        digest = path.name.removesuffix(suffix)
        expected = path == folder / digest[:2] / f"{digest}{suffix}"
        if path.is_file() and not (expected and _DIGEST.fullmatch(digest) and knows(digest)):
            yield store_mismatch(
                path.relative_to(folder.parent).as_posix(), "index", sentence("does not know this file")
            )


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
        yield store_mismatch(f"packs/{digest}", "file", sentence("cannot be read: {reason}", reason=error.strerror))
        for content in contents:
            counts.damage.add(content.digest)
        return
    except ProtocolError as error:
        yield store_mismatch(f"packs/{digest}", "file", error.message)
        yield from _differing_members(path, digest, contents, counts.damage)
        return
    if length != pack.size:
        yield store_mismatch(
            f"packs/{digest}", "size", sentence("is {found}, not {expected}", found=length, expected=pack.size)
        )
    if (found := bundle_digest(members)) != digest:
        yield store_mismatch(f"packs/{digest}", "digest", sentence("is {found}", found=found))
    held = {(member.digest.hex(), member.size, member.offset) for member in members}
    for content in contents:
        if (content.digest, content.size, content.offset) not in held:
            counts.damage.add(content.digest)
            yield store_mismatch(
                f"packs/{digest}", "index", sentence("places {digest} where it does not lie", digest=content.digest)
            )
    for unknown in index.unknown((member.digest.hex(), member.size) for member in members):
        yield store_mismatch(f"packs/{digest}", "index", sentence("does not know the member {digest}", digest=unknown))


def _differing_members(path: Path, digest: str, contents: list[IndexedContent], damage: Damage) -> Iterator[Mismatch]:
    """Name the contents that are lost with a damaged pack; often all but one are still whole."""
    for content in contents:
        if not _is_whole(Location(path, max(0, content.offset), max(0, content.size)), content.digest):
            damage.add(content.digest)
            yield store_mismatch(f"packs/{digest}", "members", sentence("{digest} is damaged", digest=content.digest))


def _is_whole(location: Location, digest: str) -> bool:
    found, rest = hashlib.sha256(), location.size
    try:
        with open_at(location) as file:
            while rest and (piece := file.read(min(rest, _PIECE))):
                found.update(piece)
                rest -= len(piece)
    except OSError:
        return False
    return not rest and found.hexdigest() == digest


def _check_file(path: Path, content: IndexedContent, damage: Damage) -> Iterator[Mismatch]:
    key = f"contents/{content.digest}"
    try:
        found, length = _sha256(path)
    except OSError as error:
        damage.add(content.digest)
        yield store_mismatch(key, "file", sentence("cannot be read: {reason}", reason=error.strerror))
        return
    if length != content.size:
        yield store_mismatch(key, "size", sentence("is {found}, not {expected}", found=length, expected=content.size))
    if found != content.digest:
        damage.add(content.digest)
        yield store_mismatch(key, "digest", sentence("is {found}", found=found))


def _sha256(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
