"""The two forms of a bundle at the tenant: what is announced tells them apart, and both land as the same contents."""

from __future__ import annotations

import hashlib

import pytest

from tests.plugins.omt_protocol.bundle.test_cpio import cpio
from tests.plugins.omt_tenant.conftest import Connect, bundle, sha256


@pytest.mark.anyio
async def test_the_same_members_in_the_other_form_are_another_bundle(connect: Connect) -> None:
    contents = [b"content", b"other"]
    digests = b"".join(hashlib.sha256(content).digest() for content in contents)
    data, size = cpio(contents), len(cpio(contents))
    ustar = bundle(contents)
    async with connect() as client:
        await client.open()
        as_ustar = await client.create(data, "bundle", first=size, digest=sha256(digests))
        assert (as_ustar.status, as_ustar.code) == (460, "content-mismatch")
        assert await client.missing(*contents) == [sha256(content) for content in contents]
        assert (await client.create(data, "bundle", first=size, digest=sha256(b"cpio" + digests))).status == 201
        assert (await client.create(ustar, "bundle", first=len(ustar))).status == 201
        for content in contents:
            assert (await client.call("GET", f"/v1/contents/{sha256(content)}")).body == content
