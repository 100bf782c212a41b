"""A small migration, completed once by the real transfer, client and tenant, in which anything may be damaged."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omt_core.api import NearReader
from omt_core.api.calls import ConnectOnline
from omt_core.api.commands import Command
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import Licence
from omt_core.api.items import Item, TablePart
from omt_core.api.online import CompletionRequest, ContentRef, OnlineMigration, UploadRequest
from omt_core.engine.workspace import pin_key
from omt_core.journal import Journal
from omt_online.client import ClientSettings, connect
from omt_online.verify_command import verify_command
from omt_protocol.receipt import read_manifest
from omt_tenant.command import tenant_command
from omt_tenant.embedded import serve_tenant
from omt_tenant.settings import TenantSettings
from omt_upload import UploadPlugin
from omt_upload.settings import UploadSettings
from tests.plugins.omt_protocol.bundle.test_packed import packed_bundle, packed_name
from tests.plugins.omt_upload.moving import Watcher, folder_items, stage_of, transfer_call, write_files

LIMITS = TenantSettings(chunk_bytes=16_384, bundle_bytes=65_536, member_bytes=16_384)
SMALL = UploadSettings(bundle_bytes=65_536, shortest_request=8_192, bundle_members=6, compress="always")


@dataclass
class Said:
    """What a command said, and the findings that it ended with."""

    lines: list[str] = field(default_factory=list)
    findings: list[dict[str, object]] = field(default_factory=list)

    def print(self, text: str = "") -> None:
        self.lines.append(text)

    @asynccontextmanager
    async def near_readers(self) -> AsyncGenerator[Sequence[NearReader]]:
        yield ()

    def finish(self, exit_code: int, **fields: object) -> int:
        self.findings = list(fields.get("findings", ()))  # type: ignore[call-overload]
        return exit_code

    @property
    def text(self) -> str:
        """All findings, as a person reads them."""
        return "\n".join(str(finding["message"]) for finding in self.findings)


@dataclass(frozen=True)
class Completed:
    """A workspace with receipt, manifest and pinned key, the archive that was migrated, and the tenant's folder."""

    root: Path

    @property
    def archive(self) -> Path:
        return self.root / "SO_ARC"

    @property
    def tenant(self) -> Path:
        return self.root / "tenant"

    @property
    def receipt(self) -> Path:
        return self.root / "receipt.json"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    @property
    def key(self) -> Path:
        return self.root / "tenant.key"

    def files(self, *patterns: str) -> list[Path]:
        """The files below the root that match, sorted; at least one for each pattern."""
        found = {pattern: sorted(self.root.glob(pattern)) for pattern in patterns}
        assert all(found.values()), found
        return [path for paths in found.values() for path in paths if path.is_file()]

    def items_of(self, digest: str) -> set[str]:
        """The items, as stage/key, whose content this is."""
        lines = read_manifest(self.manifest)
        return {f"{line.entry.stage}/{line.entry.key}" for line in lines if line.entry.digest == digest}

    def verify(self, *options: object) -> tuple[int, Said]:
        """Run `omt verify`."""
        return _run(verify_command(ClientSettings()), self.receipt, *options)

    def scrub(self) -> tuple[int, Said]:
        """Run `omt tenant verify`."""
        return _run(tenant_command(TenantSettings()), "verify", self.tenant)


async def running(command: Command, *arguments: object) -> tuple[int, Said]:
    """Run a command with these words."""
    said, parser = Said(), argparse.ArgumentParser()
    command.configure(parser)
    return await command.run(said, parser.parse_args([str(argument) for argument in arguments])), said  # type: ignore[arg-type]


def _run(command: Command, *arguments: object) -> tuple[int, Said]:
    return anyio.run(running, command, *arguments)


def flipped(content: bytes, position: int, bits: int) -> bytes:
    """Return other content: some bits of one byte are the opposite."""
    return content[:position] + bytes([content[position] ^ bits]) + content[position + 1 :]


