"""Runs the import that a completion asked for, and tells how far it is; begins again by itself after a restart."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import anyio
import anyio.abc
import anyio.to_thread
from pydantic import TypeAdapter

from omt_core.api import CompletionProgress, CompletionRequest, OmtError, RecoveryChoice, UserPlan
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.importing import (
    CommittedMigration,
    CommittedStage,
    ImportedMigration,
    ImportSettings,
    ProgressCallback,
    TenantSurroundings,
    VerificationFailedError,
)
from omt_tenant.migration.preparation import Parts, Preparation
from omt_tenant.migration.state import MigrationState
from omt_tenant.store.full_disk import is_full, storage_full
from omt_tenant.tenant import Store

_log = logging.getLogger("omt.tenant")
_REQUEST = TypeAdapter(CompletionRequest)


class Importer(Protocol):
    """What imports a committed migration: `omt_tenant.importing.import_migration`."""

    def __call__(
        self,
        migration: CommittedMigration,
        surroundings: TenantSurroundings,
        *,
        settings: ImportSettings,
        progress: ProgressCallback,
    ) -> Awaitable[ImportedMigration]:
        """Verify and import, and make it current; may be called again with the same migration."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionStatus:
    """How far a completion is; `error` is set when it failed."""

    state: Literal["verifying", "importing", "done", "failed", "none"]
    done: int = 0
    total: int = 0
    detail: str = ""
    error: str | None = None


class Completion:
    """The imports of one server, one at a time, each in a task of `tasks`: it outlives the request for it."""

    def __init__(self, store: Store, importer: Importer, tasks: anyio.abc.TaskGroup) -> None:
        self._store = store
        self._importer = importer
        self._tasks = tasks
        self._preparing = Preparation(store, tasks)
        self._scope = anyio.CancelScope()
        self._progress = CompletionProgress(state="verifying", done=0, total=0)
        self._unnoted: ProtocolError | None = None
        self._idle = anyio.Event()
        self._idle.set()

    async def resume(self) -> None:
        """Begin the import again that a stop or crash interrupted."""
        migration = await anyio.to_thread.run_sync(self._store.claims.status)
        if migration is not None and migration.run_state == "requested":
            self._start(migration.run)

    def prepare(self, migration: MigrationState, parts: Parts) -> None:
        """Begin with parts of tables that are stored, unless the database is not for this run to change."""
        if migration.run_state in {"open", "failed"} and migration.recovery is not RecoveryChoice.MISSING:
            self._preparing.tell(parts)

    async def request(self, migration: MigrationState, request: CompletionRequest) -> None:
        """Ask for the completion of a run. Raises ProtocolError."""
        text = _REQUEST.dump_json(request).decode()
        if await anyio.to_thread.run_sync(self._store.completions.request, migration, text):
            self._start(migration.run)

    async def status(self, migration: MigrationState) -> CompletionStatus:
        """Tell how far the completion of the last run is."""
        match migration.run_state:
            case "open":
                return CompletionStatus(state="none")
            case "done":
                return CompletionStatus(state="done", done=1, total=1, detail="Imported")
            case "failed":
                return CompletionStatus(state="failed", error=migration.error)
            case "requested" if self._unnoted is not None:
                failure = self._unnoted
                with suppress(sqlite3.Error, OSError):
                    await self._note_failure(migration.run, failure)
                return CompletionStatus(state="failed", error=json.dumps(failure.body()["error"]))
            case "requested":
                now = self._progress
                # What the importer calls done is so only once the swap is in tenant.sqlite.
                state = "importing" if now.state == "done" else now.state
                return CompletionStatus(state=state, done=now.done, total=now.total, detail=now.detail)

    async def over(self, patience: float) -> None:
        """Wait until no import is under way, but not longer than `patience` seconds."""
        with anyio.move_on_after(patience):
            await self._idle.wait()

    async def aclose(self) -> None:
        """Stop an import that is under way, between two of its parts; it begins again at the next start."""
        await self._preparing.aclose()
        self._scope.cancel()
        await self._idle.wait()

    def _start(self, run: int) -> None:
        if self._idle.is_set():
            self._unnoted = None
            self._scope = anyio.CancelScope()
            self._progress = CompletionProgress(state="verifying", done=0, total=0, detail="Starting")
            self._idle = anyio.Event()
            self._tasks.start_soon(self._complete, run)

    async def _complete(self, run: int) -> None:
        try:
            with self._scope:
                await self._import(run)
        except Exception:  # noqa: BLE001 - a tenant that cannot note a failure serves on
            # The run stays as it is: the next request for this completion, or the next start, begins it again.
            _log.exception("Why the import failed could not be noted.")
        finally:
            self._idle.set()

    async def _import(self, run: int) -> None:
        try:
            migration, surroundings = await anyio.to_thread.run_sync(self._gather, run)
            async with self._preparing.paused():
                await self._importer(
                    migration, surroundings, settings=self._store.settings.importing, progress=self._note
                )
        except Exception as error:  # noqa: BLE001 - the client is told, and the tenant serves on
            await self._note_failure(run, _as_protocol_error(error))

    async def _note_failure(self, run: int, failure: ProtocolError) -> None:
        # A full disk may take no note of it: whoever asks then hears of it all the same, and it is tried again.
        self._unnoted = failure
        await anyio.to_thread.run_sync(self._store.completions.fail, run, failure)
        self._unnoted = None

    def _note(self, progress: CompletionProgress) -> None:
        self._progress = progress

    def _gather(self, run: int) -> tuple[CommittedMigration, TenantSurroundings]:
        store = self._store
        state = store.claims.status()
        if state is None or state.request is None:
            raise RuntimeError("a completion was started that nobody asked for")
        migration = CommittedMigration(
            id=state.id,
            tenant=store.identity.tenant,
            kind=state.kind,
            owner=state.owner,
            serial=state.serial,
            stages=[
                CommittedStage(
                    stage=stage.name,
                    manifest=store.contents.as_file(stage.manifest),
                    digest=stage.manifest,
                    items=stage.items,
                    snapshot=stage.snapshot,
                )
                for stage in store.stages.effective(state)
            ],
            request=_REQUEST.validate_json(state.request),
            keep_database=state.recovery is RecoveryChoice.MISSING,
        )
        return migration, TenantSurroundings(
            databases=store.layout.databases,
            receipts=store.layout.receipts,
            contents=store.contents,
            key=store.identity.key,
            plans=[UserPlan(name=plan.name, total=plan.total) for plan in store.identity.plans],
            current=store.completions.current(),
            make_current=partial(store.completions.make_current, run),
            taken=store.taken.among,
        )


def _as_protocol_error(error: Exception) -> ProtocolError:
    match error:
        case VerificationFailedError():
            details = [f"{detail.subject}: {detail.message} ({detail.code})" for detail in error.details]
            return ProtocolError(422, error.code, error.message, error.remedy, fields={"details": details})
        case OmtError():
            return ProtocolError(422, error.code, error.message, error.remedy)
        case _ if is_full(error):
            return storage_full()
        case _:
            _log.error("The import failed.", exc_info=error)
            return ProtocolError(
                500,
                "import-failed",
                f"The import failed in a way that nobody thought of ({type(error).__name__}).",
                "Try again; if it fails again, give the tenant's log to whoever runs it.",
            )
