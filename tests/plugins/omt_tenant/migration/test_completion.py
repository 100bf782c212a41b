"""Completion: asked for once, run to its end whatever happens, and swapped in as a whole."""

from __future__ import annotations

import anyio
import pytest

from omt_core.api.errors import InputError
from omt_tenant.importing import Detail, VerificationFailedError

pytestmark = pytest.mark.anyio
USER = {"login": "HH", "associate_id": 7, "plan": "SalesPREM", "user_name": "h@example.com"}


async def committed(client, make_line, kind="live"):
    await client.open(kind)
    assert (await client.commit("database", make_line("database", "p/1", None))).status == 204
    assert (await client.commit("documents", make_line("documents", "1", None))).status == 204


async def test_a_completion_imports_the_stages_and_decisions_and_hands_out_the_receipt(connect, make_line, importer):
    async with connect(importer=importer) as client:
        await committed(client, make_line)
        assert (await client.completion())["state"] == "none"
        assert (await client.call("GET", f"/v1/migrations/{client.migration}/receipt")).code == "receipt-unknown"
        assert (await client.complete(users=[USER], plugins={"online": "1"})).status == 202
        assert (await client.finished())["state"] == "done"
        [migration] = importer.calls
        assert [stage.stage for stage in migration.stages] == ["database", "documents"]
        assert migration.request.users[0].user_name == "h@example.com"
        assert not migration.keep_database
        receipt = await client.call("GET", f"/v1/migrations/{client.migration}/receipt")
        assert (receipt.headers["Content-Type"], receipt.body) == ("application/json", b"import-1-0")
        manifest = await client.call("GET", f"/v1/migrations/{client.migration}/manifest")
        assert manifest.headers["Content-Type"] == "application/x-ndjson"


async def test_asking_again_for_the_same_completion_starts_nothing(connect, make_line, importer):
    async with connect(importer=importer) as client:
        await committed(client, make_line)
        await client.complete()
        await client.finished()
        assert (await client.complete()).status == 202
        assert (await client.complete(language="no")).code == "run-over"
        assert len(importer.calls) == 1


async def test_without_the_database_nothing_is_completed(connect, make_line):
    async with connect() as client:
        await client.open()
        await client.commit("documents", make_line("documents", "1", None))
        assert (await client.complete()).code == "stage-missing"


async def test_stages_of_different_snapshots_are_not_completed_together(connect, make_line):
    async with connect() as client:
        await committed(client, make_line)
        await client.commit("database", make_line("database", "p/1", None), snapshot="s2")
        answer = await client.complete()
        assert (answer.status, answer.code, answer.json["error"]["details"]) == (
            409,
            "snapshot-mismatch",
            ["documents"],
        )
        await client.commit("documents", make_line("documents", "1", None), snapshot="s2")
        assert (await client.complete()).status == 202
        await client.finished()


async def test_a_refusal_is_told_with_its_reasons_and_can_be_mended(connect, make_line, importer):
    details = [Detail(code="fingerprint-differs", subject="person", message="is not what was sent")]
    importer.error = VerificationFailedError(details)
    async with connect(importer=importer) as client:
        await committed(client, make_line)
        await client.complete()
        answer = await client.finished()
        assert (answer["state"], answer["error"]["code"]) == ("failed", "verification-failed")
        assert answer["error"]["details"] == ["person: is not what was sent (fingerprint-differs)"]
        assert (await client.tenant())["state"] == "MigrationPending"
        importer.error = None
        assert (await client.commit("documents", make_line("documents", "2", None))).status == 204
        assert (await client.complete()).status == 202
        assert (await client.finished())["state"] == "done"


async def test_an_import_that_breaks_is_told_without_its_text(connect, make_line, importer, caplog):
    importer.error = ZeroDivisionError("secret")
    async with connect(importer=importer) as client:
        await committed(client, make_line)
        await client.complete()
        answer = await client.finished()
        assert answer["error"]["code"] == "import-failed"
        assert "secret" not in str(answer)
    assert "secret" in caplog.text


async def test_a_recovery_keeps_the_database_and_imports_over_what_is_there(connect, make_line, importer):
    async with connect(importer=importer) as client:
        await committed(client, make_line)
        await client.complete()
        await client.finished()
        await client.open("live", "missing")
        await client.store(b"found")
        await client.commit("documents", make_line("documents", "1", b"found"))
        await client.complete()
        assert (await client.finished())["state"] == "done"
        migration = importer.calls[-1]
        assert migration.keep_database
        documents = next(stage for stage in migration.stages if stage.stage == "documents")
        assert documents.manifest.read_bytes() == make_line("documents", "1", b"found")
        assert [stage.stage for stage in migration.stages] == ["database", "documents"]


async def test_an_import_that_a_stop_interrupted_begins_again_at_the_next_start(connect, make_line, importer):
    started = anyio.Event()

    async def endless(*_: object, **__: object) -> None:
        started.set()
        await anyio.sleep_forever()

    async with connect(importer=endless) as client:
        await committed(client, make_line)
        await client.complete()
        await started.wait()
        assert (await client.completion())["state"] == "verifying"
        assert (await client.complete()).status == 202
        assert (await client.complete(language="no")).code == "completion-running"
        assert (await client.commit("documents")).code == "completion-running"
        assert (await client.open("test")).code == "completion-running"
        assert (await client.open("live")).status == 200
        headers, migration = client.headers, client.migration
    async with connect(importer=importer) as client:
        client.headers, client.migration = headers, migration
        assert (await client.finished())["state"] == "done"
        assert len(importer.calls) == 1


async def test_a_second_process_cannot_serve_the_same_folder(connect):
    async with connect():
        with pytest.raises(InputError) as caught:
            async with connect():
                pass
        assert caught.value.code == "tenant-locked"
