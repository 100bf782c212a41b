"""What a tenant has promised by its answers, and whether a folder that survived a power loss keeps it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import zstandard

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.migration.stages import read_stages
from omt_tenant.migration.state import read_migration
from omt_tenant.scrubbing.counts import CompletedCounts, StoredCounts
from omt_tenant.scrubbing.index import open_index
from omt_tenant.scrubbing.online import scrub_online
from omt_tenant.scrubbing.receipts import scrub_receipts
from omt_tenant.scrubbing.stored_files import scrub_stored, scrub_strays
from omt_tenant.settings import TenantSettings
from omt_tenant.tenant import Store
from tests.faults.power_loss.bundle_reader import members
from tests.faults.power_loss.exchanges import Exchange, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """All that the tenant has answered so far, from the position `since` in the record on.

    `contents` are sizes by digest, `offsets` how far open uploads are with the sha256 of these bytes, `stages` the
    digests of the manifests.
    """

    since: int = 0
    public_key: str | None = None
    migration: str | None = None
    claim: bytes | None = None
    contents: dict[str, int] = field(default_factory=dict)
    offsets: dict[str, tuple[int, str]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    stages: dict[str, str] = field(default_factory=dict)
    requested: bool = False
    completed: bool = False


def promises(told: Sequence[Message | Exchange]) -> Iterator[Promised]:
    """Yield the promises as they grow with the answers."""
    bodies: dict[str, _Body] = {}
    now = Promised()
    yield now
    for exchange in told:
        if isinstance(exchange, Exchange):
            more = _grown(now, exchange, bodies)
        else:
            more = _doubtful(now, exchange)
            _send(exchange, bodies)
        if more != now:
            now = replace(more, since=exchange.at)
            yield now


class _Body:
    """The bytes of an upload as they were sent; how many of them were taken, the answers say."""

    def __init__(self, metadata: str, length: int) -> None:
        pairs = dict(pair.split(" ") for pair in metadata.split(","))
        self.kind = base64.b64decode(pairs["kind"]).decode()
        self.digest = base64.b64decode(pairs["sha256"]).decode()
        self.length = length
        self.content = bytearray()

    def put(self, offset: int, content: bytes) -> None:
        self.content[offset:] = content

    def contents(self) -> dict[str, int]:
        """What is stored once all bytes are there, by a reader of archives that is not the tenant's."""
        if self.kind == "file":
            assert hashlib.sha256(self.content).hexdigest() == self.digest
            return {self.digest: self.length}
        bundle = zstandard.decompress(self.content) if self.kind == "zstd-bundle" else bytes(self.content)
        return {name: len(content) for name, content in members(bundle)}


def _doubtful(now: Promised, request: Message) -> Promised:
    """Take back what a request asks to be ended: until it is answered both are right."""
    match request.method, request.path.split("/")[2:]:
        case ("POST", ["migrations"]) | ("DELETE", ["migrations", _, "claim"]):
            return replace(now, claim=None)
        case "DELETE", ["uploads", uid]:
            return replace(now, offsets={other: offset for other, offset in now.offsets.items() if other != uid})
        case _:
            return now


def _grown(now: Promised, exchange: Exchange, bodies: dict[str, _Body]) -> Promised:
    request, answer = exchange.request, exchange.answer
    more = now
    match request.method, request.path.split("/")[2:], answer.status:
        case "GET", ["tenant"], 200:
            more = replace(now, public_key=json.loads(answer.body)["public_key"])
        case "POST", ["migrations"], 200:
            opened = json.loads(answer.body)
            more = replace(now, migration=opened["id"], claim=hashlib.sha256(opened["claim"].encode()).digest())
        case "POST", ["migrations", _, "missing"], 200:
            lacking = set(json.loads(answer.body)["missing"])
            known = {digest: size for digest, size in json.loads(request.body)["contents"] if digest not in lacking}
            more = replace(now, contents=now.contents | known)
        case "POST", ["uploads"], 201:
            uid = answer.headers["location"].rpartition("/")[2]
            body = bodies[uid] = _Body(request.headers["upload-metadata"], int(request.headers["upload-length"]))
            body.put(0, request.body)
            more = _taken(now, uid, body, answer)
        case ("PATCH", ["uploads", uid], 204) | ("HEAD", ["uploads", uid], 200):
            more = _taken(now, uid, bodies[uid], answer)
        case "DELETE", ["uploads", uid], 204:
            more = replace(now, closed=now.closed | {uid})
        case "PUT", ["migrations", _, "stages", stage], 204:
            more = replace(now, stages={**now.stages, stage: json.loads(request.body)["manifest"]})
        case "POST", ["migrations", _, "completion"], 202:
            more = replace(now, requested=True)
        case "GET", ["migrations", _, "completion"], 200:
            more = replace(now, completed=now.completed or json.loads(answer.body)["state"] == "done")
    return more


