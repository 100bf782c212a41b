"""A receipt with its manifest and archive on disk, and a command line to verify it with."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from omt_core.api import NearReader
from omt_core.api.online import ManifestEntry
from omt_online.settings import ClientSettings
from omt_online.verify_command import verify_command
from omt_protocol.receipt import Changes, ManifestTotals, ReceiptHeader, manifest_line, public_key_of, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass
class RecordingContext:
    """What a command said, and how it ended."""

    lines: list[str] = field(default_factory=list)
    results: list[dict[str, object]] = field(default_factory=list)
    near: Sequence[NearReader] = ()

    def print(self, text: str = "") -> None:
        self.lines.append(text)

    @asynccontextmanager
    async def near_readers(self) -> AsyncIterator[Sequence[NearReader]]:
        yield self.near

    def finish(self, exit_code: int, **fields: object) -> int:
        self.results.append({"exit_code": exit_code, **fields})
        return exit_code

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass
class SignedFolder:
    """A workspace: receipt.json, manifest.jsonl, and archives that the manifest is about."""

    root: Path
    entries: list[ManifestEntry] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        return self.root / "SO_ARC"

    @property
    def receipt(self) -> Path:
        return self.root / "receipt.json"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    def put(self, stage: str, key: str, name: str, content: bytes, *, at: str | None = None) -> Path:
        path = self.archive / (at or name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        self.entries.append(ManifestEntry(stage=stage, key=key, name=name, size=len(content), digest=digest))
        return path

    def sign(self, *, kind: str = "live", serial: str = "1234567890", waivers: tuple[str, ...] = ()) -> None:
        totals, lines = ManifestTotals(), []
        for entry in sorted(self.entries, key=lambda entry: (entry.stage, entry.key)):
            lines.append(manifest_line(entry))
            totals.add(lines[-1], entry)
        header = ReceiptHeader(
            tenant="Cust12345",
            migration="m-1",
            kind=kind,
            owner="Firma Åse",
            serial=serial,
            completed_at="2026-01-02T03:04:05Z",
            snapshot="s-1",
            manifest=totals.manifest(),
            files=totals.files(),
            tables=totals.tables(),
            changes=Changes(),
            changed_tables=(),
            omitted=(),
            plugins={},
            waivers=waivers,
            public_key=public_key_of(KEY),
        )
        self.root.mkdir(exist_ok=True)
        self.manifest.write_bytes(b"".join(line + b"\n" for line in lines))
        self.receipt.write_bytes(sign(header, KEY).to_bytes())

    def key_file(self, name: str = "tenant.key", key: Ed25519PrivateKey = KEY) -> Path:
        path = self.root / name
        path.write_text(f"{public_key_of(key)}\n")
        return path


@pytest.fixture
def signed(tmp_path: Path) -> SignedFolder:
    folder = SignedFolder(tmp_path / "workspace")
    folder.put("documents", "1", "HH/2019.1/Offer.docx", b"offer")
    folder.put("documents", "2", "HH/2020.2/Letter.docx", b"letter")
    folder.put("templates", "NO/Mail.htm", "NO/Mail.htm", b"mail", at="TEMPLATE/NO/Mail.htm")
    folder.sign()
    return folder


@pytest.fixture
def verify() -> Callable[..., tuple[int, RecordingContext]]:
    def run(
        *arguments: object, settings: ClientSettings | None = None, near: Sequence[NearReader] = ()
    ) -> tuple[int, RecordingContext]:
        command = verify_command(settings or ClientSettings())
        parser = argparse.ArgumentParser()
        command.configure(parser)
        context = RecordingContext(near=near)
        options = parser.parse_args([str(argument) for argument in arguments])
        return anyio.run(command.run, context, options), context

    return run
