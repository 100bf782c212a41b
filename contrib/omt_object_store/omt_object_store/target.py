"""A store as the online side of a migration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from omt_core.api import (
    EarlierMigration,
    Licence,
    MigrationKind,
    OnlineMigration,
    OnlineTarget,
    RecoveryChoice,
    RunContext,
    TenantState,
    TenantStatus,
    UserPlan,
    calls,
    sentence,
)
from omt_protocol.receipt import public_key_of
from omt_protocol.retry import Patience, Retries
from omt_protocol.workspace import client_id
from pydantic import ValidationError
from typing_extensions import override

from omt_object_store.errors import OBJECT_STORE_BUSY, OBJECT_STORE_KEY_CHANGED, OBJECT_STORE_LIVE_NOT_ALLOWED
from omt_object_store.migration.held_migration import HeldMigration, read_state
from omt_object_store.migration.stored_migration import StoredMigration
from omt_object_store.settings import ObjectStoreSettings
from omt_object_store.signing_key import read_key
from omt_object_store.store.address import store_address
from omt_object_store.store.catalogue import Catalogue
from omt_object_store.store.connection import open_store
from omt_object_store.store.failures import StoreDamagedError
from omt_object_store.store.folder import StoreFolder
from omt_object_store.store.layout import CONTENTS, PACKS, STORE, UPLOADS, StoreRecord
from omt_object_store.store.storage import Storage, SwapLostError


async def connect(settings: ObjectStoreSettings, call: calls.ConnectOnline) -> OnlineTarget:
    """Reach the store, and hold the key of its receipts against the one that it and the workspace know.

    Raises `InputError` when the settings are not enough, `OnlineError` when the store cannot be reached.
    """
    store_address(settings.url)
    key = await anyio.to_thread.run_sync(read_key, settings.signing_key)
    storage = await open_storage(settings, call.run)
    await storage.reach()
    target = StoreTarget(storage, settings, key, call.run)
    await target.status()
    return target


async def open_storage(settings: ObjectStoreSettings, run: RunContext) -> Storage:
    """Make the connection that the settings name; nothing is asked yet. Raises `InputError`."""
    address = store_address(settings.url)
    return Storage(
        await anyio.to_thread.run_sync(open_store, address, settings),
        address.name,
        Retries(
            Patience(total=settings.retry_total, longest_wait=settings.retry_longest_wait),
            run,
            busy=OBJECT_STORE_BUSY.code,
        ),
        folder=None if address.folder is None else StoreFolder(address.folder),
        checks_itself=settings.verify == "checksum",
    )


class StoreTarget(OnlineTarget):
    """A store takes the migration of one licence. Nobody works in it, so that nothing in it is ever accepted."""

    def __init__(
        self, storage: Storage, settings: ObjectStoreSettings, key: Ed25519PrivateKey, run: RunContext
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._key = key
        self._run = run

    @override
    async def status(self) -> TenantStatus:
        await self._same_key()
        found = await read_state(self._storage)
        state = None if found is None else found[0]
        completed = state is not None and state.completed is not None
        return TenantStatus(
            tenant=self._storage.name,
            state=TenantState.OFFLINE_MAINTENANCE if completed else TenantState.MIGRATION_PENDING,
            public_key=public_key_of(self._key),
            migration=None
            if state is None
            else EarlierMigration(
                id=state.id,
                kind=state.completed or state.kind,
                owner=state.owner,
                serial=state.serial,
                completed=completed,
                accepted=False,
            ),
        )

    @override
    async def plans(self) -> Sequence[UserPlan]:
        return tuple(UserPlan(name=name, total=total) for name, total in self._settings.plans.items())

    @override
    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        # Nobody else has user names in a store.
        return frozenset()

    @override
    async def open(self, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None) -> OnlineMigration:
        if kind is MigrationKind.LIVE and not self._settings.live:
            raise OBJECT_STORE_LIVE_NOT_ALLOWED.error()
        client = await anyio.to_thread.run_sync(partial(client_id, self._run.workspace))
        held = await HeldMigration.open(
            self._storage, licence, kind, recovery, client=client, seconds=self._settings.claim_seconds
        )
        catalogue = await anyio.to_thread.run_sync(Catalogue)
        migration = StoredMigration(
            self._storage,
            catalogue,
            held,
            self._settings,
            key=self._key,
            workspace=self._run.workspace,
            events=self._run,
        )
        try:
            await self._make_record()
            await self._tidy(migration)
            await catalogue.load(self._storage)
            await held.keep()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await migration.aclose()
            raise
        return migration

    @override
    async def aclose(self) -> None:
        return

    async def _same_key(self) -> bool:
        """Tell whether the store knows its key already. Raises `OnlineRefusedError` where it is another."""
        found = await self._storage.read(STORE)
        if found is None:
            return False
        try:
            record = StoreRecord.model_validate_json(found[0])
        except ValidationError as error:
            raise StoreDamagedError(STORE, "is not one that this version of the tool wrote") from error
        if record.public_key != public_key_of(self._key):
            raise OBJECT_STORE_KEY_CHANGED.error(
                sentence(
                    "The receipts of {storage} are signed with the key that begins with {public_key}, and"
                    " object_store.signing_key is another one.",
                    storage=self._storage.name,
                    public_key=record.public_key[:16],
                ),
                remedy=sentence(
                    "Set it to the former key. If it was changed on purpose, remove {store} from the store.",
                    store=STORE,
                ),
            )
        return True

    async def _make_record(self) -> None:
        if await self._same_key():
            return
        record = StoreRecord(store=self._storage.name, public_key=public_key_of(self._key))
        try:
            await self._storage.swap(STORE, record.to_bytes(), None)
        except SwapLostError:
            await self._same_key()

    async def _tidy(self, migration: StoredMigration) -> None:
        """Remove what runs that were killed have left, now that nobody else works here."""
        folder = self._storage.folder
        if folder is not None:
            for prefix in (CONTENTS, PACKS, UPLOADS):
                await anyio.to_thread.run_sync(folder.remove_unfinished, prefix)
        await migration.uploads.sweep(timedelta(days=self._settings.upload_days))
