"""An online side in one SQLite file, whole and right: what the faults of `test_online_mutants.py` are put into.

Written as a partner would, from docs/reference/api.md and receipt.md, with nothing of `omt_protocol`. Blocking work is
done in a thread; one lock lets one call after another at the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import sqlite3
import tarfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typing_extensions import override

from omt_core.api import (
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    EarlierMigration,
    Licence,
    ManifestEntry,
    MigrationKind,
    OnlineMigration,
    OnlineRefusedError,
    OnlineTarget,
    RecoveryChoice,
    StageManifest,
    TablePart,
    TenantState,
    TenantStatus,
    TransferLimits,
    UploadLostError,
    UploadMismatchError,
    UploadRequest,
    UserPlan,
    leads_out,
)

LIMITS: Final = TransferLimits(
    bundle_bytes=1_000_000, member_bytes=100_000, chunk_bytes=40_000, digests_per_request=500, parallel_uploads=4
)
TABLES: Final = """
CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS taken (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS uploads (url TEXT PRIMARY KEY, request TEXT NOT NULL, content BLOB NOT NULL);
"""
FINGERPRINTS: Final = 1 << 128
A = TypeVar("A")


def refused(code: str, message: str) -> OnlineRefusedError:
    return OnlineRefusedError(code, message, "See the message.")


def mismatch(code: str, message: str) -> UploadMismatchError:
    return UploadMismatchError(code, message, "Ask for the offset, or send it anew.")


def canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "backslashreplace")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def merkle_root(lines: Sequence[bytes]) -> bytes:
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\x00" + lines[0]).digest()
    half = 1 << (len(lines) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle_root(lines[:half]) + merkle_root(lines[half:])).digest()


def entry_of(line: bytes) -> ManifestEntry:
    """Read a line of a manifest. Raises ValueError unless it is canonical."""
    record = json.loads(line)
    part = None if record.get("part") is None else TablePart(**record["part"])
    if part is not None:
        part = TablePart(**{**asdict(part), "omitted_columns": tuple(part.omitted_columns)})
    entry = ManifestEntry(**{**record, "part": part})
    again: dict[str, object] = {key: record[key] for key in ("stage", "key", "name", "size", "digest")}
    again |= {key: record[key] for key in ("reason", "part") if key in record}
    if json.dumps(again, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") != line:
        raise ValueError("not canonical")
    return entry


def entries_of(manifest: bytes, stage: str, items: int) -> list[ManifestEntry]:
    """Read a stage's manifest. Raises `OnlineRefusedError` for one that breaks the format."""
    *lines, rest = manifest.split(b"\n")
    if rest:
        raise refused("manifest-malformed", "There is no line feed at the end.")
    try:
        entries = [entry_of(line) for line in lines]
    except (ValueError, TypeError, KeyError) as error:
        raise refused("manifest-malformed", f"The manifest is malformed: {error}.") from error
    keys = [entry.key for entry in entries]
    if keys != sorted(set(keys)) or len(entries) != items:
        raise refused("manifest-malformed", "The lines are not in order, or of another number.")
    if any(entry.stage != stage for entry in entries):
        raise refused("manifest-malformed", "A line is of another stage.")
    if any(entry.digest is not None and leads_out(entry.name) for entry in entries):
        raise refused("manifest-malformed", "A name leads out of its folder.")
    return entries


def refuse_missing_parts(entries: Sequence[ManifestEntry]) -> None:
    """Refuse tables whose parts are not 1 to n, the n-th and only it being the last."""
    tables: dict[str, list[TablePart]] = {}
    for entry in entries:
        if entry.part is not None:
            tables.setdefault(entry.part.table, []).append(entry.part)
    for table, parts in tables.items():
        parts.sort(key=lambda part: part.number)
        if [part.number for part in parts] != list(range(1, len(parts) + 1)):
            raise refused("parts-missing", f"The parts of {table} have gaps.")
        if [part.last for part in parts] != [False] * (len(parts) - 1) + [True]:
            raise refused("parts-missing", f"The last part of {table} is not there, or is not the last.")


def table_totals(entries: Sequence[ManifestEntry]) -> list[Mapping[str, object]]:
    totals: dict[str, tuple[int, int]] = {}
    for part in (entry.part for entry in entries if entry.part is not None):
        rows, total = totals.get(part.table, (0, 0))
        total = (total + int(part.fingerprint, 16)) % FINGERPRINTS
        totals[part.table] = (rows + part.rows, total)
    return [
        {"table": name, "rows": rows, "fingerprint": f"{total:032x}"} for name, (rows, total) in sorted(totals.items())
    ]


def changes_of(request: CompletionRequest) -> Mapping[str, int]:
    return {
        "users": len(request.users),
        "plans_assigned": sum(user.plan is not None for user in request.users),
        "user_names_assigned": sum(user.user_name is not None for user in request.users),
        "addresses_removed": len(request.removed_addresses),
    }


def members_of(bundle: bytes) -> list[bytes]:
    """Return the contents of a bundle. Raises `OnlineError` for one that is none, or whose names are untrue."""
    contents = []
    try:
        with tarfile.open(fileobj=io.BytesIO(bundle), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member)
                content = b"" if file is None else file.read()
                if len(content) != member.size:
                    raise refused("bundle-malformed", "A member is cut off.")
                if sha256(content) != member.name:
                    raise mismatch("content-mismatch", "A member is not what its name says.")
                contents.append(content)
    except tarfile.TarError as error:
        raise refused("bundle-malformed", "It is no bundle.") from error
    return contents


def contents_of(request: UploadRequest, whole: bytes) -> list[bytes]:
    """Return what an upload that has come to its end holds. Raises `OnlineError` where it is not what was announced."""
    if request.kind == "bundle":
        return members_of(whole)
    if sha256(whole) != request.digest:
        raise mismatch("content-mismatch", "The file is not what was announced.")
    return [whole]


class Store:
    """All that is online, behind calls that block. A `claim` that is not the newest one can change nothing."""

    def __init__(self, folder: Path, taken: Sequence[str] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(folder / "online.sqlite", check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(TABLES)
        self._file.executemany("INSERT OR IGNORE INTO taken VALUES (?)", [(name.casefold(),) for name in taken])
        key = folder / "signing.key"
        if not key.exists():
            key.write_bytes(secrets.token_bytes(32))
        self._key = Ed25519PrivateKey.from_private_bytes(key.read_bytes())
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def close(self) -> None:
        self._file.close()

    def taken(self, names: Sequence[str]) -> frozenset[str]:
        with self._changing() as file:
            held = {name for (name,) in file.execute("SELECT name FROM taken")}
        return frozenset(name for name in names if name.casefold() in held)

    def state(self) -> dict[str, Any] | None:
        with self._changing():
            return self._state()

    def open(self, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None, client: str) -> str:
        """Open or resume the migration and return the claim."""
        with self._changing():
            state = self._state() or {
                "id": secrets.token_hex(8), "owner": licence.owner, "serial": licence.serial, "kind": kind,
                "recovery": None, "pending": {}, "migrated": {}, "completed": None, "over": False, "client": None,
            }  # fmt: skip
            if (state["owner"], state["serial"]) != (licence.owner, licence.serial):
                raise refused("identity-changed", "It is the migration of another licence.")
            if state["client"] not in {None, client}:
                raise refused("migration-claimed", "Another tool is at it.")
            completed = state["completed"]
            if (completed is None) != (recovery is None):
                raise refused("choice-not-possible", "There is nothing to recover, or a choice is needed.")
            if recovery is RecoveryChoice.OVERWRITE_TEST and completed != MigrationKind.TEST:
                raise refused("choice-not-possible", "Only a test is overwritten.")
            if recovery is RecoveryChoice.MISSING and kind != completed:
                raise refused("choice-not-possible", "Missing files do not make a test live.")
            if state["over"] or (state["kind"], state["recovery"]) != (kind, recovery):
                state |= {"pending": {}, "over": False, "kind": kind, "recovery": recovery}
            state |= {"client": client, "claim": secrets.token_hex(8)}
            self._keep(state)
            return str(state["claim"])

    def release(self, claim: str) -> None:
        with self._changing():
            state = self._state()
            if state is not None and state["claim"] == claim:
                self._keep(state | {"client": None, "claim": ""})

    def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        with self._changing():
            return frozenset(one.digest for one in contents if self._size(one.digest) != one.size)

    def create(self, claim: str, request: UploadRequest, chunk: bytes) -> CreatedUpload:
        with self._changing() as file:
            self._claimed(claim)
            url = f"upload-{secrets.token_hex(8)}"
            file.execute("INSERT INTO uploads VALUES (?, ?, ?)", (url, json.dumps(asdict(request)), b""))
            return CreatedUpload(url, self._append(url, request, b"", chunk))

    def offset(self, url: str) -> int:
        with self._changing():
            return len(self._upload(url)[1])

    def send(self, claim: str, url: str, offset: int, chunk: bytes) -> int:
        with self._changing():
            self._claimed(claim)
            request, content = self._upload(url)
            if offset != len(content):
                raise mismatch("offset-mismatch", f"The offset is {len(content)}.")
            return self._append(url, request, content, chunk)

    def terminate(self, url: str) -> None:
        with self._changing() as file:
            file.execute("DELETE FROM uploads WHERE url = ?", (url,))

    def commit(self, claim: str, manifest: StageManifest) -> None:
        with self._changing():
            state = self._claimed(claim)
            if manifest.stage == "database" and state["recovery"] == RecoveryChoice.MISSING:
                raise refused("database-in-recovery", "A recovery leaves the database as it is.")
            entries = entries_of(self._content(manifest.digest), manifest.stage, manifest.items)
            self._refuse_missing(entries)
            refuse_missing_parts(entries)
            state["pending"][manifest.stage] = [manifest.snapshot, manifest.digest, manifest.items]
            self._keep(state)

    def complete(self, claim: str, request: CompletionRequest) -> None:
        """Verify everything, and sign. What it breaks off leaves what was current."""
        with self._changing():
            state = self._claimed(claim)
            stages = state["pending"]
            if state["recovery"] == RecoveryChoice.MISSING:
                stages = state["migrated"] | state["pending"]
            elif "database" not in stages:
                raise refused("stage-missing", "The database was not committed.")
            elif len({snapshot for snapshot, _, _ in stages.values()}) > 1:
                raise refused("snapshot-mismatch", "The stages are of several snapshots.")
            manifest, entries = b"", list[ManifestEntry]()
            for stage, (_, digest, items) in sorted(stages.items()):
                manifest += self._content(digest)
                entries += entries_of(self._content(digest), stage, items)
            self._refuse_missing(entries)
            header = self._header(state, request, manifest, entries, stages["database"][0])
            if state["recovery"] == RecoveryChoice.MISSING:
                before = json.loads(state["receipt"])["header"]
                header |= {key: before[key] for key in ("snapshot", "changes", "changed_tables", "omitted")}
            signature = self._key.sign(canonical(header)).hex()
            receipt = canonical({"header": header, "signature": signature}).decode()
            self._put(manifest)
            state |= {"over": True, "pending": {}, "migrated": stages, "completed": state["kind"]}
            self._keep(state | {"receipt": receipt, "manifest": sha256(manifest)})

    def result(self) -> tuple[bytes, bytes]:
        """Return receipt and manifest."""
        with self._changing():
            state = self._state()
            if state is None or state["completed"] is None:
                raise refused("not-completed", "Nothing is completed yet.")
            return state["receipt"].encode(), self._content(state["manifest"])

    def _header(
        self,
        state: Mapping[str, Any],
        request: CompletionRequest,
        manifest: bytes,
        entries: Sequence[ManifestEntry],
        snapshot: str,
    ) -> dict[str, Any]:
        files = [entry for entry in entries if entry.stage != "database"]
        stored = [entry for entry in files if entry.digest is not None]
        lines = manifest.split(b"\n")[:-1]
        return {
            "format": "omt-receipt-1",
            "tenant": "sqlite",
            "migration": state["id"],
            "kind": state["kind"],
            "owner": state["owner"],
            "serial": state["serial"],
            "completed_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "snapshot": snapshot,
            "manifest": {"digest": sha256(manifest), "entries": len(lines), "root": merkle_root(lines).hex()},
            "files": {
                "verified": len(stored),
                "bytes": sum(entry.size for entry in stored),
                "left_behind": len(files) - len(stored),
            },
            "tables": table_totals(entries),
            "changes": changes_of(request),
            "changed_tables": [],
            "omitted": sorted(request.omitted),
            "plugins": dict(request.plugins),
            "waivers": sorted(request.waivers),
            "public_key": self.public_key,
        }

    def _append(self, url: str, request: UploadRequest, content: bytes, chunk: bytes) -> int:
        whole = content + chunk
        if len(whole) > request.size:
            raise refused("too-large", "More was sent than was announced.")
        if len(whole) < request.size:
            self._file.execute("UPDATE uploads SET content = ? WHERE url = ?", (whole, url))
            return len(whole)
        try:
            for one in contents_of(request, whole):
                self._put(one)
        except Exception:
            self._file.execute("DELETE FROM uploads WHERE url = ?", (url,))
            raise
        self._file.execute("DELETE FROM uploads WHERE url = ?", (url,))
        return len(whole)

    def _upload(self, url: str) -> tuple[UploadRequest, bytes]:
        found = self._file.execute("SELECT request, content FROM uploads WHERE url = ?", (url,)).fetchone()
        if found is None:
            raise UploadLostError("upload-lost", "The upload is not known.", "Send it anew.")
        return UploadRequest(**json.loads(found[0])), bytes(found[1])

    def _refuse_missing(self, entries: Sequence[ManifestEntry]) -> None:
        if any(entry.digest is not None and self._size(entry.digest) != entry.size for entry in entries):
            raise refused("contents-missing", "A content is not stored.")

    def _put(self, content: bytes) -> None:
        self._file.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (sha256(content), content))

    def _size(self, digest: str) -> int | None:
        found = self._file.execute("SELECT length(content) FROM contents WHERE digest = ?", (digest,)).fetchone()
        return None if found is None else int(found[0])

    def _content(self, digest: str) -> bytes:
        found = self._file.execute("SELECT content FROM contents WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            raise refused("contents-missing", "The manifest is not stored.")
        return bytes(found[0])

    def _claimed(self, claim: str) -> dict[str, Any]:
        state = self._state()
        if state is None or state["claim"] != claim:
            raise refused("claim-lost", "A later run is at it.")
        return state

    def _state(self) -> dict[str, Any] | None:
        found = self._file.execute("SELECT record FROM state").fetchone()
        return None if found is None else dict(json.loads(found[0]))

    def _keep(self, state: Mapping[str, Any]) -> None:
        self._file.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (json.dumps(state),))

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Let one call at the file; what it changed is durable when it is over.

        What refuses a content has removed its upload, and that stands too.
        """
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
            finally:
                self._file.execute("COMMIT")


async def in_thread(function: Callable[..., A], *arguments: object) -> A:
    """Have the file waited for in a thread."""
    return await anyio.to_thread.run_sync(lambda: function(*arguments))


class SqliteTarget(OnlineTarget):
    """A tool's connection to the store."""

    def __init__(self, store: Store, client: str) -> None:
        self._store = store
        self._client = client

    @override
    async def status(self) -> TenantStatus:
        known = await in_thread(self._store.state)
        state, earlier = TenantState.MIGRATION_PENDING, None
        if known is not None:
            completed = known["completed"]
            state = TenantState.MIGRATION_PENDING if completed is None else TenantState.OFFLINE_MAINTENANCE
            earlier = EarlierMigration(
                id=known["id"],
                kind=MigrationKind(completed or known["kind"]),
                owner=known["owner"],
                serial=known["serial"],
                completed=completed is not None,
                accepted=False,
            )
        return TenantStatus(tenant="sqlite", state=state, public_key=self._store.public_key, migration=earlier)

    @override
    async def plans(self) -> Sequence[UserPlan]:
        return [UserPlan(name="all", total=100)]

    @override
    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        return await in_thread(self._store.taken, names)

    @override
    async def open(self, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None) -> OnlineMigration:
        claim = await in_thread(self._store.open, licence, kind, recovery, self._client)
        known = await in_thread(self._store.state)
        return SqliteMigration(self._store, claim, str((known or {})["id"]))

    @override
    async def aclose(self) -> None:
        return


class SqliteMigration(OnlineMigration):
    """An open migration."""

    def __init__(self, store: Store, claim: str, identity: str) -> None:
        self._store = store
        self._claim = claim
        self._identity = identity

    @property
    @override
    def id(self) -> str:
        return self._identity

    @property
    @override
    def limits(self) -> TransferLimits:
        return LIMITS

    @override
    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        return await in_thread(self._store.missing, contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        return await in_thread(self._store.create, self._claim, request, bytes(first_chunk))

    @override
    async def offset(self, url: str) -> int:
        return await in_thread(self._store.offset, url)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        return await in_thread(self._store.send, self._claim, url, offset, bytes(chunk))

    @override
    async def terminate(self, url: str) -> None:
        await in_thread(self._store.terminate, url)

    @override
    async def commit(self, manifest: StageManifest) -> None:
        await in_thread(self._store.commit, self._claim, manifest)

    @override
    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        if request is not None:
            yield CompletionProgress(state="verifying", done=0, total=1)
            await in_thread(self._store.complete, self._claim, request)
            yield CompletionProgress(state="done", done=1, total=1)

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        receipt, manifest = await in_thread(self._store.result)
        await anyio.Path(directory / "receipt.json").write_bytes(receipt)
        await anyio.Path(directory / "manifest.jsonl").write_bytes(manifest)
        header = json.loads(receipt)["header"]
        return CompletedMigration(
            receipt=directory / "receipt.json",
            manifest=directory / "manifest.jsonl",
            tables=len(header["tables"]),
            rows=sum(table["rows"] for table in header["tables"]),
            files=header["files"]["verified"],
        )

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        _, manifest = await in_thread(self._store.result)
        yield [entry_of(line) for line in manifest.split(b"\n")[:-1]]

    @override
    async def aclose(self) -> None:
        await in_thread(self._store.release, self._claim)


async def connect(store: Store, workspace: Path) -> OnlineTarget:
    """Reach the store as the tool of this workspace, which is known by what it keeps in there."""
    file = anyio.Path(workspace / "client.id")
    if not await file.exists():
        await file.write_text(secrets.token_hex(8))
    return SqliteTarget(store, await file.read_text())
