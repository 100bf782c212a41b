from __future__ import annotations

import json

import anyio
import pytest

from omt_online.settings import ClientSettings
from omt_online.verifying.tenant import check_tenant
from omt_protocol.receipt import parse_receipt
from tests.plugins.omt_online.handing_tenant import tenant_with


@pytest.fixture
def compare(signed, tmp_path):
    """Compare what is on disk with a tenant that has the given files."""

    def run(*, receipt: bytes | None = None, manifest: bytes | None = None, public_key: str | None = None):
        ours = parse_receipt(signed.receipt.read_bytes())
        secret = tmp_path / "token"
        secret.write_text("secret\n")

        async def check():
            async with tenant_with(
                receipt or signed.receipt.read_bytes(),
                signed.manifest.read_bytes() if manifest is None else manifest,
                public_key or ours.header.public_key,
            ) as (url, asked):
                settings = ClientSettings(url=url, token_file=secret)
                found = await check_tenant(settings, ours, signed.manifest, 100)
                assert all("Omt-Claim" not in headers for headers in asked)
                return [(mismatch.key, mismatch.field) for mismatch in found]

        return anyio.run(check)

    return run


def test_a_tenant_that_hands_out_the_same_agrees(compare):
    assert compare() == []


def test_another_key_is_named(compare):
    assert compare(public_key="0" * 64) == [("", "header.public_key")]


def test_each_line_that_differs_is_named_by_key_and_field(compare, signed):
    lines = signed.manifest.read_bytes().splitlines(keepends=True)
    changed = lines[0].replace(b"Offer", b"Other"), lines[2], lines[2].replace(b'"key":"NO', b'"key":"SP')
    assert compare(manifest=b"".join(changed)) == [
        ("documents/1", "name"),
        ("documents/2", "key"),
        ("templates/SP/Mail.htm", "key"),
    ]


def test_a_manifest_that_cannot_be_read_is_named(compare):
    assert compare(manifest=b"nonsense\n") == [("", "line")]


def test_a_receipt_of_a_later_run_is_told_field_by_field(compare, signed):
    record = json.loads(signed.receipt.read_bytes())
    record["header"]["completed_at"] = "2026-01-03T03:04:05Z"
    record["signature"] = "0" * 128
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert compare(receipt=text) == [("", "header.completed_at"), ("", "signature")]