def _send(request: Message, bodies: dict[str, _Body]) -> None:
    """Note the bytes of a chunk: if it is not answered, a later question for the offset tells what became of it."""
    match request.method, request.path.split("/")[2:]:
        case "PATCH", ["uploads", uid]:
            bodies[uid].put(int(request.headers["upload-offset"]), request.body)


def _taken(now: Promised, uid: str, body: _Body, answer: Message) -> Promised:
    offset = int(answer.headers["upload-offset"])
    assert offset <= len(body.content)
    offsets = {other: known for other, known in now.offsets.items() if other != uid}
    if offset < body.length:
        return replace(now, offsets={**offsets, uid: (offset, hashlib.sha256(body.content[:offset]).hexdigest())})
    return replace(now, offsets=offsets, closed=now.closed | {uid}, contents=now.contents | body.contents())


class KeptPromises:
    """Opens folders with the tenant's own code and compares. Databases that were read once are not read again."""

    def __init__(self, settings: TenantSettings) -> None:
        self._settings = settings
        self._read: set[bytes] = set()

    def broken(self, folder: Path, promised: Promised) -> list[str]:
        """Return what is not as it was promised, in words."""
        store = Store.open(folder, settings=self._settings)
        try:
            return [*self._of_state(store, promised), *self._of_contents(store, promised), *self._of_scrub(store)]
        finally:
            store.close()

    def _of_state(self, store: Store, promised: Promised) -> Iterator[str]:
        if promised.public_key not in {None, store.identity.public_key}:
            yield "the tenant has another key"
        with store.state.read() as connection:
            migration = read_migration(connection)
            stages = {
                (stage.name, stage.manifest)
                for role in ("pending", "migrated")
                for stage in read_stages(connection, role)  # type: ignore[arg-type]  # both are roles
            }
        if promised.migration is not None:
            if migration is None or migration.id != promised.migration:
                yield "the migration is gone"
                return
            if promised.claim is not None and migration.claim not in {promised.claim, None}:
                yield "the claim is another one"
            if promised.requested and migration.run_state not in {"requested", "done"}:
                yield f"the completion that was asked for is {migration.run_state}"
        for stage in promised.stages.items():
            if stage not in stages:
                yield f"the committed stage {stage[0]} is gone"
        if promised.completed and store.completions.current() is None:
            yield "what was imported is gone"

    def _of_contents(self, store: Store, promised: Promised) -> Iterator[str]:
        sizes = store.contents.sizes(promised.contents)
        for digest, size in promised.contents.items():
            if sizes.get(digest) != size:
                yield f"the stored content {digest} is gone"
        for uid, (offset, digest) in promised.offsets.items():
            try:
                upload = store.uploads.find(uid)
            except ProtocolError as error:
                yield f"the upload {uid} is lost: {error.message}"
                continue
            path = store.layout.upload(uid)
            if upload.state == "landed":
                continue
            if upload.offset < offset:
                yield f"the upload {uid} is at {upload.offset}, not at {offset} or beyond"
            elif hashlib.sha256(path.read_bytes()[:offset]).hexdigest() != digest:
                yield f"the upload {uid} has other bytes than it was sent"
            elif path.stat().st_size != upload.offset:
                yield f"the file of the upload {uid} is not as long as its offset"

    def _of_scrub(self, store: Store) -> Iterator[str]:
        stored = StoredCounts()
        with open_index(store.layout) as index:
            yield from map(str, index.check())
            yield from map(str, scrub_stored(store.layout, index, stored))
            yield from map(str, scrub_strays(store.layout, index))
            yield from map(str, scrub_receipts(store.layout, store.identity, CompletedCounts()))
            online = store.completions.current()
            if online is None:
                return
            key = hashlib.sha256(online.database.read_bytes() + online.receipt.read_bytes()).digest()
            if key not in self._read:
                self._read.add(key)
                yield from map(str, scrub_online(index, stored.damage, self._settings.importing, CompletedCounts()))
