"""A migration that this tool has the claim on: every change of its state is a swap that fails when it has not."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import anyio
from omt_core.api import Licence, MigrationKind, OnlineRefusedError, RecoveryChoice, sentence
from omt_protocol.errors import MIGRATION_CLAIMED
from pydantic import ValidationError

from omt_object_store.migration.state import Claim, MigrationState, opened
from omt_object_store.store.failures import StoreDamagedError, claim_lost
from omt_object_store.store.layout import MIGRATION
from omt_object_store.store.storage import Storage, SwapLostError, Version

_RENEWED = 3
"""How often a claim is renewed in its lifetime."""


class HeldMigration:
    """Holds the claim. `state` is as it was written last."""

    def __init__(self, storage: Storage, state: MigrationState, version: Version, seconds: float) -> None:
        self.state = state
        self._storage = storage
        self._version: Version | None = version
        self._seconds = seconds
        self._written = anyio.current_time()
        self._changing = anyio.Lock()

    @classmethod
    async def open(
        cls,
        storage: Storage,
        licence: Licence,
        kind: MigrationKind,
        recovery: RecoveryChoice | None,
        *,
        client: str,
        seconds: float,
    ) -> HeldMigration:
        """Open or resume the migration and take the claim. Raises `OnlineRefusedError`."""
        found = await read_state(storage)
        state, version = (None, None) if found is None else found
        fresh = opened(
            state, licence, kind, recovery, Claim(client=client, token=secrets.token_hex(16), seconds=seconds)
        )
        if state is not None:
            await _refuse_other_client(storage, state, client)
        try:
            written = await storage.swap(MIGRATION, fresh.to_bytes(), version)
        except SwapLostError:
            raise claim_lost() from None
        return cls(storage, fresh, written, seconds)

    async def keep(self) -> None:
        """Say that this tool still works here. Raises `OnlineRefusedError` where another has taken over."""
        if self._version is None:
            raise claim_lost()
        if anyio.current_time() - self._written > self._seconds / _RENEWED:
            # Noted first, so that of many tasks one renews it.
            self._written = anyio.current_time()
            await self.change(lambda state: state)

    async def change(self, change: Callable[[MigrationState], MigrationState]) -> None:
        """Change the state, durably. Raises `OnlineRefusedError` where another tool has taken over."""
        async with self._changing:
            if self._version is None:
                raise claim_lost()
            state = change(self.state)
            try:
                self._version = await self._storage.swap(MIGRATION, state.to_bytes(), self._version)
            except SwapLostError:
                self._version = None
                raise claim_lost() from None
            self.state = state
            self._written = anyio.current_time()

    async def release(self) -> None:
        """Give the claim back; the migration stays. One that is lost already is none to give."""
        if self._version is not None:
            try:
                await self.change(lambda state: state.model_copy(update={"claim": None}))
            except OnlineRefusedError:
                return
            self._version = None


async def read_state(storage: Storage) -> tuple[MigrationState, Version] | None:
    """Return the state of the migration in a store, or None where none was begun."""
    found = await storage.read(MIGRATION)
    if found is None:
        return None
    try:
        return MigrationState.model_validate_json(found[0]), found[1]
    except ValidationError as error:
        raise StoreDamagedError(MIGRATION, "is not one that this version of the tool wrote") from error


async def _refuse_other_client(storage: Storage, state: MigrationState, client: str) -> None:
    claim = state.claim
    if claim is None or claim.client == client:
        return
    age = await storage.age(MIGRATION)
    if age is not None and age <= claim.seconds:
        raise MIGRATION_CLAIMED.error(
            "Another tool, or another machine, is working on the migration in this store.",
            remedy=sentence(
                "End that one, or wait: its claim lapses {seconds:.0f} seconds after its last sign of life.",
                seconds=claim.seconds,
            ),
        )
