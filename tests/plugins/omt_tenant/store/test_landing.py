"""An upload lands whole, or keeps its bytes: also where the index has no room for what landed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.store.state_database import StateDatabase
from omt_tenant.store.uploads import Upload
from omt_tenant.tenant import Store

DATA = b"content" * 1_000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "tenant")
    yield store
    store.close()


@pytest.fixture
def upload(store: Store) -> Upload:
    announced = store.uploads.announce("file", DIGEST, len(DATA), "")
    store.layout.upload(announced.uid).write_bytes(DATA)
    return store.uploads.record(announced, len(DATA) - 1)


def test_an_upload_that_the_index_has_no_room_for_keeps_its_bytes_and_lands_later(
    store: Store, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:

        def refuse(*_: object) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

        full.setattr(StateDatabase, "write", refuse)
        with pytest.raises(sqlite3.OperationalError):
            store.landing.land(upload, hashlib.sha256(DATA))
    assert store.uploads.find(upload.uid) == upload
    assert store.layout.upload(upload.uid).read_bytes() == DATA
    assert store.landing.land(upload, hashlib.sha256(DATA)).state == "landed"
    with store.contents.open(DIGEST) as file:
        assert file.read() == DATA


def test_an_upload_whose_bytes_are_gone_is_to_be_created_anew(store: Store, upload: Upload) -> None:
    store.layout.upload(upload.uid).unlink()
    for _ in range(2):
        with pytest.raises(ProtocolError) as caught:
            store.uploads.find(upload.uid)
        assert (caught.value.status, caught.value.code) == (410, "upload-unknown")
