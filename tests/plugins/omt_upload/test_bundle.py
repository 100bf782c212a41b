"""Bundles are plain ustar archives that any tool, and the tenant, opens."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omt_online.server.bundle import verify_bundle
from omt_upload.bundle import build_bundle, bundle_size

CONTENTS = st.lists(st.binary(max_size=1_500), min_size=1, max_size=5, unique=True)


@given(contents=CONTENTS)
def test_a_bundle_is_read_back_by_tar_and_by_the_tenant(contents: list[bytes]) -> None:
    members = [(hashlib.sha256(content).hexdigest(), content) for content in contents]
    whole, digest = build_bundle(members)
    assert len(whole) == bundle_size(len(content) for content in contents)
    assert digest == hashlib.sha256(whole).hexdigest()
    assert build_bundle(members) == (whole, digest)
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        read = [(member.name, archive.extractfile(member)) for member in archive.getmembers()]
        assert [(name, file.read() if file else None) for name, file in read] == members
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bundle")
        path.write_bytes(whole)
        landed = verify_bundle(path, member_bytes=1_500)
    assert [(member.digest.hex(), member.size) for member in landed] == [
        (digest, len(content)) for digest, content in members
    ]