@contextmanager
def holding(path: Path, content: bytes) -> Iterator[None]:
    """Let a file hold something else for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def _table(folder: Path, name: str, *parts: Sequence[str]) -> Iterator[Item]:
    folder.mkdir(parents=True, exist_ok=True)
    for number, texts in enumerate(parts, start=1):
        path = folder / f"{name}-{number}.parquet"
        table = pa.table({"id": pa.array(range(len(texts)), pa.int32()), "text": list(texts)})
        pq.write_table(table.replace_schema_metadata({"omt.fingerprint": "2"}), path)
        rows = (f"{row},{len(text)}:{text}".encode() for row, text in enumerate(texts))  # docs/reference/fingerprint.md
        total = sum(int.from_bytes(hashlib.md5(row).digest(), "little") for row in rows) % (1 << 128)
        part = TablePart(
            table=name, number=number, rows=len(texts), fingerprint=f"{total:032x}", last=number == len(parts)
        )
        key = f"{name}/{number:06}"
        stat = path.stat()
        yield Item(
            stage="database",
            key=key,
            name=f"{key}.parquet",
            path=path,
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            part=part,
        )


async def _send_packed(migration: OnlineMigration, contents: Iterable[bytes]) -> None:
    """Send a bundle of packed members, as a client other than ours may."""
    packed = [(content, gzip.compress(content, mtime=0)) for content in contents]
    bundle = packed_bundle(*((packed_name(content), data) for content, data in packed))
    told = b"".join(hashlib.sha256(content).digest() + hashlib.sha256(data).digest() for content, data in packed)
    request = UploadRequest(
        kind="bundle",
        digest=hashlib.sha256(told).hexdigest(),
        size=len(bundle),
        members=tuple(
            ContentRef(digest=hashlib.sha256(content).hexdigest(), size=len(content)) for content, _ in packed
        ),
    )
    assert (await migration.create_upload(request, bundle)).offset == len(bundle)


async def _migrate(root: Path) -> None:
    chance = random.Random(7)
    letters = {f"HH/20{year}.{half}/Letter {year}{half}.docx": chance.randbytes(chance.randrange(1, 4_000))
               for year in range(10, 22) for half in (1, 2)}  # fmt: skip
    pages = {f"HH/2022.1/Page {number}.htm": f"<p>{number} dear</p>".encode() * 300 for number in range(8)}
    write_files(
        root / "SO_ARC",
        {
            **letters,
            **pages,
            "HH/2021.1/Drawing.tif": chance.randbytes(40_000),
            "HH/2021.2/Twin 1.txt": b"one",
            "HH/2021.2/Twin 2.txt": b"two",
        },
    )
    write_files(root / "SO_ARC" / "TEMPLATE", {"NO/Mail.htm": b"mail", "EN/Mail.htm": b"<p>mail</p>" * 40})
    documents = [item for item in folder_items("documents", root / "SO_ARC") if not item.name.startswith("TEMPLATE")]
    templates = folder_items("templates", root / "SO_ARC" / "TEMPLATE")
    tables = [*_table(root / "spool", "person", ["Uno", "Due"], ["Tre"]), *_table(root / "spool", "sale", ["x" * 99])]
    async with serve_tenant(root / "tenant", settings=LIMITS) as tenant:
        client = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0)
        target = await connect(client, ConnectOnline(run=Watcher(root)))
        pin_key(root, (await target.status()).public_key)
        migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
        await _send_packed(migration, pages.values())
        async with Journal.open(root / "journal.sqlite") as journal:
            await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
            stages = [
                stage_of("documents", documents),
                stage_of("templates", templates),
                stage_of("database", tables, kind="database"),
            ]
            await UploadPlugin(SMALL).transfer(transfer_call(journal, migration, root, *stages))
        async for _ in migration.complete(CompletionRequest()):
            pass
        await migration.result(root)
        await migration.aclose()
        await target.aclose()


@pytest.fixture(scope="package")
def completed(tmp_path_factory: pytest.TempPathFactory) -> Completed:
    root = tmp_path_factory.mktemp("completed")
    anyio.run(_migrate, root)
    return Completed(root)
