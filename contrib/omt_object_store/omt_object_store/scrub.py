"""The scrub: reads everything in a store again and says what is not what it was."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio.to_thread
from omt_core.api import OnlineError, OnlineRefusedError, OnlineUnavailableError
from omt_protocol.result_files import RECEIPT_FILE

from omt_object_store.migration.held_migration import read_state
from omt_object_store.migration.landing import unpacked
from omt_object_store.migration.result_files import manifest_batches, read_receipt
from omt_object_store.store.catalogue import Catalogue, stored_records
from omt_object_store.store.failures import StoreDamagedError
from omt_object_store.store.layout import CONTENTS, PACKS, STORE, StoredRecord, StoreRecord, object_of, record_of
from omt_object_store.store.storage import Storage


class Scrub:
    """Reads a store; changes nothing and needs no claim.

    `objects` and `contents` count what was read. `unknown` are objects without a record, which count for nothing: what
    a run that was killed had not verified yet, or what somebody else has put there.
    """

    def __init__(self, storage: Storage) -> None:
        self.objects = self.contents = self.unknown = 0
        self._storage = storage

    async def damages(self) -> AsyncIterator[tuple[str, str]]:
        """Yield each object, or item of the manifest, that is not what it was, and what is wrong with it."""
        catalogue = Catalogue()
        try:
            known: set[str] = set()
            async for record in stored_records(self._storage):
                known |= {object_of(record.kind, record.digest), record_of(record.kind, record.digest)}
                if wrong := await self._wrong(record):
                    yield object_of(record.kind, record.digest), wrong
                else:
                    await catalogue.add(record)
            for prefix in (CONTENTS, PACKS):
                async for batch in self._storage.list(prefix):
                    self.unknown += sum(one.path not in known for one in batch)
            async for damage in self._completion(catalogue):
                yield damage
        finally:
            await anyio.to_thread.run_sync(catalogue.close)

    async def _wrong(self, record: StoredRecord) -> str:
        path = object_of(record.kind, record.digest)
        self.objects += 1
        self.contents += len(record.members)
        if record.kind == "file":
            whole = await self._storage.holds(path, record.digest, record.size)
            return "" if whole else "holds other bytes than it did"
        try:
            content = b"".join([block async for block in self._storage.blocks(path, 0, record.size)])
            digest, members = await anyio.to_thread.run_sync(lambda: unpacked(content, member_bytes=record.size))
        except OnlineUnavailableError:
            raise
        except OnlineError as error:
            return f"is not the bundle that it was: {error.message}"
        same = digest == record.digest and tuple(members) == record.contents()
        return "" if same else "does not hold what its record says"

    async def _completion(self, catalogue: Catalogue) -> AsyncIterator[tuple[str, str]]:
        found = await read_state(self._storage)
        if found is None or not found[0].completion:
            return
        completion = found[0].completion
        try:
            receipt = await read_receipt(self._storage, completion)
            store = await self._storage.read(STORE)
            key = None if store is None else StoreRecord.model_validate_json(store[0]).public_key
            if key is None or not receipt.is_signed_by(key):
                yield f"{completion}/{RECEIPT_FILE}", f"is not signed with the key that {STORE} names"
            async for batch in manifest_batches(self._storage, completion):
                for entry in await catalogue.lacking(batch):
                    yield f"{entry.stage}/{entry.key}", "is in the manifest, and its content is not whole in the store"
        except (StoreDamagedError, OnlineRefusedError, ValueError) as error:
            yield completion, str(error)
