from __future__ import annotations

import argparse
import hashlib
import io
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError
from omt_core.api.items import TablePart
from omt_core.api.online import CompletionRequest, ManifestEntry
from omt_protocol.bundle.reader import verify_bundle
from omt_protocol.receipt import manifest_line
from omt_tenant.importing import CommittedMigration, CommittedStage, ImportSettings, TenantSurroundings
from omt_tenant.importing.migration import MigrationImport
from omt_tenant.scrubbing.command import run_verify
from omt_tenant.settings import TenantSettings
from omt_tenant.store.contents import record_file, record_pack
from omt_tenant.store.lost_files import LostFiles
from omt_tenant.tenant import Store

LETTERS = [b"letter one", b"letter two" * 100, b"letter three"]
SINGLE = b"a large drawing" * 1_000


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Context:
    lines: list[str] = field(default_factory=list)
    findings: list[dict[str, object]] = field(default_factory=list)

    def print(self, text: str = "") -> None:
        self.lines.append(text)

    def finish(self, exit_code: int, **fields: object) -> int:
        self.findings = list(fields.get("findings", ()))
        return exit_code


def land_bundle(store: Store, contents: list[bytes]) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for content in contents:
            member = tarfile.TarInfo(digest_of(content))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    data = buffer.getvalue()
    told = b"".join(bytes.fromhex(digest_of(content)) for content in contents)
    path = store.layout.pack(digest_of(told))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    members = verify_bundle(path, member_bytes=1 << 30)
    store.state.write(
        lambda connection: record_pack(connection, bytes.fromhex(path.stem), len(data), members, LostFiles())
    )
    return path


def land_file(store: Store, content: bytes) -> Path:
    path = store.layout.content(digest_of(content))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    store.state.write(lambda connection: record_file(connection, bytes.fromhex(path.name), len(content)))
    return path


def put_online(store, stages, imported):
    """Note what was imported as what is online."""
    names = (imported.database.name, imported.receipt.name, imported.manifest.name)

    def change(connection):
        connection.execute(
            "INSERT OR REPLACE INTO online (one, database, receipt, manifest) VALUES (1, ?, ?, ?)", names
        )
        connection.execute(
            "INSERT INTO migration (one, id, owner, serial, completed_kind) VALUES (1, 'm', 'o', 's', 'test')"
        )
        connection.executemany(
            "INSERT INTO stages (role, stage, manifest, size, items, snapshot) VALUES ('migrated', ?, ?, ?, ?, 's')",
            [
                (stage.stage, bytes.fromhex(stage.digest), stage.manifest.stat().st_size, stage.items)
                for stage in stages
            ],
        )

    store.state.write(change)


def complete(store: Store, tmp_path: Path) -> None:
    """Import one table and the files, and put them online as the server does."""
    table = pa.table({"a": [1]}).replace_schema_metadata({"omt.fingerprint": "2"})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    land_file(store, buffer.getvalue())
    fingerprint = hashlib.md5(b"1").digest()[::-1].hex()
    part = TablePart(table="t", number=1, rows=1, fingerprint=fingerprint, last=True, omitted_columns=())
    entries = {
        "database": [
            ManifestEntry(
                stage="database",
                key="t/000001",
                name="t/000001.parquet",
                size=len(buffer.getvalue()),
                digest=digest_of(buffer.getvalue()),
                part=part,
            )
        ],
        "documents": [
            ManifestEntry(
                stage="documents", key=str(key), name=f"HH/{key}", size=len(content), digest=digest_of(content)
            )
            for key, content in enumerate([*LETTERS, SINGLE])
        ],
    }
    stages = []
    for stage, items in entries.items():
        path = tmp_path / stage
        path.write_bytes(b"".join(manifest_line(item) + b"\n" for item in items))
        digest = digest_of(path.read_bytes())
        stages.append(CommittedStage(stage=stage, manifest=path, digest=digest, items=len(items), snapshot="s"))
    migration = CommittedMigration(
        id="m",
        tenant=store.identity.tenant,
        kind=MigrationKind.TEST,
        owner="o",
        serial="s",
        stages=stages,
        request=CompletionRequest(),
    )

    surroundings = TenantSurroundings(
        databases=store.layout.databases,
        receipts=store.layout.receipts,
        contents=store.contents,
        key=store.identity.key,
        plans=(),
        current=None,
        make_current=lambda imported: put_online(store, stages, imported),
    )
    MigrationImport(migration, surroundings, ImportSettings(), lambda _: None).run()


