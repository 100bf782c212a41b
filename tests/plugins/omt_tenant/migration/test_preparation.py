"""Parts that a client tells of are imported at once, and what comes of that is only a head start."""

from __future__ import annotations

import hashlib
import io
import math
import threading

import anyio
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omt_tenant.importing import AheadImport, ahead, import_migration
from omt_tenant.importing.tables import TableImporter
from omt_tenant.migration import preparation
from omt_tenant.migration.completion import Completion
from omt_tenant.settings import TenantSettings

pytestmark = pytest.mark.anyio

FINGERPRINT = "1eca1643fd27b3c8f20aaa9a667040a8"
"""Of the one row (7, NULL, '', 'Åse'): docs/reference/fingerprint.md."""


def parquet() -> bytes:
    table = pa.table({"a": [7], "b": pa.array([None], pa.int64()), "c": [""], "d": ["Åse"]})
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"omt.fingerprint": "2"}), file)
    return file.getvalue()


def described(**changed):
    part = {"table": "t", "number": 1, "rows": 1, "fingerprint": FINGERPRINT, "last": True}
    return part | changed


async def tell(client, content, **changed):
    part = described(**changed) | {"digest": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return await client.call("POST", f"/v1/migrations/{client.migration}/parts", {"parts": [part]})


async def commit(client, make_line, content, **changed):
    part = described(omitted_columns=[], **changed)
    assert (await client.commit("database", make_line("database", "t/1", content, part=part))).status == 204


@pytest.fixture
def fetched(monkeypatch):
    """The parts that anybody imports."""
    keys, original = [], TableImporter._fetch
    monkeypatch.setattr(TableImporter, "_fetch", lambda self, part: keys.append(part.number) or original(self, part))
    return keys


@pytest.fixture
def taken(monkeypatch):
    """Set when a hint was worked off, whatever came of it."""
    event, original = anyio.Event(), AheadImport.take

    def take(self, parts, stop):
        try:
            original(self, parts, stop)
        finally:
            anyio.from_thread.run_sync(event.set)

    monkeypatch.setattr(AheadImport, "take", take)
    return event


async def test_a_completion_finds_what_was_imported_when_it_was_told_of(connect, make_line, fetched, taken):
    content = parquet()
    async with connect(importer=import_migration) as client:
        await client.open("test")
        await client.store(content)
        assert (await tell(client, content)).status == 202
        await taken.wait()
        assert fetched == [1]
        await commit(client, make_line, content)
        await client.complete()
        assert (await client.finished())["state"] == "done"
    assert fetched == [1]


async def test_what_was_imported_ahead_outlives_a_restart(connect, make_line, fetched, taken):
    content = parquet()
    async with connect(importer=import_migration) as client:
        await client.open("test")
        await client.store(content)
        await tell(client, content)
        await taken.wait()
        headers, migration = client.headers, client.migration
    async with connect(importer=import_migration) as client:
        client.headers, client.migration = headers, migration
        await commit(client, make_line, content)
        await client.complete()
        assert (await client.finished())["state"] == "done"
    assert fetched == [1]


async def test_the_database_stays_open_for_what_comes_within_a_moment(connect, fetched, taken, monkeypatch):
    opened, original = [], ahead.open_database
    monkeypatch.setattr(preparation, "KEPT_OPEN", math.inf)
    monkeypatch.setattr(ahead, "open_database", lambda *words, **more: opened.append(1) or original(*words, **more))
    content = parquet()
    async with connect(importer=import_migration) as client:
        await client.open("test")
        await client.store(content)
        await tell(client, content, last=False)
        await taken.wait()
        await tell(client, content, number=2)
        while len(fetched) < 2:  # noqa: ASYNC110 - a step of a thread sets no event
            await anyio.sleep(0.01)
    assert fetched == [1, 2]
    assert opened == [1]


async def test_what_is_told_of_while_the_database_is_closed_is_imported_too(connect, fetched, monkeypatch):
    closing, told, original = anyio.Event(), threading.Event(), AheadImport.close

    def close(self):
        anyio.from_thread.run_sync(closing.set)
        told.wait()
        original(self)

    monkeypatch.setattr(preparation, "KEPT_OPEN", 0)
    monkeypatch.setattr(AheadImport, "close", close)
    content = parquet()
    async with connect(importer=import_migration) as client:
        await client.open("test")
        await client.store(content)
        await tell(client, content, last=False)
        await closing.wait()
        await tell(client, content, number=2)
        told.set()
        while len(fetched) < 2:  # noqa: ASYNC110 - a step of a thread sets no event
            await anyio.sleep(0.01)
    assert fetched == [1, 2]


async def test_a_hint_that_is_wrong_does_no_harm(connect, make_line, tmp_path, taken):
    content = parquet()
    async with connect(importer=import_migration) as client:
        await client.open("test")
        await client.store(content)
        await tell(client, content, fingerprint="0" * 32)
        await taken.wait()
        assert (await tell(client, b"never stored")).status == 202
        await commit(client, make_line, content)
        await client.complete()
        assert (await client.finished())["state"] == "done"
    assert not list((tmp_path / "tenant" / "databases").glob("*.building"))


async def test_hints_are_left_alone_while_an_import_runs_and_in_a_recovery_of_missing_files(
    connect, make_line, importer, tmp_path
):
    content, over = parquet(), anyio.Event()

    async def waiting(*arguments, **more):
        await over.wait()
        return await importer(*arguments, **more)

    async with connect(importer=waiting) as client:
        await client.open("live")
        await client.store(content)
        await commit(client, make_line, content)
        await client.complete()
        assert (await tell(client, content)).status == 202
        over.set()
        assert (await client.finished())["state"] == "done"
        await client.open("live", "missing")
        assert (await tell(client, content)).status == 202
    assert not list((tmp_path / "tenant" / "databases").glob("*.building"))


async def test_hints_are_bounded_and_checked(connect):
    async with connect(settings=TenantSettings(digests_per_request=2)) as client:
        await client.open("live")
        part = described(digest="ab" * 32, size=1)
        path = f"/v1/migrations/{client.migration}/parts"
        assert (await client.call("POST", path, {"parts": [part] * 3})).code == "too-large"
        for wrong in ({"number": 0}, {"table": ""}, {"fingerprint": "0"}, {"digest": "AB" * 32}, {"more": 1}):
            assert (await client.call("POST", path, {"parts": [part | wrong]})).code == "request-malformed"


async def test_an_answer_is_kept_back_until_the_completion_is_over_where_that_is_preferred(
    connect, make_line, importer, monkeypatch
):
    kept_back, original = anyio.Event(), Completion.over

    async def over(self, patience):
        kept_back.set()
        assert patience == 10
        await original(self, 60)

    async def waiting(*arguments, **more):
        await kept_back.wait()
        return await importer(*arguments, **more)

    monkeypatch.setattr(Completion, "over", over)
    async with connect(importer=waiting) as client:
        await client.open("live")
        assert (await client.commit("database", make_line("database", "p/1", None))).status == 204
        await client.complete()
        path = f"/v1/migrations/{client.migration}/completion"
        assert (await client.call("GET", path, headers={"Prefer": "respond-async, wait=600"})).json["state"] == "done"
