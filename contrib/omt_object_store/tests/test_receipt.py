"""Whose key signs, where a store is, and which parts a table must have: what a store says of a receipt by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from omt_core.api import InputError, OnlineNotNamedError, OnlineRefusedError
from omt_protocol.receipt import parse_line

from omt_object_store.migration.completion import Totals
from omt_object_store.signing_key import make_key, read_key
from omt_object_store.store.address import StoreAddress, store_address

PART = (
    b'{"stage":"database","key":"t/1","name":"t/1.parquet","size":3,"digest":"'
    + b"cd" * 32
    + (
        b'","part":{"table":"t","number":1,"rows":2,"fingerprint":"'
        + b"0f" * 16
        + b'","last":true,"omitted_columns":[]}}'
    )
)


@pytest.mark.parametrize(
    "parts",
    [(PART, PART), (PART.replace(b'"number":1', b'"number":2'),), (PART.replace(b'"last":true', b'"last":false'),)],
    ids=["one after the last", "none before", "no last one"],
)
def test_the_parts_of_a_table_must_be_all_there(parts: tuple[bytes, ...]) -> None:
    totals = Totals()

    def add_all() -> None:
        for line in parts:
            totals.add(line, parse_line(line))
        totals.finish()

    with pytest.raises(OnlineRefusedError):
        add_all()


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(InputError):
        make_key(tmp_path / "key")
    with pytest.raises(InputError):
        read_key(tmp_path / "key.pub")


def test_addresses_are_read() -> None:
    assert store_address("s3://bucket/a/b/") == StoreAddress(kind="s3", container="bucket", prefix="a/b")
    assert store_address("az://container").name == "az://container"
    assert store_address("file:///srv/a%20b").folder == Path("/srv/a b")


@pytest.mark.parametrize(
    "text",
    [
        "bucket/a", "ftp://x/y", "s3://", "s3://key:secret@bucket/a", "s3://bucket/a?sig=x", "s3://bucket/a#x",
        "s3://bucket/../a", "s3://bucket/a//b", "file://host/share", "file:relative", "s3://[", "s3://bucket:80/a",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InputError) as caught:
        store_address(text)
    assert not isinstance(caught.value, OnlineNotNamedError)
    assert "secret" not in caught.value.message
