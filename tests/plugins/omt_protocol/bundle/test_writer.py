"""Bundles are plain archives, ustar or cpio, that any tool and the tenant open."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omt_protocol.bundle.reader import bundle_digest, verify_bundle
from omt_protocol.bundle.writer import CPIO, USTAR, Framing, build_bundle
from tests.plugins.omt_upload.cpio import read_cpio

FORMATS = st.sampled_from((USTAR, CPIO))
CONTENTS = st.lists(st.binary(max_size=1_500), min_size=1, max_size=5, unique=True)


def laid_out(contents: list[bytes], framing: Framing) -> tuple[bytearray, list[tuple[str, int, int]]]:
    """Put contents into a buffer as the reading of files does."""
    buffer = bytearray(b"?" * framing.bundle_size(map(len, contents)))
    places: list[tuple[str, int, int]] = []
    offset = framing.head
    for content in contents:
        buffer[offset : offset + len(content)] = content
        places.append((hashlib.sha256(content).hexdigest(), offset, len(content)))
        offset += framing.space(len(content))
    return buffer, places


def opened(framing: Framing, whole: bytes) -> list[tuple[str, bytes | None]]:
    """Return names and contents as a tool finds them that knows nothing of bundles."""
    if framing is CPIO:
        return list(read_cpio(whole))
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive.getmembers()]
        return [(name, file.read() if file else None) for name, file in files]


@given(contents=CONTENTS, left_out=st.sets(st.integers(0, 4)), framing=FORMATS)
def test_a_bundle_of_some_of_the_contents_is_read_back_by_any_tool_and_by_the_tenant(
    contents: list[bytes], left_out: set[int], framing: Framing
) -> None:
    buffer, places = laid_out(contents, framing)
    kept = [number for number in range(len(contents)) if number not in left_out] or [0]
    bundle = build_bundle(buffer, [places[number] for number in kept], framing)
    size, whole = bundle.size, bytes(buffer[: bundle.size])
    members = [(places[number][0], contents[number]) for number in kept]
    assert size == framing.bundle_size(len(content) for _, content in members)
    assert opened(framing, whole) == members
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bundle")
        path.write_bytes(whole)
        landed = verify_bundle(path, member_bytes=1_500)
    assert [(member.digest.hex(), member.size) for member in landed] == [
        (digest, len(content)) for digest, content in members
    ]
    assert bundle_digest(landed) == bundle.digest
    digests = b"".join(bytes.fromhex(digest) for digest, _ in members)
    assert bundle.digest == hashlib.sha256((b"cpio" if framing is CPIO else b"") + digests).hexdigest()