@pytest.fixture
def folder(tmp_path):
    """A tenant's folder at rest, with a pack, a single content and a completed migration."""
    with closing(Store.open(tmp_path / "tenant")) as store:
        land_bundle(store, LETTERS)
        land_file(store, SINGLE)
        complete(store, tmp_path)
    return tmp_path / "tenant"


def scrub(folder):
    context = Context()
    code = anyio.run(run_verify, context, argparse.Namespace(directory=folder), TenantSettings())
    return code, context


def the_pack(folder):
    (path,) = folder.glob("packs/*/*.tar")
    return path


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_a_tenant_at_rest_is_verified_and_not_changed(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, context = scrub(folder)
    assert (code, context.findings) == (0, [])
    assert any(line.startswith("Store: 1 pack, 5 contents") for line in context.lines)
    assert "Completed: 1 receipt, 1 table with 1 row read." in context.lines
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ignored = {folder / "server.lock", folder / "tenant.sqlite-shm", folder / "tenant.sqlite-wal"}
    assert {path: data for path, data in after.items() if path not in ignored} == {
        path: data for path, data in before.items() if path not in ignored
    }


def test_an_empty_tenant_is_verified(tmp_path):
    Store.open(tmp_path / "tenant").close()
    assert scrub(tmp_path / "tenant")[0] == 0


def test_beside_a_serving_tenant_the_store_is_verified_too(folder):
    with closing(Store.open(folder)):
        code, context = scrub(folder)
    assert code == 0
    assert any("being served" in line for line in context.lines)


@pytest.mark.parametrize("where", [0.0, 0.1, 0.25, 0.5, 0.75, 0.999])
def test_a_flip_anywhere_in_a_pack_is_named(folder, where):
    path = the_pack(folder)
    flip(path, int(where * path.stat().st_size))
    code, context = scrub(folder)
    assert code == 1
    assert f"packs/{path.stem}" in context.findings[0]["subjects"]


def test_a_flip_in_a_member_names_the_member_that_is_lost_and_no_other(folder):
    path = the_pack(folder)
    flip(path, path.read_bytes().index(LETTERS[2]))
    _, context = scrub(folder)
    damaged = [finding["message"] for finding in context.findings if "members: " in finding["message"]]
    assert len(damaged) == 1
    assert digest_of(LETTERS[2]) in damaged[0]


def test_a_flip_in_a_single_content_is_named(folder):
    flip(folder / "contents" / digest_of(SINGLE)[:2] / digest_of(SINGLE), 5)
    code, context = scrub(folder)
    assert (code, context.findings[0]["subjects"]) == (1, (f"contents/{digest_of(SINGLE)}",))


def test_a_pack_that_is_not_there_is_named(folder):
    path = the_pack(folder)
    path.unlink()
    code, context = scrub(folder)
    assert code == 1
    assert f"packs/{path.stem}" in context.findings[0]["subjects"]


def test_an_index_that_places_a_content_wrongly_is_named(folder):
    with closing(sqlite3.connect(folder / "tenant.sqlite")) as connection:
        connection.execute("UPDATE contents SET offset = offset + 1 WHERE offset > 512")
        connection.commit()
    code, context = scrub(folder)
    assert code == 1
    assert any("where it does not lie" in finding["message"] for finding in context.findings)


def test_an_index_that_lacks_a_member_is_named(folder):
    with closing(sqlite3.connect(folder / "tenant.sqlite")) as connection:
        connection.execute("DELETE FROM contents WHERE digest = ?", (hashlib.sha256(LETTERS[0]).digest(),))
        connection.commit()
    _, context = scrub(folder)
    messages = " ".join(finding["message"] for finding in context.findings)
    assert "does not know the member" in messages
    assert "is not in the index with this size" in messages


@pytest.mark.parametrize("name", ["packs/ab/" + "a" * 64 + ".tar", "contents/cd/" + "c" * 64, "contents/zz/readme.txt"])
def test_a_file_that_the_index_does_not_know_is_named(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    code, context = scrub(folder)
    assert (code, context.findings[0]["subjects"]) == (1, (name,))


@pytest.mark.parametrize("suffix", [".receipt.json", ".manifest.jsonl"])
def test_a_flip_in_a_receipt_or_its_manifest_is_named(folder, suffix):
    (path,) = folder.glob(f"receipts/*{suffix}")
    flip(path, path.stat().st_size // 2)
    code, context = scrub(folder)
    assert code == 1
    assert path.stem.split(".")[0] in str(context.findings[0]["subjects"])


def test_a_table_that_changed_since_it_was_signed_is_named(folder):
    (path,) = folder.glob("databases/*.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE t SET a = 2")
        connection.execute("CREATE TABLE more(a INTEGER)")
        connection.execute("INSERT INTO omt.users VALUES ('HH', 1, NULL, NULL)")
    code, context = scrub(folder)
    messages = " ".join(finding["message"] for finding in context.findings)
    assert code == 1
    for named in ("table t", "table more", "table omt.users"):
        assert named in messages


def test_a_database_that_cannot_be_read_or_is_not_there_is_named(folder):
    (path,) = folder.glob("databases/*.duckdb")
    path.write_bytes(b"\0" * 100_000)
    assert scrub(folder)[0] == 1
    path.unlink()
    _, context = scrub(folder)
    assert "is not there" in context.findings[0]["message"]


def test_a_database_without_its_digest_is_named(folder):
    (path,) = folder.glob("databases/*.sha256")
    path.unlink()
    code, context = scrub(folder)
    assert (code, context.findings[0]["subjects"]) == (1, (f"databases/{path.name}",))


def test_items_whose_content_is_damaged_are_named(folder):
    path = the_pack(folder)
    flip(path, path.read_bytes().index(LETTERS[2]))
    (folder / "contents" / digest_of(SINGLE)[:2] / digest_of(SINGLE)).unlink()
    _, context = scrub(folder)
    items = {subject: finding["message"] for finding in context.findings for subject in finding["subjects"]}
    assert {key for key in items if key.startswith("documents/")} == {"documents/2", "documents/3"}
    assert "HH/2: its content" in items["documents/2"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE migration SET serial = 't'", "serial is t, signed was s"),
        ("UPDATE stages SET size = size + 1 WHERE stage = 'documents'", "documents was"),
        ("UPDATE stages SET snapshot = 't'", "is of the snapshot t, signed was s"),
        ("UPDATE online SET manifest = 'x'", "none of an import"),
        ("UPDATE contents SET size = size + 1 WHERE pack IS NULL", "is not in the index with this size"),
    ],
)
def test_an_index_that_is_not_of_what_was_signed_is_named(folder, change, named):
    with closing(sqlite3.connect(folder / "tenant.sqlite")) as connection:
        connection.execute(change)
        connection.commit()
    code, context = scrub(folder)
    assert code == 1
    assert any(named in finding["message"] for finding in context.findings)


def test_a_copy_of_a_manifest_that_is_not_its_name_is_named(folder):
    copy = folder / "manifests" / ("a" * 64)
    copy.write_bytes(b"x")
    code, context = scrub(folder)
    assert (code, context.findings[0]["subjects"]) == (1, (f"manifests/{copy.name}",))


def test_a_folder_that_is_no_tenants_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="not a tenant's folder"):
        scrub(tmp_path)
